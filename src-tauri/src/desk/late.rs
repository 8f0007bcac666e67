//! 「补录」: photos brought after their release (R24).

use super::Desk;
use crate::commands::Reply;
use lanedesk_domain::ids::{CaseId, OpeningId};
use lanedesk_wire::opening::Opening;

impl Desk {
    /// From now on photos may be taken for an opening of this person's that owes them, though its case is over.
    pub async fn bring_photos(&self, id: OpeningId) -> Reply<Opening> {
        let opening = self.ask(|hub| async move { hub.opening(id).await }).await?;
        let owes = opening.photos_owed.as_ref().is_some_and(|owed| owed.missing > 0);
        let before = {
            let mut state = self.state();
            let mine = state.person.as_ref().map(|person| &person.id) == Some(&opening.person.id);
            let next = (owes && mine).then(|| opening.case.clone());
            std::mem::replace(&mut state.work.bringing, next)
        };
        if let Some(before) = before.filter(|before| *before != opening.case) {
            self.forget_thumbs(&before);
        }
        Ok(opening)
    }

    /// Refuses a photo of a case that is neither held nor owed one.
    pub(super) fn photographs(&self, case: &CaseId) -> Reply<()> {
        let owed = self.state().work.bringing.as_ref() == Some(case);
        if owed { Ok(()) } else { self.holds(case) }
    }
}
