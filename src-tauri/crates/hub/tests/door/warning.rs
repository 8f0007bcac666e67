//! Warnings through the door: each pattern leads to its rows, is seen by whoever sees its lots, and is dismissed once with
//! a reason (FIELD.md).

use super::{NOON, Place, made::Made, on_each_engine};
use lanedesk_hub::args;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A past in which everything happened that the twelve patterns look for.
async fn a_bad_month(place: &Place) {
    let mut past = Vec::new();
    // 1, 3: one plate twice, each seconds after the claim. 8: with one photo.
    for ago in [100, 900] {
        past.push(Made { worked_s: 5, ..Made::exit("粤B11111", ago).abnormal("other", &format!("说明 {ago}")) });
    }
    // 2, 11: the guard's releases in one remark, beside a colleague who has none.
    for n in 0..30 {
        past.push(Made::exit(&format!("粤B3{n:02}70"), 200 + n).abnormal("other", "领导同意"));
    }
    for n in 0..25 {
        past.push(Made { username: "agent", ..Made::exit(&format!("粤B5{n:02}81"), 180 + 2 * n) });
    }
    // 4: a pass for quite another plate.
    past.push(Made {
        assessment: "pass_valid",
        plate_read: Some("粤BX7Y45".to_owned()),
        ..Made::exit("粤B12345", 300)
    });
    // 5: the vehicle that came last, although another looks more alike.
    past.push(Made { plate_read: Some("粤B9876S".to_owned()), stay: Some("new"), ..Made::exit("粤B98B6S", 310) });
    // 6: less due than at first.
    past.push(Made { first_quote_fen: Some(2_000), stay: Some("s6"), ..Made::exit("粤B60606", 320) });
    // 7: paid, it says.
    past.push(Made::exit("粤B70707", 330).abnormal("paid_but_stuck", "已付款"));
    // 9: no vehicle.
    past.push(Made { plate: None, plate_read: None, read: None, passage: "none", ..Made::exit("粤B00000", 340) });
    // 10: in without a plate, out with an unknown one.
    past.push(Made {
        lane: "E01",
        direction: "entry",
        plate: None,
        plate_read: None,
        ..Made::exit("粤B00000", 400).abnormal("other", "无牌")
    });
    past.push(Made::exit("粤B90909", 350).abnormal("other", "放行出场"));
    place.made(&past).await;
    around(place, &past[..2]).await;
}

/// The stays, photos, rises and other days that go with it; the photos prove these openings.
async fn around(place: &Place, proven: &[Made]) {
    for (id, plate, entered, left) in [("new", "粤B98B6S", 330, Some(309)), ("old", "粤B98765", 2_000, None)] {
        place
            .sql(
                "insert into stay (id, lot_id, plate, entered_at, space_taken, left_at, paid_fen)
                 values ($1, 'cyds', $2, $3, false, $4, 0)",
                args![id, plate, NOON.plus_minutes(-entered), left.map(|left: i64| NOON.plus_minutes(-left))],
            )
            .await;
    }
    for (n, opening) in proven.iter().enumerate() {
        place
            .sql(
                "insert into photo (id, case_id, lot_id, person_id, source, taken_at, received_at, sha256, original, near,
                    bytes, width, height, opening_id)
                 select $1, id, lot_id, person_id, 'device_camera', $3, $3, 'same', $1, '0f1e2d3c4b5a6978', 1, 1, 1, id
                 from \"case\" where id = $2",
                args![format!("photo-{n}"), opening.id.as_str(), opening.at],
            )
            .await;
    }
    // 12: barriers rise in the agent's shift, and in no other.
    for n in 0..4_i64 {
        place
            .sql(
                "insert into rise (id, lot_id, lane_id, device_id, at) values ($1, 'cyds', 'E02', 'cam', $2)",
                args![format!("rise-{n}"), NOON.plus_minutes(-185 - n)],
            )
            .await;
    }
    // The guard works other days too, on which nothing rises.
    for day in 2..6_i64 {
        place
            .sql(
                "insert into \"case\" (id, lane_id, lot_id, person_id, source, state, opened_at, corrected)
                 select $1, 'E02', 'cyds', id, 'query', 'closed', $2, false from person where username = 'guard'",
                args![format!("case-{day}"), NOON.plus_minutes(-1440 * day)],
            )
            .await;
    }
}

