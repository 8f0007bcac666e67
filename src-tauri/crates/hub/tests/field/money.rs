//! Payments told by a payment system (R17, `HUB_API.md`, payments), and what 61 minutes cost.

use crate::{
    desk::Desk,
    lot::{Lot, SECRET},
};
use lanedesk_hub::{
    ops,
    signature::sign,
    testing::{ENGINES, Engine},
};
use lotsim::Vehicle;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// A lot in which 粤B66666 has been for 61 minutes and now stands at the exit.
async fn at_the_exit(engine: Engine) -> Lot {
    let lot = Lot::open_with(engine, |lane| lane.automatic = lane.code == "E01").await;
    lot.arrive("E01", Vehicle::new("粤B66666")).await;
    lot.minutes_pass(61);
    lot.arrive("E02", Vehicle::new("粤B66666").stuck()).await;
    lot
}

fn payment(lot: &Lot, id: &str, amount: i64) -> Value {
    let at = lot.hub.clock.now().to_string();
    json!({"event_id": id, "lot": "cy", "plate": "粤B66666", "amount_fen": amount, "paid_at": at})
}

fn offers_open(view: &Value) -> bool {
    let offers = view["offers"].as_array().unwrap();
    offers.iter().any(|offer| offer["op"] == "open")
}

#[tokio::test]
async fn after_61_minutes_9_yuan_are_due_and_the_page_turns_when_they_are_paid() {
    for engine in ENGINES {
        let lot = at_the_exit(engine).await;
        let held = lot.claim("E02").await;
        assert_eq!(held.view["payment"]["due_fen"], 900, "{engine:?}: 61 minutes");
        assert!(!offers_open(&held.view), "unpaid: open is not offered");

        assert_eq!(lot.pay(&payment(&lot, "p1", 400)).await, StatusCode::OK);
        let view = lot.view("E02").await;
        assert_eq!(view["payment"]["due_fen"], 500, "partial payments add up");
        assert!(!offers_open(&view));

        assert_eq!(lot.pay(&payment(&lot, "p1", 400)).await, StatusCode::OK);
        let view = lot.view("E02").await;
        assert_eq!(view["payment"]["due_fen"], 500, "{engine:?}: a repeated event has no effect");

        assert_eq!(lot.pay(&payment(&lot, "p2", 500)).await, StatusCode::OK);
        let told =
            lot.rows::<(String,)>("select body from event where kind = 'told' order by xid desc, n desc limit 1").await;
        let told: Value = serde_json::from_str(&told[0].0).unwrap();
        assert_eq!(told["type"], "view", "the page turns by itself");
        let view = lot.view("E02").await;
        assert_eq!(view["payment"]["paid"], true);
        assert!(offers_open(&view), "paid: open is offered");
        let paid = view["timeline"].as_array().unwrap().iter().filter(|s| s["what"] == "paid");
        assert_eq!(paid.count(), 2, "R35");
        lot.raise(&held).await;
    }
}

#[tokio::test]
async fn a_surplus_stays_with_the_stay_and_a_payment_for_nobody_is_kept_unmatched() {
    for engine in ENGINES {
        let lot = at_the_exit(engine).await;
        assert_eq!(lot.pay(&payment(&lot, "p1", 2000)).await, StatusCode::OK);
        let (paid,): (i64,) = lot.one("select paid_fen from stay").await;
        assert_eq!(paid, 2000, "{engine:?}: a surplus is kept on the stay");
        lot.minutes_pass(60);
        let view = lot.view("E02").await;
        assert_eq!(view["payment"]["due_fen"], 0, "the surplus pays the next hour");

        let mut other = payment(&lot, "p2", 700);
        other["plate"] = json!("粤B00000");
        assert_eq!(lot.pay(&other).await, StatusCode::OK);
        let mut elsewhere = payment(&lot, "p3", 700);
        elsewhere["stay"] = json!("no-such-stay");
        assert_eq!(lot.pay(&elsewhere).await, StatusCode::OK);
        let unmatched: Vec<(String,)> =
            lot.rows("select event_id from payment where stay_id is null order by event_id").await;
        assert_eq!(unmatched, [("p2".to_owned(),), ("p3".to_owned(),)]);
        let listed = ops::payment::unmatched(&lot.hub.hub, &Lot::chief(), &Lot::lot_id(), 10).await;
        assert_eq!(listed.unwrap().len(), 2);
        let (audited,): (i64,) = lot.one("select count(*) from audit where action = 'payment.take'").await;
        assert_eq!(audited, 3, "every payment leaves an audit row");
    }
}

