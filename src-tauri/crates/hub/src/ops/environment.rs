//! Watching what happens around a lane.

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    live::Watch,
};
use lanedesk_domain::{
    ids::{DeviceId, LaneId},
    person::Permission,
};
use lanedesk_wire::live::LiveWhy;

/// A camera of a lane, for somebody who may see it.
#[derive(Debug, Clone)]
pub struct CameraSight {
    lane: LaneId,
    /// As asked for; none: the lane's first.
    asked: Option<DeviceId>,
    /// None: the lane has no camera.
    camera: Option<DeviceId>,
}

/// Finds the camera: the named one, or the lane's first.
pub fn find(hub: &Hub, actor: &Actor, lane: LaneId, asked: Option<DeviceId>) -> Result<CameraSight> {
    actor.allow(Permission::View)?;
    let devices = hub.runtime().lane(&lane).ok_or(Error::NotFound)?;
    actor.see(&devices.lot)?;
    let mut cameras = devices.environment.iter().map(|opened| opened.id());
    let camera = cameras.find(|id| asked.as_ref().is_none_or(|asked| asked == *id));
    if asked.is_some() && camera.is_none() {
        return Err(Error::NotFound);
    }
    let camera = camera.cloned();
    Ok(CameraSight { lane, asked, camera })
}

impl CameraSight {
    /// Watches from now on, or says why not.
    pub fn watch(&self, hub: &Hub, actor: &Actor) -> std::result::Result<Watch, LiveWhy> {
        let camera = self.camera.as_ref().ok_or(LiveWhy::NoCamera)?;
        hub.live().watch(hub, camera, &actor.id)
    }

    /// Whether the same person may still see the same camera there.
    pub fn stays(&self, hub: &Hub, actor: &Actor) -> bool {
        let found = find(hub, actor, self.lane.clone(), self.asked.clone());
        found.is_ok_and(|found| found.camera == self.camera)
    }
}
