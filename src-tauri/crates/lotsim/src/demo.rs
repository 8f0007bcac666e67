//! The demo site, on the ports that the hub's demo site file names, or on as many from another one on.
//!
//! | code | lot | lane | way | port |
//! | --- | --- | --- | --- | --- |
//! | E01 | 彩悦大厦 | 东门进口 | entry, automatic | 18101 |
//! | E02 | 彩悦大厦 | 东门出口 | exit, 粤B12345 read as 粤B1Z345 waits | 18102 |
//! | W01 | 彩悦大厦 | 西门进口 | entry, automatic | 18103 |
//! | W02 | 彩悦大厦 | 西门 | both | 18104 |
//! | S01 | 星河中心 | 南门进口 | entry | 18105 |
//! | S02 | 星河中心 | 南门出口 | exit, an unread plate waits | 18106 |
//! | N01 | 滨江花园 | 北门 | both | 18107 |
//!
//! The moving picture is at the port 100 further on, in three views of the same moment: over the lane
//! (`/Streaming/Channels/101`), close to the vehicle (`201`) and down the road (`301`). E02's hub watches all three.

use crate::{Config, Integration, LaneConfig, PastRead, RobotConfig, Vehicle};
use lanedesk_domain::lane::LaneDirection;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// User name of every demo device.
pub const USERNAME: &str = "admin";
/// Password of every demo device.
pub const PASSWORD: &str = "lotsim-12345";
/// Port of the control API.
pub const CONTROL_PORT: u16 = 18100;
/// The moving picture of a device is this many ports further on.
pub const RTSP_PORTS_ON: u16 = 100;
/// Codes and ports of the devices.
pub const PORTS: [(&str, u16); 7] =
    [("E01", 18101), ("E02", 18102), ("W01", 18103), ("W02", 18104), ("S01", 18105), ("S02", 18106), ("N01", 18107)];

/// Where the demo's robots look for the hub.
pub const HUB: &str = "http://127.0.0.1:8470";
/// Numbers and lanes of the robots; a robot's key is [`ROBOT_KEY`] and its number.
pub const ROBOTS: [(&str, &str); 2] = [("R-102", "E02"), ("R-201", "S02")];
/// What every demo robot's key begins with.
pub const ROBOT_KEY: &str = "lanedesk-demo-";

/// A demo robot, told of by the demo's telephone and payment systems.
pub fn robot((number, lane): (&str, &str)) -> RobotConfig {
    let integration = |id: &str| Integration { id: id.to_owned(), secret: format!("lanedesk-demo-{id}") };
    RobotConfig {
        number: number.to_owned(),
        key: format!("{ROBOT_KEY}{number}"),
        lane: lane.to_owned(),
        hub: HUB.to_owned(),
        telephony: Some(integration("tel")),
        payments: Some(integration("pay")),
    }
}

/// Where the control API listens.
pub const fn control() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), CONTROL_PORT)
}

/// The demo site, on the ports that the hub's demo site file names.
pub fn config() -> Config {
    config_from(CONTROL_PORT)
}

/// The same with every port as far from `first` as it otherwise is from [`CONTROL_PORT`], so that several demos run at once.
pub fn config_from(first: u16) -> Config {
    let names = [
        ("彩悦大厦", "东门进口", LaneDirection::Entry),
        ("彩悦大厦", "东门出口", LaneDirection::Exit),
        ("彩悦大厦", "西门进口", LaneDirection::Entry),
        ("彩悦大厦", "西门", LaneDirection::Both),
        ("星河中心", "南门进口", LaneDirection::Entry),
        ("星河中心", "南门出口", LaneDirection::Exit),
        ("滨江花园", "北门", LaneDirection::Both),
    ];
    let lanes = PORTS.iter().zip(names).map(|((code, port), (lot, name, direction))| {
        let lane = LaneConfig {
            port: first + (port - CONTROL_PORT),
            rtsp_port: first + (port - CONTROL_PORT) + RTSP_PORTS_ON,
            lot: lot.to_owned(),
            name: name.to_owned(),
            direction,
            drives_after_ms: Some(4000),
            falls_after_ms: Some(2500),
            next_after_ms: 45_000,
            ..LaneConfig::new(code)
        };
        alive(lane)
    });
    Config {
        control: Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), first)),
        robots: ROBOTS.map(robot).to_vec(),
        ..Config::of(lanes)
    }
}

fn past(minutes_ago: u32, plate: &str) -> PastRead {
    PastRead { minutes_ago, vehicle: Vehicle::new(plate) }
}

/// What stands at a lane, what will come, and what came before.
fn alive(lane: LaneConfig) -> LaneConfig {
    match lane.code.as_str() {
        "E01" => LaneConfig {
            automatic: true,
            next_after_ms: 120_000,
            vehicle: Some(Vehicle::new("粤B7K518")),
            waiting: ["粤BF06789", "粤B3N077", "湘A8Q26M", "粤BDK2018", "粤S5V812", "粤B90L6T", "桂K1P508"]
                .map(Vehicle::new)
                .to_vec(),
            past: vec![past(142, "粤B8B16S"), past(61, "粤BD10086"), past(24, "粤A5T390")],
            ..lane
        },
        "E02" => LaneConfig {
            body_first: true,
            vehicle: Some(Vehicle::new("粤B12345").read_as("粤B1Z345")),
            waiting: vec![
                Vehicle::new("粤BD10086"),
                Vehicle::new("粤A5T390"),
                Vehicle::new("粤B12345").read_as("粤B1Z345"),
            ],
            ..lane
        },
        "W01" => LaneConfig {
            automatic: true,
            past: vec![past(313, "粤B12345"), past(286, "粤B12346"), past(203, "粤B1Z845"), past(95, "粤B2J345")],
            ..lane
        },
        "W02" => LaneConfig { vehicle: Some(Vehicle::new("粤B8B16S").reversed()), ..lane },
        "S02" => LaneConfig { vehicle: Some(Vehicle::new("粤B66R58").read_as("")), ..lane },
        "S01" => LaneConfig { past: vec![past(187, "粤B66R58")], ..lane },
        _ => lane,
    }
}
