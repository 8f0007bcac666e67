//! Follow-up debts through the hub's own door (R38): filed, shown at the next visit, settled by payment, given up.

use crate::{desk::Desk, lot::Lot, release::owing};
use lanedesk_hub::testing::{ENGINES, Engine};
use lotsim::Vehicle;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// 粤B66666 was released owing 9 yuan, and has left.
async fn gone_owing(engine: Engine) -> Lot {
    let lot = owing(engine).await;
    let guard = Desk::of(&lot, "guard").await;
    let held = guard.claim("E02").await;
    let photo = guard.photo(&held, 1).await;
    let body = json!({"photos": [photo], "unpaid": "debt", "driver_phone": "138 1234 5678"});
    guard.release(&held, body).await.ok();
    lot.second_passes();
    let path = format!("/api/cases/{}", held.case);
    guard.post(&format!("{path}/passed"), json!({"fence": held.fence})).await.ok();
    lot.until("the case closed", async || {
        let closed = guard.post(&format!("{path}/close"), json!({})).await;
        closed.status.is_success().then_some(())
    })
    .await;
    lot
}

async fn debts(lot: &Lot, query: &str) -> Vec<Value> {
    let chief = Desk::of(lot, "chief").await;
    let list = chief.get(&format!("/api/debts{query}")).await;
    list["items"].as_array().unwrap().clone()
}

fn payment(lot: &Lot, id: &str, amount: i64) -> Value {
    let at = lot.hub.clock.now().to_string();
    json!({"event_id": id, "lot": "cy", "plate": "粤B66666", "amount_fen": amount, "paid_at": at})
}

#[tokio::test]
async fn a_debt_is_shown_at_the_next_visit_and_settled_by_what_is_paid() {
    for engine in ENGINES {
        let lot = gone_owing(engine).await;
        let filed = debts(&lot, "?state=open").await;
        let [debt] = &filed[..] else { panic!("one debt: {filed:?}") };
        assert_eq!((&debt["amount_fen"], &debt["phone"]), (&json!(900), &json!("13812345678")));
        let openings = lot.get("/api/openings").await;
        assert_eq!(openings["items"][0]["debt"], debt["id"]);
        assert_eq!(openings["items"][0]["unpaid"], "debt");

        lot.minutes_pass(120);
        lot.arrive("W02", Vehicle::new("粤B66666").stuck()).await;
        let view = lot.view("W02").await;
        assert_eq!(view["debt"]["amount_fen"], 900, "{engine:?}: R38: shown at the next visit");
        assert_eq!(view["debt"]["count"], 1);

        assert_eq!(lot.pay(&payment(&lot, "d1", 400)).await, StatusCode::OK);
        assert_eq!(lot.view("W02").await["debt"]["amount_fen"], 500, "partial payments add up");
        assert_eq!(lot.pay(&payment(&lot, "d1", 400)).await, StatusCode::OK);
        assert_eq!(lot.view("W02").await["debt"]["amount_fen"], 500, "a repeated event has no effect");
        // Of this lane alone: the exit's case, whose time is over by now, turns its own page when it likes.
        let told = "select count(*) from event where kind = 'told'
            and body like '%\"type\":\"view\"%' and body like '%\"lane\":\"W02\"%'";
        let before = lot.one::<(i64,)>(told).await.0;
        assert_eq!(lot.pay(&payment(&lot, "d2", 500)).await, StatusCode::OK);
        assert_eq!(lot.view("W02").await["debt"], Value::Null);
        assert_eq!(debts(&lot, "?state=settled").await.len(), 1, "已处理");
        assert_eq!(debts(&lot, "?state=open&plate=粤B66666").await.len(), 0);
        let after = lot.one::<(i64,)>(told).await.0;
        assert!(after > before, "the page turns by itself");
        let (who, cy) = (Lot::chief(), Lot::lot_id());
        let unmatched = lanedesk_hub::ops::payment::unmatched(&lot.hub.hub, &who, &cy, 10);
        assert!(unmatched.await.unwrap().is_empty(), "the money has found its place");
    }
}

