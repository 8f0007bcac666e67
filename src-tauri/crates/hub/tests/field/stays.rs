//! Who is inside: openings settle stays once the passage is seen (R37).

use crate::lot::{Held, Lot};
use lanedesk_hub::{
    ops,
    testing::{ENGINES, Engine},
};
use lotsim::Vehicle;

type Stay = (Option<String>, Option<i64>, Option<String>);

async fn stays(lot: &Lot) -> Vec<Stay> {
    lot.rows("select plate, left_at, release from stay order by id").await
}

async fn passages(lot: &Lot) -> Vec<String> {
    let rows: Vec<(String,)> = lot.rows("select passage from opening order by id").await;
    rows.into_iter().map(|(passage,)| passage).collect()
}

#[tokio::test]
async fn the_next_vehicles_read_settles_the_opening_and_its_own_read_again_does_not() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        lot.arrive("E01", Vehicle::new("粤B12345").stuck()).await;
        let held = lot.claim("E01").await;
        lot.raise(&held).await;
        assert_eq!(stays(&lot).await, [], "R37: raised is not passed");

        lot.arrive("E01", Vehicle::new("粤B12345").stuck()).await;
        assert_eq!(passages(&lot).await, ["pending"], "{engine:?}: its own read is no passage");
        lot.arrive("E01", Vehicle::new("粤B99999").stuck()).await;
        assert_eq!(passages(&lot).await, ["passed"], "{engine:?}: R37");
        let inside = stays(&lot).await;
        assert_eq!(inside, [(Some("粤B12345".to_owned()), None, None)]);
        let (stay, release): (Option<String>, Option<String>) = lot.one("select stay_id, release from opening").await;
        assert!(stay.is_some(), "the opening names the stay it began");
        assert_eq!(release.as_deref(), Some("normal"));
        let view = lot.view("E01").await;
        assert_eq!(view["vehicle"]["plate"], "粤B99999", "the page shows who stands there");
    }
}

#[tokio::test]
async fn a_person_says_passed_and_a_plate_that_comes_in_again_is_inside_once() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        for _ in 0..2 {
            lot.arrive("E01", Vehicle::new("粤B12345").stuck()).await;
            let held = lot.claim("E01").await;
            lot.raise(&held).await;
            lot.second_passes();
            lot.passed(&held).await;
            let close = format!("/api/cases/{}/close", held.case);
            lot.post(&close, serde_json::json!({})).await;
        }
        assert_eq!(passages(&lot).await, ["passed", "passed"]);
        let stays = stays(&lot).await;
        assert_eq!(stays.len(), 2);
        assert!(
            stays[0].1.is_some() && stays[1].1.is_none(),
            "{engine:?}: the stay that was never ended is over: {stays:?}"
        );
    }
}

/// Issue 17, 5: whoever says 「已通过」 on a page that let nobody through settles nothing, least of all the stay of the
/// vehicle a case before was opened for.
#[tokio::test]
async fn passed_is_said_only_of_a_vehicle_this_case_let_through() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        lot.arrive("E01", Vehicle::new("粤B12345").stuck()).await;
        let first = lot.claim("E01").await;
        let said = async |held: &Held| {
            let path = format!("/api/cases/{}/passed", held.case);
            let body = serde_json::json!({"fence": held.fence});
            let told = lot.call(reqwest::Method::POST, &path, Some(body)).await;
            let status = told.status().as_u16();
            (status, told.json::<serde_json::Value>().await.unwrap()["code"].clone())
        };
        assert_eq!(said(&first).await, (409, "not_offered".into()), "{engine:?}: nothing was opened");
        lot.raise(&first).await;
        let close = format!("/api/cases/{}/close", first.case);
        lot.post(&close, serde_json::json!({})).await;

        let second = lot.claim("E01").await;
        assert_eq!(
            said(&second).await,
            (409, "not_offered".into()),
            "{engine:?}: what another case opened is not this one's to say"
        );
        assert_eq!(passages(&lot).await, ["pending"]);
        assert_eq!(stays(&lot).await, [], "nobody came in on that word");
        let view = lot.view("E01").await;
        let steps = view["timeline"].as_array().unwrap();
        assert!(steps.iter().all(|step| step["what"] != "passed"), "{steps:?}");

        lot.raise(&second).await;
        lot.passed(&second).await;
        assert_eq!(passages(&lot).await, ["pending", "passed"], "{engine:?}: its own");
        lot.passed(&second).await;
        assert_eq!(stays(&lot).await.len(), 1, "said twice it is the same passage");
    }
}

