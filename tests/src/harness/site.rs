//! The demo site over devices that listen wherever there was a free port.

use lotsim::{Config, LaneConfig, Lotsim};

/// The demo lot with quick bars, where nothing happens by itself and only `automatic` lanes open by themselves.
pub(crate) async fn lot(automatic: &[&str]) -> Lotsim {
    lot_with(automatic, |_| {}).await
}

/// The same with lanes changed.
pub(crate) async fn lot_with(automatic: &[&str], change: impl Fn(&mut LaneConfig)) -> Lotsim {
    Lotsim::start(config(automatic, change)).await.unwrap()
}

/// The same with the demo's own robots and a control port. R-102 has telephone and payments, R-201 its button alone;
/// they link once they are told where the hub is.
pub(crate) async fn lot_with_robots(automatic: &[&str], change: impl Fn(&mut LaneConfig)) -> Lotsim {
    let mut config = config(automatic, change);
    config.robots = lotsim::demo::ROBOTS.map(lotsim::demo::robot).to_vec();
    for robot in &mut config.robots {
        // Nobody listens there.
        "http://127.0.0.1:9".clone_into(&mut robot.hub);
        robot.telephony = robot.telephony.take().filter(|_| robot.number == "R-102");
    }
    config.control = Some(([127, 0, 0, 1], 0).into());
    Lotsim::start(config).await.unwrap()
}

fn config(automatic: &[&str], change: impl Fn(&mut LaneConfig)) -> Config {
    let lanes = lotsim::demo::config()
        .lanes
        .into_iter()
        .map(|demo| LaneConfig {
            direction: demo.direction,
            name: demo.name,
            lot: demo.lot,
            body_first: demo.body_first,
            automatic: automatic.contains(&demo.code.as_str()),
            ..LaneConfig::quick(&demo.code)
        })
        .map(|mut lane| {
            change(&mut lane);
            lane
        });
    Config::of(lanes)
}

/// The demo site file with these devices in place of the fixed ports.
pub(crate) fn site(lot: &Lotsim) -> String {
    let mut text = std::fs::read_to_string(xtask::house::demo_site()).unwrap();
    for (code, port) in lotsim::demo::PORTS {
        let fixed = format!("\"http://127.0.0.1:{port}\"");
        assert!(text.contains(&fixed), "the demo site has no device at {port}");
        text = text.replace(&fixed, &format!("\"{}\"", lot.lane(code).url()));
        // Whichever of its cameras.
        let moving = format!("rtsp://127.0.0.1:{}/", port + lotsim::demo::RTSP_PORTS_ON);
        let there = lot.lane(code).rtsp_url();
        let there = there.trim_end_matches("Streaming/Channels/101");
        text = text.replace(&moving, there);
    }
    text
}

/// So many people more, `p0`, `p1` and so on, of one role over every lot.
pub(crate) fn people(count: usize, role: &str) -> String {
    let person = |n: usize| {
        format!(
            "\n[[person]]\nusername = \"p{n}\"\nname = \"第{n}人\"\nrole = \"{role}\"\npassword = \"{}\"\nareas = [\"company\"]\n",
            crate::demo::PASSWORD
        )
    };
    (0..count).map(person).collect()
}
