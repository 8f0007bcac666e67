//! R6–R13 and invariant 7 on both engines.

mod expired;
mod model;

use crate::{
    actor::Actor,
    error::Error,
    hub::Hub,
    ops::{
        case::close,
        fixture::{Scene, lane},
        lease::{ask, claim, hand_over, move_case, take_over},
        view,
    },
    store::verify_audit,
    testing::{ENGINES, Engine},
};
use lanedesk_domain::{ids::CaseId, person::Role};
use lanedesk_wire::{
    case::{CaseState, Claimed, CloseCase, HandOver, MoveCase, Step},
    stream::{LostWhy, Told},
};
use std::time::Duration;

/// A minute of the moved clock.
const MINUTE: Duration = Duration::from_secs(60);

async fn state(hub: &Hub, case: &CaseId) -> CaseState {
    let mut reader = hub.store().read().await.unwrap();
    reader.conn().case(case).await.unwrap().unwrap().state
}

async fn holder(hub: &Hub, id: &str) -> Option<String> {
    let mut reader = hub.store().read().await.unwrap();
    let row = reader.conn().lease_of_lane(&lane(id)).await.unwrap();
    row.filter(|row| row.holds(hub.clock().now())).map(|row| row.holder.id.to_string())
}

fn lost(told: &[Told]) -> Vec<LostWhy> {
    told.iter()
        .filter_map(|told| match told {
            Told::LeaseLost { why, .. } => Some(*why),
            _ => None,
        })
        .collect()
}

