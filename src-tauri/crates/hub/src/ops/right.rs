//! Rights taken away take effect at once (R3): whoever may no longer work a lane loses it, whoever may no longer sit at a
//! seat leaves it.
//!
//! Looked at after every change of the site, by every hub; a lease has one end, whichever hub brings it about.

use super::{
    lease::{LeaseEnd, audit, end},
    seat,
};
use crate::{auth, error::Result, hub::Hub, store::LockRows};
use lanedesk_domain::{
    ids::{LaneId, LotId, PersonId},
    person::Permission,
};
use lanedesk_wire::stream::LostWhy;
use serde_json::json;

/// Ends what nobody may hold any more.
pub async fn enforce(hub: &Hub) -> Result<()> {
    let now = hub.clock().now();
    let (held, seated) = {
        let mut reader = hub.store().read().await?;
        let mut conn = reader.conn();
        (conn.handled(now).await?, conn.seated().await?)
    };
    let site = hub.directory();
    for held in held {
        let lot = site.lane(&held.lane).map(|(_, lot)| lot.id.clone());
        if !may_work(hub, &held.holder.id, lot.as_ref()).await? {
            end_lease(hub, &held.lane, &held.holder.id).await?;
        }
    }
    for person in seated {
        let known = auth::person(hub, &person).await?;
        if !known.is_some_and(|actor| actor.role.may(Permission::Seat)) {
            seat::release(hub, person).await?;
        }
    }
    Ok(())
}

/// After somebody gained a lane: they were let in by the rights of the moment their request began, which may have been taken
/// away since. Rights that are taken away later end the lease by [`enforce`], which then sees it.
pub(crate) async fn still(hub: &Hub, lane: &LaneId, person: &PersonId) -> Result<()> {
    let lot = hub.directory().lane(lane).map(|(_, lot)| lot.id.clone());
    if may_work(hub, person, lot.as_ref()).await? { Ok(()) } else { end_lease(hub, lane, person).await }
}

async fn may_work(hub: &Hub, person: &PersonId, lot: Option<&LotId>) -> Result<bool> {
    let known = auth::person(hub, person).await?;
    let sees = |lot| known.as_ref().is_some_and(|actor| actor.may_see(lot) && actor.role.may(Permission::Claim));
    Ok(lot.is_some_and(sees))
}

async fn end_lease(hub: &Hub, lane: &LaneId, person: &PersonId) -> Result<()> {
    let rows = LockRows::lane(lane);
    let (lane, person, now) = (lane.clone(), person.clone(), hub.clock().now());
    hub.store()
        .write_at(rows, async move |tx| {
            let lease = tx.lease_of_lane(&lane).await?;
            let Some(lease) = lease.filter(|row| row.open && row.holder.id == person) else {
                return Ok(());
            };
            let ending = LeaseEnd { lease: &lease, why: LostWhy::Revoked, by: None };
            if end(tx, &ending, now).await? {
                let body = json!({"case": lease.case, "holder": person, "why": "rights"});
                tx.audit(audit("lane.revoke", None, &lane, body, now)).await?;
            }
            Ok(())
        })
        .await
}