#[tokio::test]
async fn past_the_leaving_time_only_the_difference_is_due() {
    let lot = at_the_exit(Engine::Sqlite).await;
    assert_eq!(lot.pay(&payment(&lot, "p1", 900)).await, StatusCode::OK);
    lot.minutes_pass(15);
    assert_eq!(lot.view("E02").await["payment"]["due_fen"], 0);
    lot.minutes_pass(50);
    assert_eq!(lot.view("E02").await["payment"]["due_fen"], 400, "one more hour begun, 9 yuan paid");
}

#[tokio::test]
async fn a_wrong_signature_time_or_sender_is_refused_and_writes_nothing() {
    let lot = at_the_exit(Engine::Sqlite).await;
    let body = payment(&lot, "p1", 900).to_string();
    let seconds = lot.hub.clock.now().0 / 1000;
    let (right, old) = (seconds.to_string(), (seconds - 301).to_string());
    let good = sign(SECRET, &right, body.as_bytes());
    let stale = sign(SECRET, &old, body.as_bytes());
    let other = sign("another secret", &right, body.as_bytes());
    for (from, at, signature) in [
        ("pay", &right, &other),
        ("pay", &right, &stale),
        ("pay", &old, &stale),
        ("nobody", &right, &good),
        ("pay", &right, &String::new()),
    ] {
        let status = lot.send_payment(from, at, signature, body.clone()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{from} {at}");
    }
    let (kept,): (i64,) = lot.one("select count(*) from payment").await;
    assert_eq!(kept, 0);
    assert_eq!(lot.send_payment("pay", &right, &good, body).await, StatusCode::OK);
}

#[tokio::test]
async fn a_signed_payment_that_says_nothing_usable_is_refused_for_good() {
    let lot = at_the_exit(Engine::Sqlite).await;
    for (field, value) in
        [("amount_fen", json!(0)), ("amount_fen", json!(-900)), ("lot", json!("elsewhere")), ("event_id", json!(""))]
    {
        let mut event = payment(&lot, "p1", 900);
        event[field] = value;
        assert_eq!(lot.pay(&event).await, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
    }
    assert_eq!(lot.pay(&json!({})).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_payment_by_phone_finds_the_unlicensed_vehicle() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        let held = lot.claim("E01").await;
        lot.recorded_opening(&held, "entry", None, Some("13812345678")).await;
        lot.passed(&held).await;
        let stay: (Option<String>, Option<String>) = lot.one("select plate, phone from stay").await;
        assert_eq!(stay, (None, Some("13812345678".to_owned())), "R37: filed under the phone");
        let mut event = payment(&lot, "p1", 900);
        event["plate"] = Value::Null;
        event["phone"] = json!("138 1234 5678");
        assert_eq!(lot.pay(&event).await, StatusCode::OK);
        let (paid,): (i64,) = lot.one("select paid_fen from stay").await;
        assert_eq!(paid, 900, "{engine:?}");
    }
}

/// A page that is only looked at writes nothing into the case of whoever works there.
#[tokio::test]
async fn only_the_holders_own_page_is_their_first_quote() {
    for engine in ENGINES {
        let lot = at_the_exit(engine).await;
        let held = lot.claim("E02").await;
        let quote = async || {
            let sql = "select first_quote_fen from \"case\"";
            lot.one::<(Option<i64>,)>(sql).await.0
        };
        assert_eq!(quote().await, Some(900), "{engine:?}: as the holder saw it");
        let forgotten = lot.hub.hub.store().write(async |tx| {
            let sql = "update \"case\" set first_quote_fen = null";
            tx.execute(sql, vec![]).await
        });
        forgotten.await.unwrap();
        let agent = Desk::of(&lot, "agent").await;
        agent.get("/api/lanes/E02").await;
        agent.get(&format!("/api/cases/{}", held.case)).await;
        assert_eq!(quote().await, None, "{engine:?}: a watcher's look");
        lot.view("E02").await;
        assert_eq!(quote().await, Some(900));
    }
}
