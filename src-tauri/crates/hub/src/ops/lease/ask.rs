//! 「请求接手」: asking a holder for their lane (R12).

use super::audit;
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::lease::Target,
    store::{Audience, LockRows},
};
use lanedesk_domain::{ids::LaneId, person::Permission};
use lanedesk_wire::{case::Step, stream::Told};
use serde_json::json;

/// Asks the holder of a lane for it. A lane nobody else holds is claimed, not asked for.
pub async fn ask(hub: &Hub, actor: &Actor, lane: &LaneId) -> Result<()> {
    if !actor.role.may(Permission::HandOver) {
        return Err(Error::NotAllowed);
    }
    let target = Target::find(&hub.directory(), actor, lane)?;
    let (who, now) = (actor.clone(), hub.clock().now());
    hub.store()
        .write_at(LockRows::lane(lane), async move |tx| {
            let held = tx
                .lease_of_lane(&target.lane)
                .await?
                .filter(|row| row.holds(now) && row.holder.id != who.id)
                .ok_or(Error::NotOffered)?;
            tx.add_step(&held.case, now, Some(&who.id), Step::Asked, &[]).await?;
            let body = json!({"case": held.case, "holder": held.holder.id});
            tx.audit(audit("lane.ask", Some(&who.id), &target.lane, body, now)).await?;
            let asked = Told::Asked { case: held.case.clone(), by: who.holder() };
            tx.tell_all(now, &[(Audience::Person(&held.holder.id), asked)]).await?;
            Ok(())
        })
        .await
}
