//! The daily report: what it counts, whose lots, and who has read it.

use super::{NOON, made::Made, on_each_engine};
use lanedesk_hub::args;
use serde_json::json;

#[tokio::test]
async fn a_report_counts_one_day_of_one_s_lots_and_is_acknowledged_by_name() {
    on_each_engine(async |place| {
        let unknown = Made {
            result: "unknown",
            passage: "none",
            ..Made::exit("粤B22222", 5)
        };
        let far = Made {
            lot: "bj",
            lane: "B01",
            ..Made::exit("京A11111", 5)
        };
        let yesterday = Made::exit("粤B33333", 24 * 60);
        let released = Made::exit("粤B11111", 5).abnormal("other", "说明");
        place.made(&[unknown, far, yesterday, released.clone()]).await;
        place.sql("insert into rise (id, lot_id, lane_id, device_id, at) values ('r1', 'cyds', 'E01', 'cam', $1)", args![NOON]).await;
        place
            .sql(
                "insert into debt (id, lot_id, lane_id, case_id, plate, amount_fen, paid_fen, person_id, filed_at, state)
                 select 'd1', 'cyds', 'E02', id, 'x', 900, 0, person_id, $2, 'open' from \"case\" where id = $1",
                args![released.id.as_str(), NOON],
            )
            .await;
        let (chief, admin) = (place.desk("chief").await, place.desk("admin").await);
        let day = NOON.local_day();
        let path = format!("/api/reports/{day}");
        let told = chief.get(&path).await;
        let told = told.ok(200);
        assert_eq!((&told["day"], &told["openings"]["openings"]), (&json!(day), &json!(2)), "{told}");
        let numbers = ["unknown", "without_passage", "rises", "debts", "debts_fen"].map(|name| told[name].as_i64().unwrap());
        assert_eq!(numbers, [1, 1, 1, 1, 900]);
        assert_eq!(told["acknowledged"], json!([]));
        assert_eq!(admin.get(&path).await.ok(200)["openings"]["openings"], 3, "every lot");
        let acknowledge = format!("{path}/acknowledge");
        admin.post(&acknowledge, json!({})).await.refused(403, "not_allowed");
        for _ in 0..2 {
            let read = chief.post(&acknowledge, json!({})).await;
            assert_eq!(read.ok(200)["acknowledged"][0]["by"]["name"], "周敏");
            assert_eq!(read.body["acknowledged"].as_array().unwrap().len(), 1);
        }
        assert_eq!(place.count("select count(*) from audit where action = 'report.acknowledge'").await, 1);
        let tomorrow = NOON.plus_minutes(24 * 60).local_day();
        for none in [tomorrow.as_str(), "2026-13-01", "today"] {
            chief.get(&format!("/api/reports/{none}")).await.refused(404, "not_found");
        }
        place.desk("guard").await.get(&path).await.refused(403, "not_allowed");
        place.hub.stop().await;
    })
    .await;
}
