//! The commands that only forward: one for each entry of the endpoint table that says so.

use lanedesk_client::Hub;
use lanedesk_domain::{
    ids::{
        ApprovalId, CallId, CaseId, DebtId, DeviceId, LaneId, LotId, OpeningId, PersonId, PhotoId, StayId, WarningId,
    },
    lane::Direction,
    offers::Scene,
};
use lanedesk_wire::{
    account::{OneTimeCode, OpenSession, SecondFactor, SecondFactorOffer},
    approval::{AnswerApproval, Approval},
    audit::AuditHead,
    board::{Board, BoardItem},
    call::{Call, CallState},
    case::TimelineEntry,
    cash::{Cash, CashTotal},
    debt::Debt,
    filter::{
        ChangeFilter, DebtFilter, MaintenanceFilter, OpeningFilter, PastFilter, RiseFilter, RowFilter, WarningFilter,
        WorkFilter,
    },
    history::{LongStay, Outage, PastCall, PastCase},
    lane::{LaneStill, View},
    list::Page,
    maintenance::{DeviceHealth, Maintenance},
    morning::{CaseStatistics, CasesBy},
    opening::Opening,
    photo::{Evidence, HoldPhoto},
    record::Records,
    release::{ReasonChoice, ReleaseForm},
    rise::Rise,
    robot::{Pairing, Qr},
    search::SearchHits,
    seat::{Seat, SeatChoice},
    site::{Cells, NewSecret, PendingChange, PendingWord, SecretStep, SiteChange, SiteRow, SiteTable},
    statistics::{By, Statistics},
    warning::Warning,
};

macro_rules! forward {
    (
        plain { $(
            $(#[$($doc:tt)*])*
            $name:ident($($place:ident: $kind:ty),* $(; $($more:ident: $type:ty),+)?)
                $reading:ident $method:ident $path:literal $(?{ $query:expr })* $({ $body:expr })? -> $answer:ty;
        )+ }
        step { $(
            $(#[$($step_doc:tt)*])*
            $step:ident($case:ident: CaseId; fence: Fence $(, $said:ident: $said_type:ty)*)
                answer POST $step_path:literal { $step_body:expr } -> $step_answer:ty;
        )+ }
        method { $($method_only:tt)* }
    ) => {
        commands! { desk:
            $(
                $(#[$($doc)*])*
                $name($($place: $kind,)* $($($more: $type),+)?) -> $answer
                    = desk.ask(|hub| async move { hub.$name($($place,)* $($($more),+)?).await }).await;
            )+
            $(
                $(#[$($step_doc)*])*
                $step($case: CaseId, $($said: $said_type),*) -> $step_answer = {
                    let step = |hub: Hub, id: CaseId, fence| async move { hub.$step(id, fence, $($said),*).await };
                    desk.step($case, step).await
                };
            )+
        }
    };
}

lanedesk_wire::endpoints!(forward);