async fn warnings(desk: &super::desk::Desk, query: &str) -> Vec<Value> {
    let answer = desk.get(&format!("/api/warnings?limit=500&{query}")).await;
    answer.ok(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_pattern_fires_leads_to_its_rows_and_is_dismissed_with_a_reason() {
    on_each_engine(async |place| {
        a_bad_month(&place).await;
        let chief = place.desk("chief").await;
        let all = warnings(&chief, "").await;
        let fired: BTreeSet<&str> = all.iter().map(|warning| warning["pattern"].as_str().unwrap()).collect();
        let every = [
            "same_plate",
            "many_releases",
            "hasty",
            "borrowed_pass",
            "cheap_candidate",
            "due_dropped",
            "reason_doubtful",
            "same_photo",
            "passage_mismatch",
            "no_plate_in_out",
            "same_remark",
            "foreign_rises",
        ];
        assert_eq!(fired, BTreeSet::from(every), "{all:#?}");
        for warning in &all {
            let detail = warning["detail"].as_str().unwrap();
            assert!(!detail.is_empty() && !detail.contains('{'), "{detail}");
            for opening in warning["openings"].as_array().unwrap() {
                let row = chief.get(&format!("/api/openings/{}", opening.as_str().unwrap())).await;
                row.ok(200);
            }
        }
        // Looked for again, nothing is told twice.
        assert_eq!(warnings(&chief, "").await.len(), all.len());
        let one = warnings(&chief, "pattern=same_plate").await.remove(0);
        let path = format!("/api/warnings/{}/dismiss", one["id"].as_str().unwrap());
        chief.post(&path, json!({"reason": " "})).await.refused(422, "reason_required");
        chief.post("/api/warnings/nothing/dismiss", json!({"reason": "x"})).await.refused(404, "not_found");
        place.desk("admin").await.post(&path, json!({"reason": "x"})).await.refused(403, "not_allowed");
        let dismissed = chief.post(&path, json!({"reason": "业主，已核实"})).await;
        assert_eq!(dismissed.ok(200)["dismissed_by"]["name"], "周敏");
        assert_eq!(dismissed.body["dismissed_why"], "业主，已核实");
        assert!(warnings(&chief, "pattern=same_plate&dismissed=false").await.is_empty());
        assert_eq!(warnings(&chief, "pattern=same_plate&dismissed=true").await.len(), 1, "it stays findable");
        assert_eq!(place.count("select count(*) from audit where action = 'warning.dismiss'").await, 1);
        place.desk("guard").await.get("/api/warnings").await.refused(403, "not_allowed");
        place.hub.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_clean_record_warns_of_nothing_and_others_lots_stay_theirs() {
    on_each_engine(async |place| {
        let clean: Vec<Made> = (0..20).map(|n| Made::exit(&format!("粤B{n:02}37{}", n % 10), n * 30)).collect();
        place.made(&clean).await;
        let (chief, admin) = (place.desk("chief").await, place.desk("admin").await);
        assert_eq!(warnings(&admin, "").await, Vec::<Value>::new());
        // One plate at two lots is seen by whoever sees both.
        let far = Made { lot: "bj", lane: "B01", ..Made::exit("京A55555", 50).abnormal("other", "一") };
        place.made(&[far, Made::exit("京A55555", 70).abnormal("other", "二")]).await;
        let look = async || warnings(&admin, "pattern=same_plate").await.len() == 1;
        let wait = async {
            while !look().await {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), wait).await.unwrap();
        assert!(warnings(&chief, "pattern=same_plate").await.is_empty(), "R3");
        let id = warnings(&admin, "pattern=same_plate").await[0]["id"].clone();
        let path = format!("/api/warnings/{}/dismiss", id.as_str().unwrap());
        chief.post(&path, json!({"reason": "x"})).await.refused(404, "not_found");
        place.hub.stop().await;
    })
    .await;
}
