//! The camera before the scene: a picture at a time, drawn, encoded and shown to whoever watches.

use super::{Frame, Stamp, annexb, encode::Encoder, ticks, wait_until};
use crate::{
    Fault, Lane, Vehicle,
    journal::now,
    scene::{Angle, Moment, Painter},
};
use lanedesk_domain::barrier::BarrierState;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Size of the moving picture, and the other one where the fault says so.
const SIZE: (u32, u32) = (640, 360);
const OTHER_SIZE: (u32, u32) = (480, 272);
/// How long a vehicle takes to drive up, or away, in seconds.
const DRIVE_S: f32 = 1.6;

/// Films until nobody watches.
pub(super) fn run(lane: &Lane, angle: Angle) {
    let (per_second, key_every) = (lane.config().fps.max(1), lane.config().key_every.max(1));
    let (began, mut number) = (Instant::now(), 0);
    let mut camera: Option<(Painter, Encoder)> = None;
    let mut road = Road::default();
    loop {
        wait_until(began, number, per_second);
        let size = if lane.has(Fault::Resize) { OTHER_SIZE } else { SIZE };
        let same = camera.take().filter(|(painter, _)| painter.size() == size);
        let made = same.map_or_else(
            || Encoder::new(per_second, key_every).map(|encoder| (Painter::new(angle, size), encoder)),
            Ok,
        );
        let Ok((mut painter, mut encoder)) = made else {
            tracing::error!(lane = lane.code(), "no H.264 encoder");
            lane.film(angle).end();
            return;
        };
        let moment = road.moment(lane, number, per_second);
        let nals = encoder.encode(&painter.paint(&moment)).unwrap_or_default();
        let mut nals = nals;
        let key = nals.iter().any(|nal| annexb::kind(nal) == 5);
        // Before the first slice, behind the parameters.
        let at = nals.iter().position(|nal| matches!(annexb::kind(nal), 1 | 5));
        let stamp = Stamp { micros: micros(), picture: number };
        nals.insert(at.unwrap_or(nals.len()), stamp.nal());
        let frame = Frame { nals, key, ticks: ticks(number, per_second) };
        if !lane.film(angle).show(frame) {
            return;
        }
        camera = Some((painter, encoder));
        number += 1;
    }
}

fn micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// The vehicle on the road, seen a picture at a time.
#[derive(Default)]
struct Road {
    seen: Option<(Vehicle, f32)>,
    leaving: bool,
    began: bool,
}

impl Road {
    fn moment(&mut self, lane: &Lane, picture: u64, per_second: u32) -> Moment {
        let view = lane.view();
        let step = 1.0 / (DRIVE_S * f32::from(u16::try_from(per_second).unwrap_or(25)));
        self.follow(view.vehicle, lane.bar() != BarrierState::Closed, step);
        Moment {
            label: view.label,
            // By the computer's own clock, whatever the device believes: delays are measured with it.
            at: now(),
            night: view.night,
            vehicle: self.seen.clone(),
            bar: view.bar,
            picture,
        }
    }

    /// One picture further.
    fn follow(&mut self, vehicle: Option<Vehicle>, bar_up: bool, step: f32) {
        let first = !std::mem::replace(&mut self.began, true);
        match (&mut self.seen, vehicle) {
            (Some((seen, way)), Some(now)) if *seen == now => *way = (*way + step).min(1.0),
            // Another one, or the first: it stands there already when the camera is switched on, else it drives up.
            (seen, Some(now)) => *seen = Some((now, if first { 1.0 } else { 0.0 })),
            (Some((_, way)), None) => {
                self.leaving |= bar_up && *way >= 1.0;
                *way += if self.leaving { step } else { -step };
                if !(0.0..2.0).contains(way) {
                    self.seen = None;
                    self.leaving = false;
                }
            }
            (None, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vehicle_drives_up_waits_and_drives_off_or_turns_back() {
        let car = || Some(Vehicle::new("粤B12345"));
        let way = |road: &Road| road.seen.as_ref().map(|(_, way)| *way);
        let mut road = Road::default();
        road.follow(None, false, 0.25);
        road.follow(car(), false, 0.25);
        assert_eq!(way(&road), Some(0.0));
        for _ in 0..6 {
            road.follow(car(), false, 0.25);
        }
        assert_eq!(way(&road), Some(1.0));
        road.follow(None, true, 0.25);
        assert_eq!(way(&road), Some(1.25));
        for _ in 0..4 {
            road.follow(None, false, 0.25);
        }
        assert_eq!(way(&road), None, "gone, though the bar is down behind it");
        road.follow(car(), false, 0.25);
        road.follow(car(), false, 0.25);
        road.follow(None, false, 0.25);
        assert_eq!(way(&road), Some(0.0), "it turned back");
    }

    #[test]
    fn one_that_stands_there_when_the_camera_is_switched_on_waits_already() {
        let mut road = Road::default();
        road.follow(Some(Vehicle::new("粤B12345")), false, 0.1);
        assert_eq!(road.seen.map(|(_, way)| way), Some(1.0));
    }
}
