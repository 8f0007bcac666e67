//! Areas, lots and lanes.

use super::super::{
    Area, Lane, Lot, Site,
    check::{Names, Noun},
    read::Row,
};
use lanedesk_domain::ids::{AreaId, DeviceId, LaneId, LotId};

pub(super) fn area(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (id, name, parent) = (row.parsed("id"), row.text("name"), row.parsed_or_none("parent"));
    let id: AreaId = id?;
    names.declare(Noun::Area, id.as_str(), row.place("id"), row.faults);
    let area = Area { id, name: name?, parent };
    let parent = area.parent.as_ref().map(AreaId::as_str);
    names.hangs_below(area.id.as_str(), parent, row.place("parent"));
    if let Some(parent) = parent {
        names.mention(Noun::Area, parent, row.place("parent"), "area.parent");
    }
    site.areas.push(area);
    Some(())
}

pub(super) fn lot(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (id, name, area) = (row.parsed("id"), row.text("name"), row.parsed("area"));
    let (manager, manager_phone) = (row.text_or_empty("manager"), row.text_or_empty("manager_phone"));
    let (outsiders, address) = (row.truth("outsiders", true), row.text_or_none("address"));
    let leave_minutes = row.number("leave_minutes", 15, 0);
    let id: LotId = id?;
    names.declare(Noun::Lot, id.as_str(), row.place("id"), row.faults);
    let area: AreaId = area?;
    names.mention(Noun::Area, area.as_str(), row.place("area"), "lot.area");
    site.lots.push(Lot { id, name: name?, area, manager, manager_phone, outsiders, address, leave_minutes });
    Some(())
}

pub(super) fn lane(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (id, lot, name) = (row.parsed("id"), row.parsed("lot"), row.text("name"));
    let (code, direction) = (row.text("code"), row.parsed("direction"));
    let (barrier, plate_camera) = (row.parsed_or_none("barrier"), row.parsed_or_none("plate_camera"));
    let (id_camera, robot) = (row.parsed_or_none("id_camera"), row.parsed_or_none("robot"));
    let environment_cameras = environment_cameras(row);
    let id: LaneId = id?;
    names.declare(Noun::Lane, id.as_str(), row.place("id"), row.faults);
    let (lot, code): (LotId, String) = (lot?, code?);
    names.mention(Noun::Lot, lot.as_str(), row.place("lot"), "lane.lot");
    names.only_once("lane code", format!("{code} of lot {lot}"), row.place("code"), row.faults);
    let lane = Lane {
        id,
        lot,
        name: name?,
        code,
        direction: direction?,
        barrier,
        plate_camera,
        environment_cameras,
        id_camera,
        robot,
    };
    mention_devices(row, names, &lane);
    site.lanes.push(lane);
    Some(())
}

fn environment_cameras(row: &mut Row<'_, '_>) -> Vec<DeviceId> {
    let mut cameras = row.list("environment_cameras");
    cameras.extend(row.parsed_or_none("environment_camera"));
    cameras
}

fn mention_devices(row: &Row<'_, '_>, names: &mut Names, lane: &Lane) {
    for (key, by, device) in [
        ("barrier", "lane.barrier", &lane.barrier),
        ("plate_camera", "lane.plate_camera", &lane.plate_camera),
        ("id_camera", "lane.id_camera", &lane.id_camera),
    ] {
        let Some(device) = device else { continue };
        names.mention(Noun::Device, device.as_str(), row.place(key), by);
    }
    let many = if lane.environment_cameras.len() > 1 { "environment_cameras" } else { "environment_camera" };
    for camera in &lane.environment_cameras {
        names.mention(Noun::Device, camera.as_str(), row.place(many), "lane.environment_cameras");
    }
    if let Some(robot) = &lane.robot {
        names.mention(Noun::Robot, robot.as_str(), row.place("robot"), "lane.robot");
        names.stands_at(robot.as_str(), lane.id.as_str(), row.place("robot"));
    }
}
