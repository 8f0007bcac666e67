//! What happens at a simulated site by itself and by its control API.

use lanedesk_domain::{barrier::BarrierState, order::BarrierAction};
use lotsim::{
    Cause, Config, Fault, LaneConfig, Lotsim, Outcome, Vehicle,
    control::{Departure, JournalRows, Press, SetFault},
    demo,
};
use reqwest::{Client, StatusCode};
use std::collections::BTreeSet;

/// A site with a control API and one lane.
async fn site(lane: LaneConfig) -> Lotsim {
    let config = Config { control: Some("127.0.0.1:0".parse().expect("an address")), ..Config::of([lane]) };
    Lotsim::start(config).await.expect("a site")
}

#[tokio::test]
async fn an_automatic_lane_lets_a_vehicle_through_and_the_next_one_comes() {
    let sim = site(LaneConfig {
        automatic: true,
        drives_after_ms: Some(10),
        falls_after_ms: Some(10),
        next_after_ms: 10,
        vehicle: Some(Vehicle::new("粤B12345")),
        waiting: vec![Vehicle::new("粤B67890").stuck()],
        ..LaneConfig::quick("E01")
    })
    .await;
    let lane = sim.lane("E01");
    let next = Some(Vehicle::new("粤B67890").stuck());
    assert!(lane.wait(|lane| lane.vehicle() == next).await);
    assert!(lane.wait(|_| sim.journal().len() == 1 || sim.journal().len() == 2).await);
    let first = sim.journal()[0].clone();
    assert_eq!((first.cause, first.after), (Cause::Camera, BarrierState::Open));
    assert!(first.reached_at.is_some());
    assert!(sim.commands().is_empty(), "no order came from outside");
}

#[tokio::test]
async fn the_box_lowers_the_bar_only_behind_a_vehicle() {
    let sim = site(LaneConfig { falls_after_ms: Some(5), ..LaneConfig::quick("E01") }).await;
    let lane = sim.lane("E01");
    lane.arrive(Vehicle::new("粤B12345"));
    assert!(!lane.drive_through(), "the bar is down");
    lane.press(BarrierAction::Open);
    assert!(lane.wait_open().await);
    assert!(lane.drive_through());
    assert!(lane.wait_closed().await);
    let causes: Vec<Cause> = sim.journal().iter().map(|row| row.cause).collect();
    assert_eq!(causes, [Cause::Remote, Cause::Box]);
    assert_eq!(lane.press(BarrierAction::Close), Outcome::Already);
}

#[tokio::test]
async fn the_control_api_does_what_the_library_does() {
    let sim = site(LaneConfig::quick("E01")).await;
    let lane = sim.lane("E01");
    let base = format!("http://{}", sim.control().unwrap());
    let client = Client::builder().no_proxy().build().unwrap();
    let post = |what: &str| client.post(format!("{base}/lanes/E01/{what}"));
    let send = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status();

    let vehicle = Vehicle::new("粤B12345").read_as("粤B1Z345");
    assert!(send(post("vehicle").json(&vehicle)).await.is_success());
    assert_eq!(lane.vehicle(), Some(vehicle));
    let through = Departure { back: false };
    assert_eq!(send(post("leave").json(&through)).await, StatusCode::CONFLICT);
    let open = Press { action: BarrierAction::Open };
    assert!(send(post("press").json(&open)).await.is_success());
    assert!(lane.wait_open().await);
    assert!(send(post("leave").json(&through)).await.is_success());
    assert_eq!(lane.vehicle(), None);

    for (word, faults) in [("reply-lost", 1), ("slow=20", 2), ("slow=30", 2), ("clear", 0)] {
        let fault = SetFault { fault: word.to_owned() };
        assert!(send(post("fault").json(&fault)).await.is_success());
        assert_eq!(lane.facts().faults.len(), faults, "{word}");
    }
    let odd = SetFault { fault: "odd".to_owned() };
    assert_eq!(send(post("fault").json(&odd)).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(client.get(format!("{base}/lanes/X"))).await, StatusCode::NOT_FOUND);

    let rows = client.get(format!("{base}/journal")).send().await.unwrap();
    let rows: JournalRows = rows.json().await.unwrap();
    assert_eq!((rows.movements.len(), rows.commands.len()), (1, 0));
    let picture = client.get(format!("{base}/lanes/E01/picture.jpg")).send().await.unwrap();
    assert!(picture.bytes().await.unwrap().len() > 20_000);
}

#[tokio::test]
async fn a_device_asks_for_a_password_and_an_offline_one_is_gone() {
    let sim = site(LaneConfig::quick("E01")).await;
    let lane = sim.lane("E01");
    let client = Client::builder().no_proxy().build().unwrap();
    let still = format!("{}/ISAPI/Streaming/channels/101/picture", lane.url());
    let answer = client.get(&still).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(answer.headers().contains_key("www-authenticate"));
    lane.fault(Fault::Offline);
    while client.get(&still).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
    lane.clear_faults();
    while client.get(&still).send().await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[test]
fn the_demo_has_every_lane_on_a_port_of_its_own() {
    let config = demo::config();
    let ports: BTreeSet<u16> = config.lanes.iter().map(|lane| lane.port).collect();
    assert_eq!(ports.len(), demo::PORTS.len());
    assert!(!ports.contains(&demo::CONTROL_PORT));
    let waits = config.lanes.iter().find(|lane| lane.code == "E02").unwrap();
    let vehicle = waits.vehicle.as_ref().unwrap();
    assert_eq!(vehicle.reading(), Some("粤B1Z345"));
}

#[tokio::test]
async fn a_site_is_read_from_a_file_and_a_taken_port_is_named() {
    let file = std::env::temp_dir().join(format!("lotsim-{}.toml", std::process::id()));
    let text = "[[lane]]\ncode = \"A1\"\ndirection = \"exit\"\nvehicle = { plate = \"粤B12345\" }\n";
    std::fs::write(&file, text).unwrap();
    let config = Config::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(config.lanes[0].username, demo::USERNAME);
    let first = Lotsim::start(config.clone()).await.unwrap();
    let port = first.lane("A1").url().rsplit(':').next().unwrap().parse().unwrap();
    let mut second = config;
    second.lanes[0].port = port;
    let error = Lotsim::start(second).await.err().map(|error| error.to_string());
    assert!(error.is_some_and(|text| text.contains("A1") && text.contains(&port.to_string())));
}
