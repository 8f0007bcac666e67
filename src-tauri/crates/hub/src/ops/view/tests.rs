//! R15–R18, R35, R41, R42: what the page says of a lane and its vehicle.

use crate::{
    actor::Actor,
    error::Error,
    ops::{
        case::{choose_vehicle, close, correct_plate, find_phone, set_direction},
        fixture::{Scene, lane},
        lease::claim,
        record, view,
    },
    testing::{ENGINES, Engine},
};
use lanedesk_domain::{assessment::Assessment, lane::Direction, offers::Op, person::Role, stay::VehicleStatus};
use lanedesk_wire::{
    case::{Claimed, CloseCase, Step},
    lane::View,
    stream::Told,
};

async fn at(engine: Engine, id: &str, plate: Option<&str>) -> (Scene, Actor, Claimed) {
    let scene = Scene::new(engine).await;
    scene.arrives(id, plate).await;
    let li = scene.person("li", Role::Agent).await;
    let held = claim(&scene.hub, &li, &lane(id)).await.unwrap();
    (scene, li, held)
}

fn offers(view: &View, op: Op) -> bool {
    view.offers.iter().any(|offer| offer.op == op)
}

#[tokio::test]
async fn a_misread_plate_corrected_finds_its_pass_and_may_open() {
    for engine in ENGINES {
        let (scene, li, held) = at(engine, "in", Some("粤B1Z345")).await;
        assert_eq!(held.view.assessment, Assessment::Temporary);
        let view = correct_plate(&scene.hub, &li, &held.case.id, held.lease.fence, "粤B·12345").await.unwrap();
        assert_eq!(view.assessment, Assessment::PassValid, "R17");
        let case = view.case.as_ref().unwrap();
        assert_eq!((case.plate.as_deref(), case.plate_read.as_deref()), (Some("粤B12345"), Some("粤B1Z345")));
        assert!(case.corrected && offers(&view, Op::Open));
        let steps: Vec<Step> = view.timeline.iter().map(|entry| entry.what).collect();
        assert_eq!(steps, [Step::Claimed, Step::Corrected], "R35: in order");
        assert_eq!(view.timeline[1].person.as_ref().unwrap().id, li.id, "R35: with person");
        let told = scene.told().await;
        let pass = told.iter().rev().find_map(|told| match told {
            Told::View { parts, .. } => parts.vehicle.clone().flatten(),
            _ => None,
        });
        assert!(pass.unwrap().pass.is_some(), "whoever looks on sees it too");
    }
}

#[tokio::test]
async fn a_lookup_that_fails_makes_it_unknown_and_never_temporary() {
    for engine in ENGINES {
        let (scene, li, held) = at(engine, "in", Some("粤A77777")).await;
        assert_eq!(held.view.assessment, Assessment::Temporary);
        scene.sql("alter table pass_plate rename to away", vec![]).await;
        let page = view::of_case(&scene.hub, &li, &held.case.id).await.unwrap();
        assert_eq!(page.assessment, Assessment::Unknown);
        assert!(!offers(&page, Op::Open));
        // In a transaction too: the correction stands, only the judgement does not.
        let page = correct_plate(&scene.hub, &li, &held.case.id, held.lease.fence, "粤A88888").await.unwrap();
        assert_eq!(page.case.unwrap().plate.as_deref(), Some("粤A88888"));
        assert_eq!(page.assessment, Assessment::Unknown);
    }
}

#[tokio::test]
async fn nobody_at_the_lane_is_no_temporary_vehicle() {
    let scene = Scene::new(Engine::Sqlite).await;
    let li = scene.person("li", Role::Agent).await;
    let held = claim(&scene.hub, &li, &lane("in")).await.unwrap();
    assert!(held.view.vehicle.is_none());
    assert_eq!(held.view.assessment, Assessment::Unknown);
    assert!(!offers(&held.view, Op::Open));
}

#[tokio::test]
async fn an_exit_without_entry_record_offers_look_alikes_and_takes_the_one_chosen() {
    for engine in ENGINES {
        let (scene, li, held) = at(engine, "out", Some("粤B88B88")).await;
        scene.inside("stay-1", Some("粤B88888"), None, 10).await;
        scene.inside("stay-2", Some("京A00001"), None, 10).await;
        let page = view::of_case(&scene.hub, &li, &held.case.id).await.unwrap();
        assert_eq!(page.assessment, Assessment::NoEntryRecord);
        let candidates: Vec<&str> = page.candidates.iter().map(|c| c.plate.as_str()).collect();
        assert_eq!(candidates, ["粤B88888"], "R17: only look-alikes");
        let (case, fence) = (&held.case.id, held.lease.fence);
        let page = choose_vehicle(&scene.hub, &li, case, fence, &page.candidates[0].id).await.unwrap();
        assert_eq!(page.assessment, Assessment::Temporary);
        assert_eq!(page.payment.unwrap().stay.as_str(), "stay-1");
        let gone = choose_vehicle(&scene.hub, &li, case, fence, &"stay-9".parse().unwrap()).await;
        assert!(matches!(gone, Err(Error::Invalid { field: "candidate", .. })));
    }
}

