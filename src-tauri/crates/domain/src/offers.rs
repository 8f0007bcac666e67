//! What the bar offers: the operations that fit this vehicle, this direction and this lot, nothing else (R18).
//!
//! One function for hub and desk: the desk shows what it says, the hub refuses what it does not say.

use crate::{assessment::Assessment, lane::Direction};

words! {
    /// An operation a person may be offered.
    pub enum Op {
        /// Raise the barrier in the normal way.
        Open = "open",
        /// Lower the barrier.
        Close = "close",
        /// Abnormal release.
        Release = "release",
        /// Take a fresh lane picture.
        RefreshPicture = "refresh_picture",
        /// Type the right plate.
        CorrectPlate = "correct_plate",
        /// Look an unlicensed vehicle up by the driver's phone.
        FindPhone = "find_phone",
        /// Choose among look-alike candidates.
        ChooseVehicle = "choose_vehicle",
        /// Show a QR code on the robot or the desk.
        ShowQr = "show_qr",
        /// Show text on the robot, for example a refusal.
        ShowText = "show_text",
        /// Speak through the robot.
        Speak = "speak",
        /// Take a picture with the lane's ID camera.
        Capture = "capture",
        /// Restart the robot.
        Restart = "restart",
        /// End the robot's call.
        HangUp = "hang_up",
        /// Record cash taken (R39).
        RecordCash = "record_cash",
        /// File a follow-up debt (R38).
        FileDebt = "file_debt",
    }
}

impl Op {
    /// Whether only a robot can do it: absent from the bar where there is none (R21).
    pub const fn needs_robot(self) -> bool {
        matches!(self, Self::ShowText | Self::Speak | Self::Restart | Self::HangUp)
    }
}

words! {
    /// What must be sent with an operation.
    pub enum Need {
        /// The visitor's phone.
        DriverPhone = "driver_phone",
        /// Why a visitor comes in.
        EntryReason = "entry_reason",
        /// A reason from the list.
        Reason = "reason",
        /// A remark.
        Remark = "remark",
        /// ID photos.
        Photos = "photos",
        /// A supervisor's approval.
        Approval = "approval",
        /// Word that nothing stands under the arm.
        Clear = "clear",
    }
}

words! {
    /// What a QR code or a text for the driver is about; also the robot's scene.
    pub enum Scene {
        /// Pay for the stay.
        Pay = "pay",
        /// Renew the pass.
        Renewal = "renewal",
        /// Unlicensed entry: confirm the phone.
        UnlicensedEntry = "unlicensed_entry",
        /// Unlicensed exit: find the stay by phone and pay.
        UnlicensedExit = "unlicensed_exit",
        /// 「联系车主解锁」
        ContactOwner = "contact_owner",
        /// Not admitted: barred, outsider, or spaces taken.
        Refusal = "refusal",
    }
}

/// What is known of the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Money {
    /// Nothing to be paid before leaving: paid within the leaving time, free period, or a lot without tariff.
    NothingDue,
    /// So much is due for a known stay.
    Due,
    /// No stay is known, so nothing can be quoted.
    NoStay,
}

/// What a loop or its like says about the place under the arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnderArm {
    /// Nothing stands there.
    Clear,
    /// Something stands there: the arm must not come down.
    Occupied,
    /// No device says.
    NotTold,
}

/// What releases of this lot need at least, whatever reason is chosen; the reason may ask for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseNeeds {
    /// A remark at exits too; entries always need one (R22).
    pub exit_remark: bool,
    /// ID photos at exits (R23).
    pub exit_photos: bool,
    /// A supervisor's approval.
    pub approval: bool,
}

impl Default for ReleaseNeeds {
    fn default() -> Self {
        Self { exit_remark: false, exit_photos: true, approval: false }
    }
}

