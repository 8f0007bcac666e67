//! One reading of a plate, with its pictures, as the camera remembers it.

use crate::{Vehicle, scene};
use bytes::Bytes;
use lanedesk_domain::time::Timestamp;

/// A reading.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) uuid: String,
    pub(crate) vehicle: Vehicle,
    /// By the device's clock.
    pub(crate) at: Timestamp,
    /// Whether the camera opened by itself.
    pub(crate) opened: bool,
    pub(crate) scene: Bytes,
    pub(crate) plate: Option<Bytes>,
    /// Where the plate stands, in thousandths of the picture: x, y, width, height.
    pub(crate) rect: Option<[u32; 4]>,
}

/// A reading as it is sent: live, or told again.
#[derive(Debug, Clone)]
pub(crate) struct EventReading {
    pub(crate) event: std::sync::Arc<Event>,
    pub(crate) history: bool,
}

impl Event {
    /// Draws the pictures and puts the reading together; some tens of milliseconds of work.
    pub(crate) fn draw(uuid: String, view: &scene::View, opened: bool) -> Self {
        let picture = scene::draw(view);
        let vehicle = view.vehicle.clone().unwrap_or_else(Vehicle::unlicensed);
        let plate = vehicle.plate.is_some();
        Self {
            uuid,
            at: view.at,
            opened,
            scene: picture,
            plate: plate.then(|| scene::draw_plate(&vehicle)),
            rect: plate.then(scene::plate_rect),
            vehicle,
        }
    }
}