#[tokio::test]
async fn an_unlicensed_vehicle_is_found_by_its_drivers_phone() {
    for engine in ENGINES {
        let (scene, li, held) = at(engine, "out", None).await;
        scene.inside("stay-1", None, Some("13800001111"), 200).await;
        assert_eq!(held.view.assessment, Assessment::Unlicensed);
        assert!(held.view.payment.is_none());
        let page = find_phone(&scene.hub, &li, &held.case.id, held.lease.fence, "138 0000 1111").await.unwrap();
        assert_eq!(page.payment.unwrap().due_fen.0, 500 + 3 * 400, "R16: its stay is known");
        let wrong = find_phone(&scene.hub, &li, &held.case.id, held.lease.fence, "123").await;
        assert!(matches!(wrong, Err(Error::Invalid { field: "phone", .. })));
    }
}

#[tokio::test]
async fn on_a_lane_both_ways_the_person_says_which_way() {
    let (scene, li, held) = at(Engine::Sqlite, "both", Some("粤A77777")).await;
    assert_eq!(held.view.assessment, Assessment::Unknown, "R42: not judged alike both ways");
    let way = set_direction(&scene.hub, &li, &held.case.id, held.lease.fence, Direction::Entry).await.unwrap();
    assert_eq!((way.assessment, way.case.unwrap().direction), (Assessment::Temporary, Some(Direction::Entry)));
    let way = set_direction(&scene.hub, &li, &held.case.id, held.lease.fence, Direction::Exit).await.unwrap();
    assert_eq!(way.assessment, Assessment::NoEntryRecord);
}

#[tokio::test]
async fn somebody_inside_already_is_shown_so_and_may_be_opened() {
    let (scene, li, held) = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    scene.inside("stay-1", Some("粤B12345"), None, 30).await;
    let page = view::of_case(&scene.hub, &li, &held.case.id).await.unwrap();
    assert_eq!(page.vehicle.as_ref().unwrap().status, VehicleStatus::Inside);
    assert!(offers(&page, Op::Open), "only the desk asks");
    assert!(page.payment.is_none(), "nothing is quoted at an entry");
}

#[tokio::test]
async fn after_the_close_the_lane_shows_again_what_the_camera_read() {
    let (scene, li, held) = at(Engine::Sqlite, "in", Some("粤B1Z345")).await;
    correct_plate(&scene.hub, &li, &held.case.id, held.lease.fence, "粤B12345").await.unwrap();
    close(&scene.hub, &li, &held.case.id, &CloseCase::default()).await.unwrap();
    let page = view::of_lane(&scene.hub, &li, &lane("in")).await.unwrap();
    assert!(page.case.is_none() && page.lease.is_none() && page.timeline.is_empty());
    assert_eq!(page.vehicle.unwrap().plate.as_deref(), Some("粤B1Z345"));
}

#[tokio::test]
async fn any_plate_phone_or_number_finds_its_records_without_claiming() {
    for engine in ENGINES {
        let (scene, li, held) = at(engine, "in", Some("粤B12345")).await;
        scene.inside("stay-1", Some("粤B12345"), None, 30).await;
        scene.inside("stay-2", None, Some("13800001111"), 30).await;
        for (text, stays, cases) in [
            ("粤B12345", 1, 1),
            ("b123", 1, 1),
            ("138 0000 1111", 1, 0),
            (held.case.id.as_str(), 0, 1),
            ("没有这辆", 0, 0),
            ("1", 0, 0),
        ] {
            let found = record::find(&scene.hub, &li, text).await.unwrap();
            assert_eq!((found.stays.len(), found.cases.len()), (stays, cases), "R41: {text} on {engine:?}");
        }
        let mut stranger = li.clone();
        stranger.scope = std::sync::Arc::default();
        let found = record::find(&scene.hub, &stranger, "粤B12345").await.unwrap();
        assert!(found.stays.is_empty() && found.cases.is_empty(), "R41: within one's scope");
    }
}