async fn close_it(hub: &Hub, actor: &Actor, claimed: &Claimed) -> Result<(), Error> {
    close(hub, actor, &claimed.case.id, &CloseCase::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_people_who_claim_a_lane_at_once_one_has_it() {
    for engine in ENGINES {
        let scene = Scene::new(engine).await;
        let mut people = Vec::new();
        for n in 0..200 {
            people.push(scene.person(&format!("p{n}"), Role::LotStaff).await);
        }
        let claims = people.iter().cloned().map(|who| {
            let hub = scene.hub.clone();
            tokio::spawn(async move { claim(&hub, &who, &lane("in")).await })
        });
        let done = futures::future::join_all(claims).await;
        let mut winners = Vec::new();
        for (who, done) in people.iter().zip(done) {
            match done.unwrap() {
                Ok(claimed) => winners.push((who.id.to_string(), claimed)),
                Err(Error::LaneHeld { .. }) => {}
                Err(other) => panic!("{engine:?}: {other}"),
            }
        }
        assert_eq!(winners.len(), 1, "R6, R7 on {engine:?}");
        assert_eq!(holder(&scene.hub, "in").await.as_deref(), Some(winners[0].0.as_str()));
        let cases = scene.count("select count(*) from \"case\"").await;
        assert_eq!(cases, 1, "the refused leave no case behind");
    }
}

#[tokio::test]
async fn somebody_else_is_told_who_holds_the_lane_and_since_when() {
    let scene = Scene::new(Engine::Sqlite).await;
    let (li, wang) = (scene.person("li", Role::Agent).await, scene.person("wang", Role::LotStaff).await);
    let since = scene.hub.clock().now();
    claim(&scene.hub, &li, &lane("in")).await.unwrap();
    scene.hub.clock().advance(MINUTE);
    match claim(&scene.hub, &wang, &lane("in")).await {
        Err(Error::LaneHeld { holder, since: at }) => {
            assert_eq!((holder.id, at), (li.id.clone(), since), "R7");
        }
        other => panic!("{other:?}"),
    }
    let seen = view::of_lane(&scene.hub, &wang, &lane("in")).await.unwrap();
    assert_eq!(seen.lease.unwrap().holder.id, li.id, "and may look on");
}

#[tokio::test]
async fn querying_again_gives_a_new_ten_minutes_and_keeps_the_case() {
    for engine in ENGINES {
        let scene = Scene::new(engine).await;
        let li = scene.person("li", Role::Agent).await;
        let first = claim(&scene.hub, &li, &lane("in")).await.unwrap();
        scene.hub.clock().advance(9 * MINUTE);
        let second = claim(&scene.hub, &li, &lane("in")).await.unwrap();
        assert_eq!(second.case.id, first.case.id, "R10");
        assert_eq!(second.lease.acquired_at, first.lease.acquired_at);
        assert!(second.lease.fence > first.lease.fence, "orders of the first claim are stale");
        assert_eq!(second.lease.expires_at, Some(scene.hub.clock().now().plus_minutes(10)));
    }
}

#[tokio::test]
async fn another_lane_frees_the_former_one_but_a_refused_claim_does_not() {
    for engine in ENGINES {
        let scene = Scene::new(engine).await;
        let (li, wang) = (scene.person("li", Role::Agent).await, scene.person("wang", Role::Agent).await);
        let first = claim(&scene.hub, &li, &lane("in")).await.unwrap();
        claim(&scene.hub, &wang, &lane("out")).await.unwrap();
        assert!(matches!(claim(&scene.hub, &li, &lane("out")).await, Err(Error::LaneHeld { .. })));
        assert_eq!(holder(&scene.hub, "in").await.as_deref(), Some("li"), "R10: the former stays");
        claim(&scene.hub, &li, &lane("both")).await.unwrap();
        assert_eq!(holder(&scene.hub, "in").await, None, "R10: the former is free");
        assert_eq!(state(&scene.hub, &first.case.id).await, CaseState::Requeried);
        assert_eq!(lost(&scene.told().await), [LostWhy::Requeried]);
    }
}

#[tokio::test]
async fn closing_frees_at_once_and_a_second_close_says_so() {
    for engine in ENGINES {
        let scene = Scene::new(engine).await;
        let (li, wang) = (scene.person("li", Role::Agent).await, scene.person("wang", Role::Agent).await);
        let claimed = claim(&scene.hub, &li, &lane("in")).await.unwrap();
        assert!(matches!(close_it(&scene.hub, &wang, &claimed).await, Err(Error::LeaseLost)));
        close_it(&scene.hub, &li, &claimed).await.unwrap();
        assert!(matches!(close_it(&scene.hub, &li, &claimed).await, Err(Error::CaseClosed)));
        claim(&scene.hub, &wang, &lane("in")).await.expect("R8: free at once");
    }
}

#[tokio::test]
async fn a_supervisor_takes_over_with_a_reason_and_the_case_goes_on() {
    for engine in ENGINES {
        let scene = Scene::new(engine).await;
        let (li, zhou) = (scene.person("li", Role::Agent).await, scene.person("zhou", Role::Supervisor).await);
        let first = claim(&scene.hub, &li, &lane("in")).await.unwrap();
        assert!(matches!(take_over(&scene.hub, &zhou, &lane("in"), " ").await, Err(Error::ReasonRequired)));
        assert!(matches!(take_over(&scene.hub, &li, &lane("in"), "急").await, Err(Error::NotAllowed)));
        let taken = take_over(&scene.hub, &zhou, &lane("in"), "排队过长").await.unwrap();
        assert_eq!(taken.case.id, first.case.id, "R12");
        assert!(taken.lease.fence > first.lease.fence);
        let told = scene.told().await;
        let by = told.iter().find_map(|told| match told {
            Told::LeaseLost { why: LostWhy::TakenOver, by, note, .. } => Some((by.clone(), note.clone())),
            _ => None,
        });
        let (by, note) = by.unwrap();
        assert_eq!(by.unwrap().id, zhou.id, "R12: told by whom");
        assert_eq!(note.as_deref(), Some("排队过长"));
        assert!(matches!(close_it(&scene.hub, &li, &first).await, Err(Error::LeaseLost)));
    }
}

#[tokio::test]
async fn a_case_is_asked_for_and_handed_to_somebody_who_is_free() {
    let scene = Scene::new(Engine::Sqlite).await;
    let (li, wang) = (scene.person("li", Role::Agent).await, scene.person("wang", Role::LotStaff).await);
    assert!(matches!(ask(&scene.hub, &wang, &lane("in")).await, Err(Error::NotOffered)));
    let claimed = claim(&scene.hub, &li, &lane("in")).await.unwrap();
    ask(&scene.hub, &wang, &lane("in")).await.unwrap();
    assert!(scene.told().await.iter().any(|told| matches!(told, Told::Asked { by, .. } if by.id == wang.id)));
    let give = HandOver { to: wang.id.clone(), note: "请拍证件".to_owned() };
    claim(&scene.hub, &wang, &lane("out")).await.unwrap();
    let busy = hand_over(&scene.hub, &li, &claimed.case.id, &give).await;
    assert!(matches!(busy, Err(Error::Invalid { why: "receiver_busy", .. })));
    let other = claim(&scene.hub, &wang, &lane("out")).await.unwrap();
    close_it(&scene.hub, &wang, &other).await.unwrap();
    hand_over(&scene.hub, &li, &claimed.case.id, &give).await.unwrap();
    assert_eq!(holder(&scene.hub, "in").await.as_deref(), Some("wang"), "R12");
    close_it(&scene.hub, &wang, &claimed).await.expect("the case is theirs now");
}

#[tokio::test]
async fn a_case_goes_on_at_another_lane_that_is_free() {
    let scene = Scene::new(Engine::Sqlite).await;
    let (li, wang) = (scene.person("li", Role::Agent).await, scene.person("wang", Role::LotStaff).await);
    scene.arrives("out", Some("粤B12345")).await;
    let claimed = claim(&scene.hub, &li, &lane("in")).await.unwrap();
    let held = claim(&scene.hub, &wang, &lane("both")).await.unwrap();
    let to = |id: &str| MoveCase { fence: claimed.lease.fence, lane: lane(id) };
    let refused = move_case(&scene.hub, &li, &claimed.case.id, &to("both")).await;
    assert!(matches!(refused, Err(Error::LaneHeld { .. })));
    assert_eq!(holder(&scene.hub, "in").await.as_deref(), Some("li"), "a refusal changes nothing");
    close_it(&scene.hub, &wang, &held).await.unwrap();
    let moved = move_case(&scene.hub, &li, &claimed.case.id, &to("out")).await.unwrap();
    assert_eq!(moved.case.id, claimed.case.id, "R11");
    assert_eq!(moved.view.vehicle.unwrap().plate.as_deref(), Some("粤B12345"));
    assert_eq!((holder(&scene.hub, "in").await, holder(&scene.hub, "out").await), (None, Some("li".to_owned())));
}

#[tokio::test]
async fn what_is_out_of_sight_is_not_there() {
    let scene = Scene::new(Engine::Sqlite).await;
    let (li, admin) = (scene.person("li", Role::Agent).await, scene.person("root", Role::Admin).await);
    assert!(matches!(claim(&scene.hub, &li, &lane("away")).await, Err(Error::NotFound)));
    assert!(matches!(view::of_lane(&scene.hub, &li, &lane("away")).await, Err(Error::NotFound)));
    assert!(matches!(claim(&scene.hub, &admin, &lane("in")).await, Err(Error::NotAllowed)), "R3");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_change_lanes_all_at_once_leave_nothing_half_done() {
    for engine in ENGINES {
        let scene = Scene::new(engine).await;
        let mut tasks = Vec::new();
        for n in 0..12_usize {
            let (hub, who) = (scene.hub.clone(), scene.person(&format!("p{n}"), Role::Agent).await);
            tasks.push(tokio::spawn(async move {
                for step in 0..12_usize {
                    let there = lane(["in", "out", "both", "staff"][(n * 7 + step * 5) % 4]);
                    match claim(&hub, &who, &there).await {
                        Ok(claimed) if step % 3 == 0 => {
                            let _ = close_it(&hub, &who, &claimed).await;
                        }
                        Ok(_) | Err(Error::LaneHeld { .. }) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let stray = "select count(*) from \"case\" c where c.state = 'open'
            and not exists (select 1 from lease l where l.case_id = c.id and l.open)";
        assert_eq!(scene.count(stray).await, 0, "{engine:?}: an open case is held");
        let orphan =
            "select count(*) from lease l join \"case\" c on c.id = l.case_id where l.open and c.state <> 'open'";
        assert_eq!(scene.count(orphan).await, 0, "{engine:?}: a held case is open");
        let mut reader = scene.hub.store().read().await.unwrap();
        verify_audit(&mut reader.conn()).await.unwrap().expect("the audit chain holds");
    }
}
