//! The call of a page. Its number is the driver's: only whoever holds the lane is told all of it.

use crate::{ops::call::masked, store::CallRow};
use lanedesk_domain::ids::PersonId;
use lanedesk_wire::{case::CallNow, lane::View};

/// A call as a page shows it as long as its case: whoever reads the page anew still sees when it was over.
pub(super) fn now(row: &CallRow) -> CallNow {
    CallNow {
        id: row.id.clone(),
        caller: row.caller.clone(),
        started_at: row.progress.since,
        answered_at: row.progress.answered_at,
        // Of one opened by hand no telephone system tells: it ended for nobody.
        ended_at: row.progress.ended_at.filter(|_| !row.by_hand),
    }
}

/// The page as this reader sees it; nobody in particular: as those who only look on.
pub(super) fn seen_by(mut view: View, reader: Option<&PersonId>) -> View {
    let holds = view.lease.as_ref().is_some_and(|lease| Some(&lease.holder.id) == reader);
    if let Some(call) = view.call.as_mut().filter(|_| !holds) {
        call.caller = masked(&call.caller);
    }
    view
}
