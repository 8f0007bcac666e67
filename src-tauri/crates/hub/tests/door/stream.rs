//! The stream: told once, to whom it concerns, without gaps over a cut.

use super::{Place, on_each_engine};
use lanedesk_domain::ids::{LotId, PersonId};
use lanedesk_hub::store::{StoreError, Told};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};
use std::time::Duration;

async fn tell(place: &Place, lot: &str, lane: &str) {
    let lane = lane.parse().unwrap();
    tell_lot(place, lot, Told::Lease { lane, holder: None, since: None, expires_at: None }).await;
}

/// Writes an event as a use case would.
async fn tell_lot(place: &Place, lot: &str, told: Told) {
    let (lot, now): (LotId, _) = (lot.parse().unwrap(), place.hub.clock.now());
    let written: Result<(), StoreError> =
        place.hub.hub.store().write(async move |tx| tx.tell(now, &lot, &told).await).await;
    written.unwrap();
}

async fn tell_person(place: &Place, person: &str) {
    let (person, now): (PersonId, _) = (person.parse().unwrap(), place.hub.clock.now());
    let written: Result<(), StoreError> = place
        .hub
        .hub
        .store()
        .write(async move |tx| {
            let (case, lane) = ("c1".parse().unwrap_or_default(), "E01".parse().unwrap_or_default());
            let told = Told::LeaseExpiring { case, lane, expires_at: now };
            tx.tell_person(now, &person, &told).await
        })
        .await;
    written.unwrap();
}

