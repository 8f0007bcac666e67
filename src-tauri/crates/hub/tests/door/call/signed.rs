//! Who tells of calls: signature, time stamp, repetition, and events in whatever order.

use super::*;
use lanedesk_hub::vault::SealSlot;
use std::time::Duration;

#[tokio::test]
async fn an_event_with_a_wrong_signature_or_an_old_time_stamp_changes_nothing() {
    on_each(|place| async move {
        let agent = place.desk("agent").await;
        let event = place.event("ringing", "c1", None);
        let now = place.now();
        for (who, secret, at) in [
            ("tel", "tel2-secret", now),
            ("tel2", "tel-secret", now),
            ("nobody", "tel-secret", now),
            ("tel", "tel-secret", now.plus_seconds(-301)),
            ("tel", "tel-secret", now.plus_seconds(301)),
        ] {
            let told = place.tells_as(who, secret, at, &event).await;
            told.refused(401, "bad_signature");
        }
        assert!(agent.calls("waiting").await.is_empty());
        // Each telephone system has a secret of its own.
        place.tells_as("tel2", "tel2-secret", now, &event).await.ok(200);
        agent.call("waiting").await;
    })
    .await;
}

#[tokio::test]
async fn nonsense_is_refused_and_says_what_is_wrong() {
    on_each(|place| async move {
        let mut event = place.event("ringing", "c1", None);
        event["event_id"] = "".into();
        assert_eq!(place.tells(event.clone()).await.refused(422, "invalid")["field"], "event_id");
        event["event_id"] = "e1".into();
        event["call_id"] = "x".repeat(201).into();
        assert_eq!(place.tells(event.clone()).await.refused(422, "invalid")["field"], "call_id");
        event["type"] = "call.dancing".into();
        place.tells(event).await.refused(400, "bad_request");
    })
    .await;
}

/// A repeated `event_id`: 200, no effect.
#[tokio::test]
async fn a_repeated_event_has_no_effect() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        let ringing = place.event("ringing", "c1", Some("8001"));
        place.tells(ringing.clone()).await.ok(200);
        place.ends("c1").await;
        let case = agent.lease("R01").await;
        place.hub.clock.advance(Duration::from_secs(30));
        for _ in 0..3 {
            place.tells(ringing.clone()).await.ok(200);
        }
        assert_eq!(agent.lease("R01").await, case, "the lease runs on as it was");
        assert!(agent.calls("live").await.is_empty());
        let rows = place.database_count("select count(*) from call").await;
        assert_eq!(rows, 1);
    })
    .await;
}

/// Every order of a call's three events ends in the same call; none leaves a lane held without an end.
#[tokio::test]
async fn events_in_the_wrong_order_make_the_same_call() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for (n, order) in orders.iter().enumerate() {
            let began = place.now();
            place.hub.clock.advance(Duration::from_secs(20));
            let call = format!("c{n}");
            for which in order {
                let what = ["ringing", "answered", "ended"][*which];
                let mut event = place.event(what, &call, Some("8001"));
                event["occurred_at"] = json!(began.plus_seconds([0, 5, 15][*which]));
                place.tells(event).await.ok(200);
            }
            let row: Vec<(String, i64, Option<i64>, Option<i64>)> = place
                .database_rows(&format!(
                    "select state, since, answered_at, ended_at from call where external_id = '{call}'"
                ))
                .await;
            let told = [("ended".to_owned(), began.0, Some(began.plus_seconds(5).0), Some(began.plus_seconds(15).0))];
            assert_eq!(row, told, "{order:?}");
            let lease = agent.lease("R01").await;
            assert!(lease.is_null() || lease["expires_at"].is_string(), "{order:?}: {lease}");
            if let Some(case) = agent.get("/api/lanes/R01").await.ok(200)["case"]["id"].as_str() {
                agent.post(&format!("/api/cases/{case}/close"), json!({})).await;
            }
        }
        assert!(agent.calls("waiting").await.is_empty() && agent.calls("live").await.is_empty());
    })
    .await;
}

/// What lay somewhere for long is believed, but opens nobody's page: the driver may be gone.
#[tokio::test]
async fn a_ring_that_comes_late_waits_instead_of_opening_a_page() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        let mut event = place.event("ringing", "c1", Some("8001"));
        event["occurred_at"] = json!(place.now().plus_minutes(-3));
        place.tells(event).await.ok(200);
        assert!(agent.lease("R01").await.is_null());
        assert_eq!(agent.call("waiting").await["since"], place.now().plus_minutes(-3).to_string());
    })
    .await;
}

/// A secret is changed without a gap: while both stand, either is good; then only the new one is.
#[tokio::test]
async fn a_telephone_system_changes_its_secret_without_losing_an_event() {
    on_each(|place| async move {
        let hub = place.hub.hub.clone();
        let seal = |slot| hub.vault().seal_text(slot, "next-secret").unwrap();
        let next = seal(SealSlot::next_integration("tel"));
        let sealed = seal(SealSlot::integration("tel"));
        let set = async |sql: &'static str, sealed: Option<String>| {
            let now = place.now();
            let written: Result<(), lanedesk_hub::store::StoreError> = hub
                .store()
                .write(async move |tx| {
                    tx.execute(sql, lanedesk_hub::args![sealed.clone()]).await?;
                    tx.tell_site_changed(now).await
                })
                .await;
            written.unwrap();
            hub.reload().await.unwrap();
        };
        let told = async |call: &str, secret: &str| {
            let event = place.event("ringing", call, None);
            place.tells_as("tel", secret, place.now(), &event).await
        };
        told("c1", "next-secret").await.refused(401, "bad_signature");
        set("update integration set next_secret = $1 where id = 'tel'", Some(next)).await;
        told("c1", "tel-secret").await.ok(200);
        told("c2", "next-secret").await.ok(200);
        told("c3", "a-third").await.refused(401, "bad_signature");
        set("update integration set secret = $1, next_secret = null where id = 'tel'", Some(sealed)).await;
        told("c4", "tel-secret").await.refused(401, "bad_signature");
        told("c5", "next-secret").await.ok(200);
    })
    .await;
}