/// Everything the bar depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each named")]
pub struct OfferFacts {
    /// Which way this vehicle goes; none on a `both` lane until it is known (R42).
    pub direction: Option<Direction>,
    /// What it is judged as.
    pub assessment: Assessment,
    /// The pass ended, but not longer ago than the grace days.
    pub in_grace: bool,
    /// What is to be paid.
    pub money: Money,
    /// The lot admits vehicles without a pass.
    pub outsiders: bool,
    /// The vehicle is inside already, by the records.
    pub already_inside: bool,
    /// The lane has a barrier we can order.
    pub barrier: bool,
    /// What stands under the arm.
    pub under_arm: UnderArm,
    /// A robot stands at the lane.
    pub robot: bool,
    /// The lane has a camera for documents.
    pub id_camera: bool,
    /// A call is live.
    pub in_call: bool,
    /// What a release needs here.
    pub release: ReleaseNeeds,
}

/// One operation, with what must be sent and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationOffer {
    /// The operation.
    pub op: Op,
    /// What must be sent with it.
    pub needs: Vec<Need>,
    /// For QR codes and texts: which ones fit, the likeliest first. Empty where the person chooses freely.
    pub scenes: Vec<Scene>,
}

impl OperationOffer {
    fn plain(op: Op) -> Self {
        Self::about(op, &[])
    }
    fn needing(op: Op, needs: &[Need]) -> Self {
        Self { op, needs: needs.to_vec(), scenes: Vec::new() }
    }
    fn about(op: Op, scenes: &[Scene]) -> Self {
        Self { op, needs: Vec::new(), scenes: scenes.to_vec() }
    }
}

/// The whole bar, what fits this vehicle first and what every lane has after it.
pub fn offers(facts: &OfferFacts) -> Vec<OperationOffer> {
    let mut bar: Vec<OperationOffer> = for_vehicle(facts)
        .into_iter()
        .chain(for_every_lane(facts))
        .filter(|offered| facts.robot || !offered.op.needs_robot())
        .filter(|offered| facts.barrier || !matches!(offered.op, Op::Open | Op::Close | Op::Release))
        .collect();
    // A text the vehicle calls for stands in place of the free one.
    let mut seen = std::collections::BTreeSet::new();
    bar.retain(|offered| seen.insert(offered.op));
    bar
}

/// Whether `op` stands in the bar, and with which needs.
pub fn offered(facts: &OfferFacts, op: Op) -> Option<OperationOffer> {
    offers(facts).into_iter().find(|offered| offered.op == op)
}

/// Whether the desk shows the earlier picture and asks before it opens; the hub does not ask.
pub fn asks_before_open(facts: &OfferFacts) -> bool {
    facts.direction == Some(Direction::Entry) && facts.already_inside
}

/// The rows of the table in their order; the first that fits wins.
fn for_vehicle(facts: &OfferFacts) -> Vec<OperationOffer> {
    use Assessment as A;
    // Which way a vehicle goes decides what it may do and how it is recorded: until it is known nothing opens.
    let Some(direction) = facts.direction else {
        return Vec::new();
    };
    match (direction, facts.assessment) {
        (_, A::Unknown) => Vec::new(),
        (Direction::Exit, A::VehicleLocked) => {
            vec![OperationOffer::about(Op::ShowText, &[Scene::ContactOwner])]
        }
        (Direction::Entry, A::Blacklisted) => refusal(),
        (_, A::PassValid) => open(),
        (Direction::Exit, _) if facts.money == Money::NothingDue => open(),
        (_, A::PassExpired) if facts.in_grace => open(),
        (Direction::Entry, other) => entering(other, facts.outsiders),
        (Direction::Exit, other) => leaving(other, facts.money),
    }
}

fn entering(assessment: Assessment, outsiders: bool) -> Vec<OperationOffer> {
    use Assessment as A;
    let renewal = || OperationOffer::about(Op::ShowQr, &[Scene::Renewal]);
    match assessment {
        A::PassExpired if outsiders => vec![OperationOffer::plain(Op::Open), renewal()],
        A::PassExpired => [renewal()].into_iter().chain(refusal()).collect(),
        A::SpaceTaken | A::Temporary if outsiders => open(),
        A::SpaceTaken => refusal(),
        A::Temporary => {
            let visitor = OperationOffer::needing(Op::Open, &[Need::DriverPhone, Need::EntryReason]);
            [visitor].into_iter().chain(refusal()).collect()
        }
        A::Unlicensed => vec![OperationOffer::about(Op::ShowQr, &[Scene::UnlicensedEntry])],
        // These are judged at exits only or stand in rows above.
        A::Unknown | A::VehicleLocked | A::Blacklisted | A::PassValid | A::NoEntryRecord => Vec::new(),
    }
}