/// R37: the camera that opened by itself has seen the vehicle go; the person may say so too.
#[tokio::test]
async fn passed_is_said_of_a_vehicle_its_camera_let_through() {
    for engine in ENGINES {
        let lot = Lot::open_with(engine, |lane| lane.automatic = lane.code == "E01").await;
        let held = lot.claim("E01").await;
        lot.arrive("E01", Vehicle::new("粤B66666")).await;
        lot.until("its camera let it through", async || (stays(&lot).await.len() == 1).then_some(())).await;
        lot.passed(&held).await;
        assert_eq!(stays(&lot).await.len(), 1, "{engine:?}: one passage, one stay");
    }
}

#[tokio::test]
async fn a_vehicle_that_turns_round_changes_no_stay() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("E01", Vehicle::new("粤B12345").stuck()).await;
    let held = lot.claim("E01").await;
    lot.raise(&held).await;
    lot.arrive("E01", Vehicle::new("粤B12345").reversed().stuck()).await;
    assert_eq!(passages(&lot).await, ["none"], "R37: it backed out");
    let listed = ops::stay::without_passage(&lot.hub.hub, &Lot::chief(), &Lot::lot_id(), 10).await;
    assert_eq!(listed.unwrap().len(), 1, "R37: openings without a passage form a list");
    lot.arrive("E01", Vehicle::new("粤B99999").stuck()).await;
    assert_eq!(passages(&lot).await, ["none"], "what is settled stays settled");
    assert_eq!(stays(&lot).await, [], "R37: nobody came in");
}

#[tokio::test]
async fn the_cameras_own_opening_is_a_passage_in_and_out() {
    for engine in ENGINES {
        let lot = Lot::open_with(engine, |lane| lane.automatic = true).await;
        lot.arrive("E01", Vehicle::new("粤B66666")).await;
        assert_eq!(stays(&lot).await, [(Some("粤B66666".to_owned()), None, None)], "{engine:?}");
        lot.minutes_pass(10);
        lot.arrive("E02", Vehicle::new("粤B66666")).await;
        let after = stays(&lot).await;
        assert_eq!(after.len(), 1);
        assert!(after[0].1.is_some(), "it left");
        assert_eq!(after[0].2.as_deref(), Some("free"), "within the free minutes nothing was due");
        let view = lot.view("E02").await;
        assert!(view.get("vehicle").is_none(), "it is through: {view}");
    }
}

#[tokio::test]
async fn a_misread_vehicle_that_was_corrected_passes_under_its_true_plate() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("E01", Vehicle::new("粤B12345").read_as("粤B1Z345").stuck()).await;
    let held = lot.claim("E01").await;
    lot.correct(&held, "粤B12345").await;
    lot.raise(&held).await;
    lot.arrive("E01", Vehicle::new("粤B12345").read_as("粤B1Z345").stuck()).await;
    assert_eq!(passages(&lot).await, ["pending"], "the same car, misread again, has not passed");
    lot.arrive("E01", Vehicle::new("粤B99999").stuck()).await;
    assert_eq!(stays(&lot).await, [(Some("粤B12345".to_owned()), None, None)]);
    let view = lot.view("E01").await;
    assert_eq!(view["case"]["plate"], "粤B99999", "who was corrected has gone: the case goes on with who stands there");
}

#[tokio::test]
async fn a_second_car_of_a_full_pass_comes_in_as_temporary_and_pays() {
    for engine in ENGINES {
        let lot = Lot::open_with(engine, |lane| lane.automatic = lane.code == "E01").await;
        for plate in ["粤B12345", "粤B54321"] {
            lot.arrive("E01", Vehicle::new(plate)).await;
        }
        let taken: Vec<(bool,)> = lot.rows("select space_taken from stay order by id").await;
        assert_eq!(taken, [(false,), (true,)], "{engine:?}: one space, two plates");
        lot.minutes_pass(61);
        lot.arrive("E02", Vehicle::new("粤B54321").stuck()).await;
        let view = lot.view("E02").await;
        assert_eq!(view["payment"]["due_fen"], 900, "whatever its pass says");
    }
}
