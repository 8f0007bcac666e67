//! A figure leads to its rows: the list counts by the same condition, in the same time, in scope (FIELD.md).

use super::{Place, desk::Desk, on_each_engine};
use lanedesk_hub::store::StoreError;
use serde_json::{Value, json};
use std::{fmt::Write as _, time::Duration};

/// The list a figure of the morning leads to, page by page.
async fn rows(desk: &Desk, path: &str, figure: &Value, limit: usize) -> Vec<Value> {
    let mut query = format!("{path}?limit={limit}");
    for (key, value) in figure["leads_to"]["filter"].as_object().unwrap() {
        let value = value.as_str().unwrap().replace('+', "%2B");
        write!(query, "&{key}={value}").unwrap();
    }
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = desk.get(&format!("{query}{cursor}")).await.ok(200).clone();
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else {
            return all;
        };
        cursor = format!("&cursor={next}");
    }
}

fn id(n: u32) -> String {
    format!("01900000-0000-7000-8000-{n:012}")
}

/// Writes what no request can.
async fn tamper(place: &Place, sql: String) {
    let store = place.hub.hub.store();
    let written = store.write(async move |tx| {
        tx.all::<(i64,)>(&sql, vec![]).await?;
        Ok::<_, StoreError>(())
    });
    written.await.unwrap();
}

async fn figures(desk: &Desk, day: &str) -> Value {
    desk.get(&format!("/api/morning/{day}")).await.ok(200)["figures"].clone()
}

fn figure<'a>(figures: &'a Value, name: &str) -> &'a Value {
    let all = figures.as_array().unwrap();
    all.iter().find(|figure| figure["name"] == name).unwrap()
}

#[tokio::test]
async fn cases_behind_a_figure_are_the_ones_it_counts() {
    on_each_engine(|place| async move {
        let (chief, guard, agent) = (place.desk("chief").await, place.desk("guard").await, place.desk("agent").await);
        for n in 0..5 {
            // B01 is of a lot in the north, which the supervisor does not see.
            let (desk, lane) = if n == 4 { (&agent, "B01") } else { (&guard, "E01") };
            let claim = desk.post(&format!("/api/lanes/{lane}/claim"), json!({})).await;
            let case = claim.ok(201)["case"]["id"].as_str().unwrap().to_owned();
            let fence = &claim.body["lease"]["fence"];
            if n == 0 {
                let plate = json!({"fence": fence, "plate": "粤B12345"});
                desk.post(&format!("/api/cases/{case}/plate"), plate).await.ok(200);
            }
            place.hub.clock.advance(Duration::from_secs(10));
            desk.post(&format!("/api/cases/{case}/close"), json!({"outcome": "solved"})).await.ok(204);
        }
        let day = place.hub.clock.now().local_day();
        let all = figures(&chief, &day).await;
        let handled = rows(&chief, "/api/cases", figure(&all, "handling_p90"), 3).await;
        assert_eq!(handled.len(), 4, "paged, in scope: {handled:?}");
        assert_eq!(handled[0]["outcome"], "solved");
        assert!(handled.windows(2).all(|two| two[0]["closed_at"].as_str() >= two[1]["closed_at"].as_str()));
        let corrected = rows(&chief, "/api/cases", figure(&all, "corrections_per100"), 50).await;
        assert_eq!(corrected.len(), 1);
        assert_eq!((&corrected[0]["plate"], &corrected[0]["person"]["name"]), (&json!("粤B12345"), &json!("张三")));
        for (outcome, count) in [("solved", 4), ("none", 0)] {
            let path = format!("/api/cases?outcome={outcome}");
            assert_eq!(chief.get(&path).await.ok(200)["items"].as_array().unwrap().len(), count, "{outcome}");
        }
        chief.get("/api/cases?lot=nowhere").await.refused(404, "not_found");
        guard.get("/api/cases").await.refused(403, "not_allowed");
    })
    .await;
}

#[tokio::test]
async fn calls_stays_and_outages_behind_a_figure_are_the_ones_it_counts() {
    on_each_engine(|place| async move {
        let chief = place.desk("chief").await;
        let now = place.hub.clock.now();
        let (hour, day) = (3_600_000, now.local_day());
        let mut sql = Vec::new();
        for (n, state, lot, by_hand, ended) in [
            (0, "ended", "'cyds'", false, Some(now.0 + 9_000)),
            (1, "abandoned", "'cyds'", false, Some(now.0 + 20_000)),
            (2, "waiting", "'cyds'", false, None),
            (3, "ended", "'cyds'", true, Some(now.0 + 1_000)),
            (4, "ended", "'bj'", false, Some(now.0 + 1_000)),
        ] {
            let ended = ended.map_or("null".to_owned(), |at: i64| at.to_string());
            sql.push(format!(
                "insert into call (id, state, lot_id, caller, by_hand, overflow, since, ended_at, heard_at)
                 values ('{}', '{state}', {lot}, '', {by_hand}, false, {}, {ended}, {})",
                id(n),
                now.0,
                now.0
            ));
        }
        for (n, since, left) in [
            (0, 100 * hour, "null".to_owned()),
            (1, 10 * hour, "null".to_owned()),
            (2, 200 * hour, (now.0 - hour).to_string()),
        ] {
            sql.push(format!(
                "insert into stay (id, lot_id, plate, entered_at, space_taken, left_at, paid_fen)
                 values ('{}', 'cyds', '粤B0000{n}', {}, false, {left}, 0)",
                id(n),
                now.0 - since
            ));
        }
        sql.push(format!(
            "insert into outage (id, device_id, lot_id, began_at, ended_at, error)
             values ('out-0', 'cam-1', 'cyds', {}, {}, 'no answer')",
            now.0 - hour,
            now.0 - hour / 2
        ));
        for sql in sql {
            tamper(&place, sql).await;
        }
        let all = figures(&chief, &day).await;
        let ids =
            |rows: &[Value]| -> Vec<String> { rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect() };
        let waited = rows(&chief, "/api/calls/past", figure(&all, "waiting_p90"), 1).await;
        assert_eq!(ids(&waited), [id(1), id(0)]);
        assert_eq!(waited[0]["waited_s"], 20);
        assert_eq!(figure(&all, "waiting_p90")["value"], 20.0);
        let abandoned = rows(&chief, "/api/calls/past", figure(&all, "abandoned"), 50).await;
        assert_eq!(ids(&abandoned), [id(1)]);
        let every = rows(&chief, "/api/calls/past", figure(&all, "calls_per100"), 50).await;
        assert_eq!(ids(&every), [id(2), id(1), id(0)]);
        let stays = rows(&chief, "/api/stays", figure(&all, "long_stays"), 50).await;
        assert_eq!(figure(&all, "long_stays")["value"], 1.0);
        assert_eq!((ids(&stays), &stays[0]["plate"]), (vec![id(0)], &json!("粤B00000")));
        let outages = rows(&chief, "/api/outages", figure(&all, "offline_minutes"), 50).await;
        assert_eq!((ids(&outages), &outages[0]["error"]), (vec!["out-0".to_owned()], &json!("no answer")));
        assert_eq!(figure(&all, "offline_minutes")["value"], 30.0);
    })
    .await;
}
