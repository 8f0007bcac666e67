//! Passages that a camera tells by calling the hub: believed where the arm does not say otherwise (R37, invariant 15).

use crate::lot::{Lot, event};
use lanedesk_hub::testing::ENGINES;
use lotsim::Vehicle;
use reqwest::StatusCode;

const KEY: &str = "push-key-of-lane-e02";
const WENT_THROUGH: &str = "<barrierGateCtrlType>0</barrierGateCtrlType>";

async fn left(lot: &Lot) -> Option<i64> {
    let sql = "select left_at from stay where plate = '粤B54321'";
    lot.one::<(Option<i64>,)>(sql).await.0
}

#[tokio::test]
async fn a_made_up_passage_past_a_closed_arm_ends_no_stay_and_is_told_of() {
    for engine in ENGINES {
        let lot = Lot::open_with(engine, |lane| lane.automatic = lane.code == "E01").await;
        lot.arrive("E01", Vehicle::new("粤B54321")).await;
        lot.until("it is inside", async || {
            let inside: Vec<(Option<i64>,)> = lot.rows("select left_at from stay").await;
            (inside == [(None,)]).then_some(())
        })
        .await;

        let history = format!("{WENT_THROUGH}<alarmDataType>1</alarmDataType>");
        for (uuid, seconds_ago, extra) in
            [("live", 0, WENT_THROUGH), ("late", 20, WENT_THROUGH), ("past", 40, &history)]
        {
            lot.minutes_pass(1);
            let told = event(uuid, "粤B54321", seconds_ago, extra);
            assert_eq!(lot.push_to("E02", KEY, &told).await, StatusCode::OK);
            assert_eq!(left(&lot).await, None, "{engine:?}: {uuid}");
        }
        let sql = "select count(*) from audit where action = 'passage.refused' and subject = 'lane:E02'";
        lot.until("it stands in the audit", async || (lot.one::<(i64,)>(sql).await.0 > 0).then_some(())).await;
        let sql = "select count(*) from event where body like '%device_alert%cam-E02%'";
        assert!(lot.one::<(i64,)>(sql).await.0 > 0, "supervisors are told");

        // The same word while the arm is up is a passage.
        lot.hold_up("E02").await;
        lot.minutes_pass(1);
        let told = event("through", "粤B54321", 0, WENT_THROUGH);
        assert_eq!(lot.push_to("E02", KEY, &told).await, StatusCode::OK);
        assert!(left(&lot).await.is_some(), "{engine:?}");
    }
}