fn seq(frame: &Value) -> String {
    frame["seq"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn hello_comes_first_and_events_follow_in_order() {
    on_each_engine(|place| async move {
        let desk = place.desk("guard").await;
        let mut stream = desk.stream("").await.unwrap();
        let hello = stream.next().await.unwrap();
        assert_eq!((&hello["type"], &hello["now"]), (&"hello".into(), &super::NOON.to_string().into()));
        for lane in ["E01", "E02", "E03"] {
            tell(&place, "cyds", lane).await;
        }
        for lane in ["E01", "E02", "E03"] {
            let frame = stream.next().await.unwrap();
            assert_eq!((&frame["type"], &frame["lane"]), (&"lease".into(), &lane.into()));
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_hears_of_lots_outside_their_scope_or_what_is_for_another_person() {
    on_each_engine(|place| async move {
        let (guard, agent) = (place.desk("guard").await, place.desk("agent").await);
        let id = agent.get("/api/session").await.body["id"].as_str().unwrap().to_owned();
        let (mut near, mut far) = (guard.stream("").await.unwrap(), agent.stream("").await.unwrap());
        tell(&place, "bj", "B01").await;
        tell_person(&place, &id).await;
        tell(&place, "cyds", "E01").await;
        near.next_of("hello").await;
        assert_eq!(near.next().await.unwrap()["lane"], "E01", "the only one for the guard");
        far.next_of("hello").await;
        assert_eq!(far.next().await.unwrap()["lane"], "B01");
        assert_eq!(far.next().await.unwrap()["type"], "lease_expiring");
        assert_eq!(far.next().await.unwrap()["lane"], "E01");
    })
    .await;
}

/// A hub that starts, or a network that fails, finds thousands at once: they are for those who see the list of devices (R40,
/// invariant 13), and a thousand other desks are not sent them to throw them away.
#[tokio::test]
async fn devices_that_are_lost_are_told_to_those_who_see_devices_alone() {
    on_each_engine(|place| async move {
        for (name, sees) in [("guard", false), ("agent", false), ("chief", true), ("admin", true)] {
            let mut stream = place.desk(name).await.stream("").await.unwrap();
            stream.next_of("hello").await;
            let device = "cam-E01".parse().unwrap();
            tell_lot(&place, "cyds", Told::Device { device, online: false, error: None }).await;
            tell(&place, "cyds", "E01").await;
            let first = stream.next().await.unwrap();
            assert_eq!(first["type"], if sees { "device" } else { "lease" }, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_cut_stream_goes_on_where_it_was_and_hears_everything_once() {
    on_each_engine(|place| async move {
        let desk = place.desk("agent").await;
        let mut stream = desk.stream("").await.unwrap();
        stream.next_of("hello").await;
        tell(&place, "cyds", "E01").await;
        let last = seq(&stream.next().await.unwrap());
        drop(stream);
        for lane in ["E02", "E03", "E04"] {
            tell(&place, "cyds", lane).await;
        }
        let mut stream = desk.stream(&format!("?after={last}")).await.unwrap();
        assert_eq!(seq(&stream.next_of("hello").await), last, "a second cut before the first event loses nothing");
        tell(&place, "cyds", "E05").await;
        for lane in ["E02", "E03", "E04", "E05"] {
            assert_eq!(stream.next().await.unwrap()["lane"], lane);
        }
    })
    .await;
}

#[tokio::test]
async fn a_place_that_is_too_old_or_of_another_hub_means_reading_everything_again() {
    on_each_engine(|place| async move {
        let desk = place.desk("agent").await;
        let mut stream = desk.stream("").await.unwrap();
        stream.next_of("hello").await;
        tell(&place, "cyds", "E01").await;
        let last = seq(&stream.next().await.unwrap());
        tell(&place, "cyds", "E02").await;
        stream.next().await.unwrap();
        place.hub.clock.advance(Duration::from_secs(7_200));
        lanedesk_hub::push::remove_old(&place.hub.hub).await.unwrap();
        for after in [last.as_str(), "nonsense", "999999999999-0"] {
            let mut stream = desk.stream(&format!("?after={after}")).await.unwrap();
            stream.next_of("hello").await;
            assert_eq!(stream.next().await.unwrap()["type"], "resync", "{after}");
        }
    })
    .await;
}

#[tokio::test]
async fn logging_out_or_the_session_s_end_closes_the_stream() {
    on_each_engine(|place| async move {
        let (out, stays) = (place.desk("agent").await, place.desk("agent").await);
        let (mut closed, mut open) = (out.stream("").await.unwrap(), stays.stream("").await.unwrap());
        closed.next_of("hello").await;
        open.next_of("hello").await;
        out.delete("/api/session").await.ok(204);
        assert!(closed.next().await.is_none());
        tell(&place, "cyds", "E01").await;
        assert_eq!(open.next().await.unwrap()["lane"], "E01", "another session of the same person goes on");
        place.hub.clock.advance(Duration::from_secs(8 * 24 * 3600));
        assert!(open.next().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_claim_is_told_to_all_who_may_see_the_lot() {
    on_each_engine(|place| async move {
        let (guard, agent) = (place.desk("guard").await, place.desk("agent").await);
        let mut stream = agent.stream("").await.unwrap();
        stream.next_of("hello").await;
        guard.post("/api/lanes/E01/claim", json!({})).await.ok(201);
        let told = stream.next_of("lease").await;
        assert_eq!((&told["lane"], &told["holder"]["name"]), (&"E01".into(), &"张三".into()));
        let metrics = agent.request(reqwest::Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
        assert!(metrics.contains("lanedesk_stream_connections 1\n") && metrics.contains("lanedesk_leases 1\n"));
    })
    .await;
}

#[tokio::test]
async fn two_hubs_on_one_postgres_tell_each_other_s_desks() {
    let place = Place::new(lanedesk_hub::testing::Engine::Postgres).await;
    let other = lanedesk_hub::hub::Hub::start(place.database.config(place.hub.clock.clone())).await.unwrap();
    let mut desk = super::desk::Desk::new(other.addr);
    desk.log_in("agent", "secret-1").await;
    let mut stream = desk.stream("").await.unwrap();
    stream.next_of("hello").await;
    tell(&place, "cyds", "E01").await;
    assert_eq!(stream.next().await.unwrap()["lane"], "E01");
    // A session of one hub is a session of the other, and ends on both.
    let mut here = place.stranger();
    here.token.clone_from(&desk.token);
    here.get("/api/session").await.ok(200);
    here.delete("/api/session").await.ok(204);
    desk.get("/api/session").await.refused(401, "no_session");
    other.stop().await;
}

#[tokio::test]
async fn a_hub_that_stops_closes_its_streams() {
    let place = Place::new(lanedesk_hub::testing::Engine::Sqlite).await;
    let desk = place.desk("agent").await;
    let mut stream = desk.stream("").await.unwrap();
    stream.next_of("hello").await;
    let Place { database, hub } = place;
    hub.stop().await;
    assert!(stream.next().await.is_none());
    drop(database);
}

#[tokio::test]
async fn a_stream_that_only_listens_keeps_no_session_alive() {
    on_each_engine(|place| async move {
        let desk = place.desk("agent").await;
        let mut stream = desk.stream("").await.unwrap();
        stream.next_of("hello").await;
        place.hub.clock.advance(Duration::from_secs(13 * 3600));
        // The session is looked at again with every heartbeat, and when the site changes.
        place.database.import(super::SITE, super::NOON).await.unwrap();
        while stream.next().await.is_some() {}
        desk.get("/api/session").await.refused(401, "no_session");
    })
    .await;
}

#[tokio::test]
async fn what_another_process_tells_on_the_same_file_comes_in_order_too() {
    let place = Place::new(lanedesk_hub::testing::Engine::Sqlite).await;
    let desk = place.desk("agent").await;
    let mut stream = desk.stream("").await.unwrap();
    stream.next_of("hello").await;
    for lane in ["E01", "E02"] {
        // An import is another process with a writer of its own.
        place.database.import(super::SITE, super::NOON).await.unwrap();
        tell(&place, "cyds", lane).await;
        assert_eq!(stream.next().await.unwrap()["lane"], lane);
    }
}

/// Whoever else writes on the same server, and for how long, holds no desk up.
#[tokio::test]
async fn a_stranger_s_long_transaction_holds_no_event_up() {
    let place = Place::new(lanedesk_hub::testing::Engine::Postgres).await;
    let desk = place.desk("agent").await;
    let mut stream = desk.stream("").await.unwrap();
    stream.next_of("hello").await;
    let mut stranger = sqlx::PgConnection::connect(&place.database.address).await.unwrap();
    let writes = "begin; create temporary table theirs (n bigint); insert into theirs values (1)";
    stranger.execute(writes).await.unwrap();
    for lane in ["E01", "E02"] {
        tell(&place, "cyds", lane).await;
        assert_eq!(stream.next().await.unwrap()["lane"], lane);
    }
    desk.post("/api/lanes/B01/claim", json!({})).await.ok(201);
    assert_eq!(stream.next_of("lease").await["lane"], "B01");
    stranger.execute("rollback").await.unwrap();
}

/// Events of many hands at once come in one order, each once, and those of one lane in the order they were made true.
#[tokio::test]
async fn events_of_many_writers_come_in_one_order_and_none_is_passed_over() {
    on_each_engine(|place| async move {
        let desk = place.desk("agent").await;
        let mut stream = desk.stream("").await.unwrap();
        stream.next_of("hello").await;
        let lanes: Vec<String> = (0..200).map(|n| format!("L{n:03}")).collect();
        let told = lanes.iter().map(|lane| tell(&place, "cyds", lane));
        futures::future::join_all(told).await;
        let (mut heard, mut last) = (Vec::new(), (0, 0));
        for _ in &lanes {
            let frame = stream.next().await.unwrap();
            let place: lanedesk_hub::store::OutboxPosition = seq(&frame).parse().unwrap();
            assert!((place.xid, place.n) > last, "{frame}");
            last = (place.xid, place.n);
            heard.push(frame["lane"].as_str().unwrap().to_owned());
        }
        heard.sort();
        assert_eq!(heard, lanes);
    })
    .await;
}

/// The value of a metric without labels.
pub(crate) async fn metric(desk: &super::desk::Desk, name: &str) -> String {
    let text = desk.request(reqwest::Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).to_owned()
}

#[tokio::test]
async fn a_desk_that_does_not_keep_up_is_cut_and_goes_on_where_it_was() {
    let place = Place::new(lanedesk_hub::testing::Engine::Sqlite).await;
    let desk = place.desk("agent").await;
    let mut slow = desk.stream("").await.unwrap();
    let hello = seq(&slow.next_of("hello").await);
    let (now, many) = (place.hub.clock.now(), 300);
    let note = "x".repeat(60_000);
    let told: Result<(), StoreError> = place
        .hub
        .hub
        .store()
        .write(async move |tx| {
            let lot = "cyds".parse().unwrap_or_default();
            for _ in 0..many {
                let told = Told::Asked {
                    case: lanedesk_domain::ids::CaseId::new(),
                    by: lanedesk_wire::problem::Holder {
                        id: PersonId::new(),
                        name: note.clone(),
                        role: lanedesk_domain::person::Role::Agent,
                    },
                };
                tx.tell(now, &lot, &told).await?;
            }
            Ok(())
        })
        .await;
    told.unwrap();
    for _ in 0..600 {
        if metric(&desk, "lanedesk_streams_cut_total").await == "1" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(metric(&desk, "lanedesk_streams_cut_total").await, "1");
    drop(slow);
    let mut again = desk.stream(&format!("?after={hello}")).await.unwrap();
    again.next_of("hello").await;
    for _ in 0..many {
        assert_eq!(again.next().await.unwrap()["type"], "asked");
    }
}
