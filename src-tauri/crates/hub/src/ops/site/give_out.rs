//! The site as an administrator takes it away: without secrets, which are write-only there.

use super::{Reach, export};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    site::Site,
    store::Audit,
};
use lanedesk_domain::person::Permission;
use lanedesk_wire::site::SiteTable;
use serde_json::json;

/// The site as far as it lies within their scope (R3); who took it is in the record before it leaves.
pub async fn give_out(hub: &Hub, actor: &Actor, table: Option<SiteTable>) -> Result<Site> {
    actor.allow(Permission::Configure)?;
    let (who, now) = (actor.id.clone(), hub.clock().now());
    hub.store()
        .write(async move |tx| {
            tx.audit(Audit::new(now, Some(&who), "site.export", "site:file", json!({"table": table})))
                .await
                .map_err(Error::from)
        })
        .await?;
    let reach = Reach::of(&mut hub.store().read().await?.conn(), &actor.id).await?;
    let site = export(hub.store(), hub.vault()).await;
    let mut site = site.map_err(|error| Error::Internal(error.to_string()))?;
    reach.narrow(&mut site);
    for device in &mut site.devices {
        device.password = None;
        device.push_key = None;
        device.rtsp_username = None;
        device.rtsp_password = None;
    }
    for robot in &mut site.robots {
        robot.key.clear();
    }
    for integration in &mut site.integrations {
        integration.secret.clear();
    }
    Ok(site)
}
