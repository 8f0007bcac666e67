//! The parts of a page that come from the site alone.

use crate::directory::{Directory, Lane, Lot};
use lanedesk_wire::lane::{LaneFacts, LotFacts, Tariff};

/// 停车场信息
pub(super) fn lot(directory: &Directory, lot: &Lot) -> LotFacts {
    let tariff = directory.tariffs.get(&lot.id).map(|row| Tariff {
        free_minutes: row.free_minutes,
        first_minutes: row.first_minutes,
        first_fen: row.first_fen,
        step_minutes: row.step_minutes,
        step_fen: row.step_fen,
        day_cap_fen: row.day_cap_fen,
    });
    LotFacts {
        id: lot.id.clone(),
        name: lot.name.clone(),
        manager: lot.manager.clone(),
        manager_phone: lot.manager_phone.clone(),
        outsiders: lot.outsiders,
        leave_minutes: lot.leave_minutes,
        tariff,
    }
}

/// The lane itself.
pub(super) fn lane(lane: &Lane) -> LaneFacts {
    LaneFacts {
        id: lane.id.clone(),
        name: lane.name.clone(),
        code: lane.code.clone(),
        direction: lane.direction,
        environment_cameras: lane.environment_cameras.iter().map(ToString::to_string).collect(),
        // A robot has a camera of its own.
        id_camera: lane.id_camera.is_some() || lane.robot.is_some(),
    }
}
