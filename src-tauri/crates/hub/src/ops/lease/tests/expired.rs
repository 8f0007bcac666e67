//! R9: leases end by themselves, with a warning, told once.

use super::*;
use crate::expiry;

#[tokio::test]
async fn after_ten_minutes_the_hub_frees_the_lane_warns_before_and_tells() {
    for engine in ENGINES {
        let scene = Scene::new(engine).await;
        let li = scene.person("li", Role::Agent).await;
        let claimed = claim(&scene.hub, &li, &lane("in")).await.unwrap();
        let warnings =
            |told: Vec<Told>| told.into_iter().filter(|told| matches!(told, Told::LeaseExpiring { .. })).count();
        scene.hub.clock().advance(Duration::from_millis(9 * 60_000 - 1));
        expiry::once(&scene.hub).await.unwrap();
        assert_eq!(warnings(scene.told().await), 0);
        scene.hub.clock().advance(Duration::from_millis(1));
        expiry::once(&scene.hub).await.unwrap();
        expiry::once(&scene.hub).await.unwrap();
        assert_eq!(warnings(scene.told().await), 1, "R9: one minute before, once");
        assert!(lost(&scene.told().await).is_empty());
        scene.hub.clock().advance(MINUTE);
        assert_eq!(holder(&scene.hub, "in").await, None, "over from that moment");
        expiry::once(&scene.hub).await.unwrap();
        assert_eq!(lost(&scene.told().await), [LostWhy::Expired], "R9: told");
        assert_eq!(state(&scene.hub, &claimed.case.id).await, CaseState::Expired);
        let page = view::of_case(&scene.hub, &li, &claimed.case.id).await.unwrap();
        assert_eq!(page.timeline.last().unwrap().what, Step::Expired, "R9: findable");
        assert!(matches!(close_it(&scene.hub, &li, &claimed).await, Err(Error::LeaseLost)));
    }
}

#[tokio::test]
async fn the_next_claim_ends_a_lease_that_nobody_has_ended_yet() {
    let scene = Scene::new(Engine::Sqlite).await;
    let (li, wang) = (scene.person("li", Role::Agent).await, scene.person("wang", Role::Agent).await);
    let first = claim(&scene.hub, &li, &lane("in")).await.unwrap();
    scene.hub.clock().advance(10 * MINUTE);
    claim(&scene.hub, &wang, &lane("in")).await.unwrap();
    assert_eq!(state(&scene.hub, &first.case.id).await, CaseState::Expired);
    assert_eq!(lost(&scene.told().await), [LostWhy::Expired]);
    expiry::once(&scene.hub).await.unwrap();
    assert_eq!(lost(&scene.told().await).len(), 1, "told once");
}

#[tokio::test]
async fn of_two_hubs_one_ends_a_lease_and_tells_it() {
    let scene = Scene::new(Engine::Postgres).await;
    let li = scene.person("li", Role::Agent).await;
    claim(&scene.hub, &li, &lane("in")).await.unwrap();
    let other = Scene::another(&scene.database, scene.hub.clock().clone()).await;
    scene.hub.clock().advance(10 * MINUTE);
    let (one, two) = tokio::join!(expiry::once(&scene.hub), expiry::once(&other));
    one.unwrap();
    two.unwrap();
    assert_eq!(lost(&scene.told().await), [LostWhy::Expired], "invariant 7");
}