fn leaving(assessment: Assessment, money: Money) -> Vec<OperationOffer> {
    use Assessment as A;
    match (assessment, money) {
        (A::PassExpired, Money::Due) => {
            vec![OperationOffer::about(Op::ShowQr, &[Scene::Renewal, Scene::Pay])]
        }
        (A::PassExpired, _) => vec![OperationOffer::about(Op::ShowQr, &[Scene::Renewal])],
        // Entered as `space_taken`, it is judged `temporary`; `space_taken` itself is a vehicle whose entry went unseen.
        (A::Temporary | A::SpaceTaken, Money::Due) => {
            vec![OperationOffer::about(Op::ShowQr, &[Scene::Pay]), OperationOffer::plain(Op::RecordCash)]
        }
        (A::Unlicensed, Money::Due) => {
            vec![OperationOffer::plain(Op::FindPhone), OperationOffer::about(Op::ShowQr, &[Scene::Pay])]
        }
        (A::Unlicensed, _) => {
            vec![OperationOffer::plain(Op::FindPhone), OperationOffer::about(Op::ShowQr, &[Scene::UnlicensedExit])]
        }
        (A::NoEntryRecord | A::Temporary | A::SpaceTaken, _) => {
            vec![OperationOffer::plain(Op::ChooseVehicle), OperationOffer::plain(Op::FileDebt)]
        }
        // These stand in rows above, or are judged at entries only.
        (A::Unknown | A::VehicleLocked | A::Blacklisted | A::PassValid, _) => Vec::new(),
    }
}

fn open() -> Vec<OperationOffer> {
    vec![OperationOffer::plain(Op::Open)]
}

fn refusal() -> Vec<OperationOffer> {
    vec![OperationOffer::about(Op::ShowText, &[Scene::Refusal])]
}

/// What every lane has, whatever stands there.
fn for_every_lane(facts: &OfferFacts) -> Vec<OperationOffer> {
    let mut every = vec![
        OperationOffer::plain(Op::RefreshPicture),
        OperationOffer::plain(Op::CorrectPlate),
        OperationOffer::plain(Op::Speak),
        OperationOffer::plain(Op::ShowText),
        OperationOffer::plain(Op::Restart),
    ];
    if facts.id_camera {
        every.push(OperationOffer::plain(Op::Capture));
    }
    if facts.in_call {
        every.push(OperationOffer::plain(Op::HangUp));
    }
    match facts.under_arm {
        UnderArm::Clear => every.push(OperationOffer::plain(Op::Close)),
        UnderArm::NotTold => every.push(OperationOffer::needing(Op::Close, &[Need::Clear])),
        UnderArm::Occupied => {}
    }
    if let Some(direction) = facts.direction {
        let needs = release_needs(facts, direction);
        every.push(OperationOffer::needing(Op::Release, &needs));
    }
    every
}

fn release_needs(facts: &OfferFacts, direction: Direction) -> Vec<Need> {
    let detained = matches!(
        (direction, facts.assessment),
        (Direction::Exit, Assessment::VehicleLocked) | (Direction::Entry, Assessment::Blacklisted)
    );
    let exit = direction == Direction::Exit;
    let wanted = [
        (Need::Reason, true),
        (Need::Remark, !exit || facts.release.exit_remark),
        (Need::Photos, exit && facts.release.exit_photos),
        (Need::Approval, detained || facts.release.approval),
    ];
    wanted.into_iter().filter_map(|(need, wanted)| wanted.then_some(need)).collect()
}

#[cfg(test)]
mod tests;
