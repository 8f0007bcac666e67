//! What a desk asks of the hub with JSON or a query in and JSON out: one table of endpoints. The client makes its methods
//! of it and the desk its commands, so a new endpoint is one entry here. The hub's half stands in its `http`.

use serde::Serialize;

/// A body that says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Empty {}

/// Hands the table to `$each`, a macro of the caller.
///
/// An entry reads `name(place: Type, …; more: Type, …) reading METHOD "path" ?{ query } { body } -> Type;`. The places
/// stand in the path's braces in their order, each as one segment whatever it says. The reading is how the answer
/// comes: `answer` as it is, `items` a page whose rows alone are wanted, `done` as nothing.
///
/// `plain` entries have a command of the same name that only forwards. To those of `step` the command adds the fence of
/// the case at hand. Those of `method` have no command, or one that does more.
#[macro_export]
macro_rules! endpoints {
    ($each:ident) => { $each! {
        plain {
            /// Open sessions: one's own, or somebody's.
            open_sessions(; person: Option<PersonId>) items GET "/api/sessions" ?{ [("person", person)] } -> Vec<OpenSession>;
            /// Ends a session.
            end_session(id: String) done DELETE "/api/sessions/{id}" -> ();
            /// How one's second factor stands.
            second_factor() answer GET "/api/session/second-factor" -> SecondFactor;
            /// A new second factor, in force once its first code was told.
            offer_second_factor() answer POST "/api/session/second-factor" { Empty {} } -> SecondFactorOffer;
            /// Gives one's second factor up.
            drop_second_factor() done DELETE "/api/session/second-factor" -> ();
            /// Takes somebody's password away; answers a code, told this once, with which they set one of their own.
            reset_password(person: PersonId) answer POST "/api/people/{person}/password" { Empty {} } -> OneTimeCode;
            /// Takes somebody's second factor away.
            reset_second_factor(person: PersonId) done DELETE "/api/people/{person}/second-factor" -> ();

            /// What waits for this person's word.
            approvals() items GET "/api/approvals?state=waiting" -> Vec<Approval>;
            /// Allows or denies.
            answer_approval(id: ApprovalId; answer: AnswerApproval) answer POST "/api/approvals/{id}" { answer } -> Approval;

            /// Has the hub sign where its chains end now; written down outside, it proves later tampering.
            audit_head() answer GET "/api/audit/head" -> AuditHead;

            /// Lanes that people hold now, longest first.
            handled() answer GET "/api/handled" -> Page<BoardItem>;
            /// The supervisor's board: lanes, calls that wait, devices out of reach, help asked for, today.
            board() answer GET "/api/board" -> Board;
            /// Asks a supervisor for help with the case at hand 「需要帮助」.
            ask_help(case_id: CaseId; note: String) done POST "/api/cases/{case}/help" { HelpNote { note } } -> ();
            /// Answers a holder who asked for help.
            answer_help(case_id: CaseId; note: String) done POST "/api/cases/{case}/help/answer" { HelpNote { note } } -> ();
            /// Help is no longer needed.
            drop_help(case_id: CaseId) done DELETE "/api/cases/{case}/help" -> ();

            /// Calls that stand so, oldest first: the queue, the live ones, those to ring back.
            calls(; state: CallState) items GET "/api/calls" ?{ [("state", state)] } -> Vec<Call>;
            /// An abandoned call was rung back (「已回拨」).
            call_back(id: CallId; note: Option<String>) done POST "/api/calls/{call}/called-back" { CalledBack { note } } -> ();

            /// Cash taken, newest first.
            cash(; filter: WorkFilter) answer GET "/api/cash" ?{ filter } -> Page<Cash>;
            /// Cash by person and shift, newest shift first.
            cash_totals(; filter: WorkFilter) items GET "/api/cash/totals" ?{ filter } -> Vec<CashTotal>;

            /// Debts within one's scope, newest first.
            debts(; filter: DebtFilter) answer GET "/api/debts" ?{ filter } -> Page<Debt>;
            /// Gives a debt up, with a reason.
            waive_debt(id: DebtId; reason: String) done POST "/api/debts/{id}/waive" { WaiveDebt { reason } } -> ();

            /// Asks the holder to hand the lane over (「请求接手」).
            ask_for_lane(lane: LaneId) done POST "/api/lanes/{lane}/ask" { Empty {} } -> ();
            /// The lane's last minute in stills, oldest first.
            lane_stills(lane: LaneId) items GET "/api/lanes/{lane}/stills" -> Vec<LaneStill>;

            /// Devices within one's scope, those that cannot be reached first.
            devices(; lot: Option<LotId>) items GET "/api/devices" ?{ [("lot", lot)] } -> Vec<DeviceHealth>;
            /// Notes something to repair.
            open_maintenance(device: DeviceId; note: String) answer POST "/api/devices/{device}/maintenance"
                { OpenMaintenance { note } } -> Maintenance;
            /// Repairs, newest first.
            maintenance(; filter: MaintenanceFilter) answer GET "/api/maintenance" ?{ filter } -> Page<Maintenance>;
            /// Notes what was done.
            close_maintenance(id: String; repair: String) answer POST "/api/maintenance/{entry}/close"
                { CloseMaintenance { repair } } -> Maintenance;

            /// Cases counted, with how long people waited and worked.
            case_statistics(; filter: WorkFilter, by: CasesBy) answer GET "/api/cases/statistics" ?{ filter } ?{ [("by", by)] }
                -> CaseStatistics;

            /// Openings within one's scope, newest first.
            openings(; filter: OpeningFilter) answer GET "/api/openings" ?{ filter } -> Page<Opening>;
            /// One opening.
            opening(id: OpeningId) answer GET "/api/openings/{id}" -> Opening;
            /// Everything that happened in an opening's case, in order (R35).
            opening_timeline(id: OpeningId) items GET "/api/openings/{id}/timeline" -> Vec<TimelineEntry>;
            /// Where the photos of an opening stand: kept, held, deleted when their time had come, or damaged (R36).
            opening_photos(id: OpeningId) items GET "/api/openings/{id}/photos" -> Vec<Evidence>;
            /// Waits no longer for overdue photos of a release, with a reason (补录, R24). Answers the opening as it stands.
            close_photos(id: OpeningId; reason: String) answer POST "/api/openings/{id}/photos/close"
                { ClosePhotos { reason } } -> Opening;
            /// Counts over the openings of a filter; each bar's key goes back into the filter.
            opening_statistics(; filter: OpeningFilter, by: By) answer GET "/api/openings/statistics"
                ?{ filter } ?{ [("by", by)] } -> Statistics;

            /// Cases that ended in a time.
            past_cases(; filter: PastFilter) answer GET "/api/cases" ?{ filter } -> Page<PastCase>;
            /// Calls that began to ring in a time.
            past_calls(; filter: PastFilter) answer GET "/api/calls/past" ?{ filter } -> Page<PastCall>;
            /// Vehicles that had been inside for long at the end of a time.
            long_stays(; filter: PastFilter) answer GET "/api/stays" ?{ filter } -> Page<LongStay>;
            /// Leave asked of supervisors in a time.
            past_approvals(; filter: PastFilter) answer GET "/api/approvals" ?{ filter } -> Page<Approval>;
            /// Times in which devices could not be reached.
            outages(; filter: PastFilter) answer GET "/api/outages" ?{ filter } -> Page<Outage>;

            /// Keeps a photo beyond its retention, or lets it go again (R36).
            hold_photo(id: PhotoId; hold: HoldPhoto) done POST "/api/photos/{id}/hold" { hold } -> ();

            /// What the side sheet needs, as it stands now.
            release_form(case_id: CaseId) answer GET "/api/cases/{case}/release" -> ReleaseForm;
            /// Every reason there is, for filters.
            reasons() items GET "/api/reasons" -> Vec<ReasonChoice>;

            /// Rises within one's scope, newest first.
            rises(; filter: RiseFilter) answer GET "/api/rises" ?{ filter } -> Page<Rise>;

            /// The QR code of a case, to hold up to the driver; `scene` absent: what fits the vehicle.
            qr(case_id: CaseId; scene: Option<Scene>) answer GET "/api/cases/{case}/qr" ?{ [("scene", scene)] } -> Qr;

            /// Lots and lanes while typing; locks nothing.
            search(; query: String) answer GET "/api/search" ?{ [("q", query)] } -> SearchHits;
            /// Stays, payments, cases and openings of a plate, phone or order number; claims nothing.
            records(; query: String) answer GET "/api/records" ?{ [("q", query)] } -> Records;

            /// Every seat, with who sits there.
            seats() items GET "/api/seats" -> Vec<Seat>;
            /// Says that one's seat takes calls, or not for now.
            seat_state(; state: SeatChoice) done PUT "/api/seat/state" { SetSeatState { state } } -> ();

            /// Rows of a table.
            site_rows(table: SiteTable; filter: RowFilter) answer GET "/api/site/{table}" ?{ filter } -> Page<SiteRow>;
            /// One row as it is now.
            site_row(table: SiteTable, id: String) answer GET "/api/site/{table}/{id}" -> SiteRow;
            /// Adds a row.
            add_site_row(table: SiteTable; row: Cells) answer POST "/api/site/{table}" { AddRow { row } } -> SiteRow;
            /// Changes a row that was of this version; 409 `changed_meanwhile` with the row as it is now.
            change_site_row(table: SiteTable, id: String; version: String, row: Cells) answer PUT "/api/site/{table}/{id}"
                { ChangeRow { version, row } } -> SiteRow;
            /// Takes a row away.
            remove_site_row(table: SiteTable, id: String; version: String) done DELETE "/api/site/{table}/{id}"
                ?{ [("version", version)] } -> ();
            /// Changes of the site, newest first.
            site_changes(; filter: ChangeFilter) answer GET "/api/site/changes" ?{ filter } -> Page<SiteChange>;
            /// Takes a change back.
            undo_site_change(change: String) answer POST "/api/site/changes/{change}/undo" { Empty {} } -> SiteChange;
            /// Changes that weaken a rule of control and wait for a second administrator.
            pending_changes() items GET "/api/site/pending" -> Vec<PendingChange>;
            /// Confirms such a change, which is in force then, or refuses it.
            answer_pending(id: String; word: PendingWord) answer POST "/api/site/pending/{pending}"
                { AnswerPending { answer: word } } -> PendingChange;
            /// Lets a tablet become the robot of this number, by a code that holds a short while.
            pair_robot(number: String) answer POST "/api/robots/{number}/pairing" { Empty {} } -> Pairing;
            /// One step of changing an integration's secret.
            rotate_secret(id: String; step: SecretStep) answer POST "/api/site/integration/{id}/secret"
                { RotateSecret { step } } -> NewSecret;
            /// One step of changing the key of a camera that calls the hub. `begin` answers the new one, this once.
            rotate_push_key(id: String; step: SecretStep) answer POST "/api/site/device/{id}/push-key"
                { RotateSecret { step } } -> NewSecret;

            /// Warnings within one's scope, newest first.
            warnings(; filter: WarningFilter) answer GET "/api/warnings" ?{ filter } -> Page<Warning>;
            /// Sets a warning aside, with a reason.
            dismiss_warning(id: WarningId; reason: String) done POST "/api/warnings/{warning}/dismiss"
                { DismissWarning { reason } } -> ();
        }
        step {
            /// Types the right plate.
            correct_plate(case_id: CaseId; fence: Fence, plate: String) answer POST "/api/cases/{case}/plate"
                { CorrectPlate { fence, plate } } -> View;
            /// Looks an unlicensed vehicle up by the driver's phone.
            find_phone(case_id: CaseId; fence: Fence, phone: String) answer POST "/api/cases/{case}/phone"
                { FindPhone { fence, phone } } -> View;
            /// Chooses among the look-alikes inside.
            choose_vehicle(case_id: CaseId; fence: Fence, candidate: StayId) answer POST "/api/cases/{case}/vehicle"
                { ChooseVehicle { fence, candidate } } -> View;
            /// Says which way the vehicle goes on a `both` lane (R42).
            set_direction(case_id: CaseId; fence: Fence, direction: Direction) answer POST "/api/cases/{case}/direction"
                { SetDirection { fence, direction } } -> View;
            /// Says that the vehicle went through (「已通过」, R37).
            mark_passed(case_id: CaseId; fence: Fence) answer POST "/api/cases/{case}/passed" { MarkPassed { fence } } -> View;
            /// Takes a fresh still and reads its plate (「刷新图片」).
            refresh_picture(case_id: CaseId; fence: Fence) answer POST "/api/cases/{case}/picture" { MarkPassed { fence } } -> View;
        }
        method {
            /// Whose session this is.
            person() answer GET "/api/session" -> Person;
            /// Ends one's session on the hub.
            end_own_session() done DELETE "/api/session" -> ();
            /// Sits down at a seat (R4).
            bind_seat(; number: String) done PUT "/api/seat" { BindSeat { number } } -> ();
            /// Leaves the seat.
            free_seat() done DELETE "/api/seat" -> ();
            /// Changes one's own password.
            change_password(; change: ChangePassword) done PUT "/api/session/password" { change } -> ();
            /// Puts the second factor that was offered in force.
            confirm_second_factor(; code: ConfirmSecondFactor) done PUT "/api/session/second-factor" { code } -> ();

            /// The lane as it is, without locking it.
            view_lane(lane: LaneId) answer GET "/api/lanes/{lane}" -> View;
            /// Takes the lane for this person, or renews it (R6, R10).
            claim(lane: LaneId) answer POST "/api/lanes/{lane}/claim" { Empty {} } -> Claimed;
            /// A supervisor takes a held lane (R12).
            take_over(lane: LaneId; reason: String) answer POST "/api/lanes/{lane}/take-over" { TakeOver { reason } } -> Claimed;

            /// Takes a call, and its lane with it where that is known and free (R30).
            take_call(call: CallId) answer POST "/api/calls/{call}/take" { Empty {} } -> Taken;
            /// Opens a case for a driver on another line (R31).
            open_by_hand(; lane: LaneId, caller: Option<String>) answer POST "/api/calls" { OpenByHand { lane, caller } } -> Taken;

            /// The case's page.
            view_case(case: CaseId) answer GET "/api/cases/{case}" -> View;
            /// Ends the case and frees the lane (R8).
            close_case(case: CaseId; close: CloseCase) done POST "/api/cases/{case}/close" { close } -> ();
            /// Hands the case to another person (R12).
            hand_over(case: CaseId; to: HandOver) done POST "/api/cases/{case}/hand-over" { to } -> ();
            /// Goes on with the case at another lane (R11).
            move_case(case: CaseId; to: MoveCase) answer POST "/api/cases/{case}/move" { to } -> Claimed;
            /// An order as it stands.
            order_now(id: OrderId) answer GET "/api/orders/{id}" -> OrderAnswer;
            /// Files what is owed in a case.
            file_debt(case: CaseId; debt: FileDebt) answer POST "/api/cases/{case}/debt" { debt } -> Debt;
            /// 代收现金 (R39)
            take_cash(case: CaseId; taken: TakeCash) answer POST "/api/cases/{case}/cash" { taken } -> Cash;

            /// Has the lane's ID camera take a photo.
            photo_from_lane(case: CaseId; fence: Fence) answer POST "/api/cases/{case}/photos/from-lane"
                { PhotoFromLane { fence } } -> Photo;
            /// Takes a photo back that proves nothing yet.
            drop_photo(case: CaseId, photo: PhotoId) done DELETE "/api/cases/{case}/photos/{photo}" -> ();

            /// One day (local, `2026-11-22`) of the lots in scope.
            report(day: Day) answer GET "/api/reports/{day}" -> Report;
            /// The person's word that they read it.
            acknowledge_report(day: Day) answer POST "/api/reports/{day}/acknowledge" { Empty {} } -> Report;
            /// One day's figures.
            morning(day: Day; lot: Option<LotId>) answer GET "/api/morning/{day}" ?{ [("lot", lot)] } -> Morning;
        }
    } };
}
