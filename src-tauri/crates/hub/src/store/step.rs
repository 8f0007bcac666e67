//! The timeline of a case (R35): rows are only ever added.

use super::{Conn, StoreError, Tx, part::who};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::case::{Step, TimelineEntry};
use std::collections::BTreeMap;

impl Tx<'_> {
    /// Adds a step to a case's timeline: what `person` did, or what happened by itself where there is none. The facts are
    /// for people.
    pub(crate) async fn add_step(
        &mut self,
        case: &CaseId,
        at: Timestamp,
        person: Option<&PersonId>,
        what: Step,
        facts: &[(&'static str, String)],
    ) -> Result<(), StoreError> {
        let facts: BTreeMap<&str, &str> = facts.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let facts = serde_json::to_string(&facts).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        self.later(
            "insert into case_event (id, case_id, at, person_id, what, facts) values ($1, $2, $3, $4, $5, $6)",
            args![uuid::Uuid::now_v7().to_string(), case, at, person.map(PersonId::as_str), what.word(), facts],
        )
        .await?;
        if voids_leave(what) {
            // At once: whatever changes an approval is summed up (`ledger`), which later rows that change are not.
            self.execute(VOID_LEAVE, args![case, at]).await?;
        }
        Ok(())
    }
}

/// What was asked of a case is over at once, answered or not. The questions among them are told by whoever ends those
/// whose time is over; leave that an order is using up is over should the order give it back.
const VOID_LEAVE: &str = "update approval set expires_at = $2
    where case_id = $1 and state in ('waiting', 'allowed', 'used') and expires_at > $2";

/// Whether leave given before this step no longer holds: the case is another's, at another lane, of another vehicle, or
/// over.
fn voids_leave(what: Step) -> bool {
    matches!(
        what,
        Step::HandedOver
            | Step::TakenOver
            | Step::Moved
            | Step::Corrected
            | Step::FoundByPhone
            | Step::VehicleChosen
            | Step::DirectionSet
            | Step::PlateRead
            | Step::Requeried
            | Step::Expired
            | Step::Revoked
            | Step::Closed
    )
}

impl Conn<'_> {
    /// A case's timeline, oldest first (R35).
    pub(crate) async fn timeline(&mut self, case: &CaseId) -> Result<Vec<TimelineEntry>, StoreError> {
        let sql = concat!(
            "select e.at, ",
            who!("person", "p"),
            ", e.what, e.facts from case_event e
             left join person p on p.id = e.person_id where e.case_id = $1 order by e.id"
        );
        self.all(sql, args![case]).await
    }
}
