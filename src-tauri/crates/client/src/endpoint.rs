//! A method for each endpoint of the table: JSON or a query out, JSON in.

use crate::{CallError, Day, Hub, segment::segment};
use lanedesk_domain::{
    ids::{
        ApprovalId, CallId, CaseId, DebtId, DeviceId, Fence, LaneId, LotId, OpeningId, OrderId, PersonId, PhotoId,
        StayId, WarningId,
    },
    lane::Direction,
    offers::Scene,
};
use lanedesk_wire::{
    account::{ChangePassword, ConfirmSecondFactor, OneTimeCode, OpenSession, SecondFactor, SecondFactorOffer},
    approval::{AnswerApproval, Approval},
    audit::AuditHead,
    barrier::OrderAnswer,
    board::{Board, BoardItem, HelpNote},
    call::{Call, CallState, CalledBack, OpenByHand, Taken},
    case::{
        ChooseVehicle, Claimed, CloseCase, CorrectPlate, FindPhone, HandOver, MarkPassed, MoveCase, SetDirection,
        TakeOver, TimelineEntry,
    },
    cash::{Cash, CashTotal, TakeCash},
    debt::{Debt, FileDebt, WaiveDebt},
    endpoint::Empty,
    filter::{
        ChangeFilter, DebtFilter, MaintenanceFilter, OpeningFilter, PastFilter, RiseFilter, RowFilter, WarningFilter,
        WorkFilter,
    },
    history::{LongStay, Outage, PastCall, PastCase},
    lane::{LaneStill, View},
    list::Page,
    maintenance::{CloseMaintenance, DeviceHealth, Maintenance, OpenMaintenance},
    morning::{CaseStatistics, CasesBy, Morning},
    opening::{ClosePhotos, Opening},
    photo::{Evidence, HoldPhoto, Photo, PhotoFromLane},
    record::Records,
    release::{ReasonChoice, ReleaseForm},
    report::Report,
    rise::Rise,
    robot::{Pairing, Qr},
    search::SearchHits,
    seat::{Seat, SeatChoice, SetSeatState},
    session::{BindSeat, Person},
    site::{
        AddRow, AnswerPending, Cells, ChangeRow, NewSecret, PendingChange, PendingWord, RotateSecret, SecretStep,
        SiteChange, SiteRow, SiteTable,
    },
    statistics::{By, Statistics},
    warning::{DismissWarning, Warning},
};
use reqwest::Method;
use std::fmt::Display;

macro_rules! methods {
    ($($section:ident { $(
        $(#[$($doc:tt)*])*
        $name:ident($($place:ident: $kind:ty),* $(; $($more:ident: $type:ty),+)?)
            $reading:ident $method:ident $path:literal $(?{ $query:expr })* $({ $body:expr })? -> $answer:ty;
    )+ })+) => {
        impl Hub {$($(
            $(#[$($doc)*])*
            pub async fn $name(&self, $($place: $kind,)* $($($more: $type),+)?) -> Result<$answer, CallError> {
                let path = filled($path, &[$(&$place as &dyn Display),*]);
                let request = self.request(Method::$method, &path)?;
                self.$reading(request $(.query(&$query))* $(.json(&$body))?).await
            }
        )+)+}
    };
}

lanedesk_wire::endpoints!(methods);

/// A path with the places in its braces filled in, in their order. Each stays one segment, so that no id can name another
/// path.
fn filled(path: &str, places: &[&dyn Display]) -> String {
    let mut parts = path.split(['{', '}']);
    let mut filled = parts.next().unwrap_or_default().to_owned();
    // The parts are a name and the text behind it, by turns.
    for place in places {
        filled.push_str(&segment(&place.to_string()));
        filled.push_str(parts.nth(1).unwrap_or_default());
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn places_stand_in_the_braces_in_their_order() {
        assert_eq!(filled("/api/seats", &[]), "/api/seats");
        assert_eq!(filled("/api/site/{table}/{id}", &[&"lane", &"a/b"]), "/api/site/lane/a%2Fb");
        assert_eq!(filled("/api/cases/{case}/help", &[&"c1"]), "/api/cases/c1/help");
    }
}