#[tokio::test]
async fn what_a_stay_does_not_need_pays_what_is_owed_from_before() {
    for engine in ENGINES {
        let lot = gone_owing(engine).await;
        lot.minutes_pass(60);
        lot.arrive("E01", Vehicle::new("粤B66666")).await;
        lot.minutes_pass(61);
        lot.arrive("E02", Vehicle::new("粤B66666").stuck()).await;
        let view = lot.view("E02").await;
        assert_eq!((&view["payment"]["due_fen"], &view["debt"]["amount_fen"]), (&json!(900), &json!(900)));
        assert_eq!(lot.pay(&payment(&lot, "s1", 900)).await, StatusCode::OK);
        let view = lot.view("E02").await;
        assert_eq!((&view["payment"]["due_fen"], &view["debt"]["amount_fen"]), (&json!(0), &json!(900)));
        assert_eq!(lot.pay(&payment(&lot, "s2", 1000)).await, StatusCode::OK);
        let view = lot.view("E02").await;
        assert_eq!(view["debt"], Value::Null, "{engine:?}: the surplus settles the debt");
        assert_eq!(view["payment"]["paid_fen"], 1000, "and what is left stays with the stay");
    }
}

#[tokio::test]
async fn where_nobody_fits_phone_and_amount_are_filed_by_themselves() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        lot.arrive("E02", Vehicle::new("粤B77777").stuck()).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        let path = format!("/api/cases/{}/debt", held.case);
        let body = json!({"fence": held.fence, "amount_fen": 2500, "phone": "13812345678"});
        let bad = |key: &str, value: Value| {
            let mut bad = body.clone();
            bad[key] = value;
            bad
        };
        guard.post(&path, bad("amount_fen", json!(0))).await.refused(422, "invalid");
        guard.post(&path, bad("phone", json!("12"))).await.refused(422, "invalid");
        guard.post(&path, bad("fence", json!(held.fence - 1))).await.refused(409, "lease_lost");
        let filed = guard.post(&path, body.clone()).await;
        assert_eq!(filed.status, StatusCode::CREATED, "{}", filed.body);
        let again = guard.post(&path, body).await.ok();
        assert_eq!(again["id"], filed.body["id"], "{engine:?}: pressed twice, filed once");
        assert_eq!(lot.view("E02").await["debt"], Value::Null, "not from before");
        let view = lot.view("E02").await;
        let filed = view["timeline"].as_array().unwrap();
        assert!(filed.iter().any(|step| step["what"] == "debt_filed"), "R35");
    }
}

#[tokio::test]
async fn a_supervisor_gives_a_debt_up_with_a_reason() {
    let lot = gone_owing(Engine::Sqlite).await;
    let id = debts(&lot, "").await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/debts/{id}/waive");
    let (guard, chief) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "chief").await);
    let why = json!({"reason": "误收"});
    guard.post(&path, why.clone()).await.refused(403, "not_allowed");
    chief.post(&path, json!({"reason": " "})).await.refused(422, "reason_required");
    let waived = chief.post(&path, why.clone()).await.ok();
    assert_eq!((&waived["state"], &waived["note"]), (&json!("waived"), &json!("误收")));
    chief.post(&path, why).await.refused(422, "invalid");
    let own = guard.get("/api/debts?state=waived").await;
    assert_eq!(own["items"].as_array().unwrap().len(), 1, "one's own are seen by whoever filed them");
    let agent = Desk::of(&lot, "agent").await;
    assert_eq!(agent.get("/api/debts").await["items"], json!([]));
}

#[tokio::test]
async fn no_debt_without_money_or_without_anybody_to_ask() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("E02", Vehicle::new("粤B77777").stuck()).await;
    let guard = Desk::of(&lot, "guard").await;
    let held = guard.claim("E02").await;
    let photo = guard.photo(&held, 1).await;
    let body = json!({"photos": [photo], "unpaid": "debt"});
    let refused = guard.release(&held, body).await.refused(422, "invalid");
    assert_eq!(refused["field"], "unpaid", "nothing is due");
    let body = json!({"photos": [photo], "unpaid": "waive"});
    guard.release(&held, body).await.ok();
    let (unpaid,): (Option<String>,) = lot.one("select unpaid from opening").await;
    assert_eq!(unpaid, None, "nothing was due, so nothing was waived");
}

#[tokio::test]
async fn a_vehicle_released_again_before_it_passed_owes_once_or_as_was_said_last() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        let mut open = Vec::new();
        for (picture, unpaid) in [(1, "debt"), (2, "debt"), (3, "waive")] {
            let photo = guard.photo(&held, picture).await;
            let body = json!({"photos": [photo], "unpaid": unpaid});
            guard.release(&held, body).await.ok();
            open.push(debts(&lot, "?state=open").await.len());
        }
        assert_eq!(open, [1, 1, 0], "{engine:?}");
    }
}
