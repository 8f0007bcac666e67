//! A call from its first ring to the close of its case.

use super::*;
use lanedesk_hub::ops::call::forget_callers;
use std::time::Duration;

/// R29, scene 2: the call rings at a free seat; the person is told, the lane is theirs, its lease has no end, case and
/// opening are by call. R11: ten minutes run from the call's end. R32: then it is closed.
#[tokio::test]
async fn a_call_at_a_free_seat_claims_the_lane_until_ten_minutes_after_its_end() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        let mut stream = agent.stream("").await.unwrap();
        place.rings("c1", Some("8001")).await;
        let told = stream.next_call("ringing").await;
        assert_eq!(told["call"]["caller"], DRIVER);
        assert_eq!(told["call"]["lane"]["code"], "R01");
        assert_eq!(told["call"]["lot"]["name"], "彩悦大厦");
        let case = told["case"].as_str().unwrap();
        let taken = agent.take(&told["call"]).await;
        let taken = taken.ok(201);
        assert_eq!(taken["case"]["id"], case);
        assert_eq!(taken["call"]["state"], "ringing", "the page popping is not an answer");
        assert_eq!(taken["lease"]["expires_at"], Value::Null, "R11");
        assert_eq!(taken["view"]["case"]["source"], "call");
        assert_eq!(taken["view"]["call"]["caller"], DRIVER);
        assert_eq!(agent.seat("8001").await["state"], "busy");

        place.answered("c1", Some("8001")).await;
        assert_eq!(stream.next_call("live").await["call"]["by"]["name"], "李四");
        place.hub.clock.advance(Duration::from_secs(11 * 60));
        assert_eq!(agent.lease("R01").await["expires_at"], Value::Null, "a call of 11 minutes");

        place.ends("c1").await;
        stream.next_call("ended").await;
        let end = place.now().plus_minutes(10).to_string();
        assert_eq!(agent.lease("R01").await["expires_at"], end);
        let over = agent.get("/api/lanes/R01").await.ok(200)["call"].clone();
        assert_eq!(over["ended_at"], place.now().to_string(), "{over}");
        assert_eq!(over["caller"], DRIVER, "its page still says who called");
        assert_eq!(agent.seat("8001").await["state"], "after_call");
        let close = format!("/api/cases/{case}/close");
        agent.post(&close, json!({"outcome": "solved"})).await.ok(204);
        assert!(agent.lease("R01").await.is_null());
        assert_eq!(agent.seat("8001").await["state"], "free");
        let steps = agent.get(&format!("/api/cases/{case}")).await.ok(200)["timeline"].clone();
        let steps: Vec<&str> = steps.as_array().unwrap().iter().map(|s| s["what"].as_str().unwrap()).collect();
        for step in ["call_started", "call_answered", "call_ended", "closed"] {
            assert!(steps.contains(&step), "R35: {step} in {steps:?}");
        }
    })
    .await;
}

/// R20, R11: in a live call 关单 asks first, other lanes are refused, 「转到此道口」 moves case and call.
#[tokio::test]
async fn in_a_live_call_closing_asks_and_other_lanes_are_had_only_by_moving() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        place.rings("c1", Some("8001")).await;
        let call = agent.call("live").await;
        let taken = agent.take(&call).await;
        let case = taken.ok(201)["case"]["id"].as_str().unwrap();
        let fence = &taken.body["lease"]["fence"];
        let close = format!("/api/cases/{case}/close");
        agent.post(&close, json!({})).await.refused(409, "call_live");
        agent.post("/api/lanes/E02/claim", json!({})).await.refused(409, "call_live");
        assert!(agent.lease("E02").await.is_null(), "and it is seen read-only");

        let there = json!({"fence": fence, "lane": "E02"});
        let moved = agent.post(&format!("/api/cases/{case}/move"), there).await;
        assert_eq!(moved.ok(201)["case"]["id"], case);
        assert_eq!(moved.body["lease"]["expires_at"], Value::Null);
        assert!(agent.lease("R01").await.is_null(), "the lane it leaves is free");
        assert_eq!(agent.call("live").await["lane"]["code"], "E02");
        agent.post(&close, json!({"during_call": true})).await.ok(204);
        // The call goes on: the next lane the person takes is worked for it.
        let next = agent.post("/api/lanes/E01/claim", json!({})).await;
        assert_eq!(next.ok(201)["lease"]["expires_at"], Value::Null);
        assert_eq!(agent.call("live").await["case"], next.body["case"]["id"]);
    })
    .await;
}

/// R29, R7: the lane is held when the call comes. The call shows all the same; the holder keeps the lane.
#[tokio::test]
async fn a_lane_held_by_another_stays_theirs_and_the_call_still_comes() {
    on_each(|place| async move {
        let (agent, guard) = (place.at_seat("agent", "8001").await, place.desk("guard").await);
        let held = guard.post("/api/lanes/R01/claim", json!({})).await;
        held.ok(201);
        let mut stream = agent.stream("").await.unwrap();
        place.rings("c1", Some("8001")).await;
        let told = stream.next_call("ringing").await;
        assert!(told.get("case").is_none());
        let taken = agent.take(&told["call"]).await;
        assert_eq!(taken.ok(201)["held_by"]["name"], "张三");
        assert!(taken.body.get("lease").is_none() && taken.body["view"]["lane"]["code"] == "R01");
        assert_eq!(agent.lease("R01").await["holder"]["name"], "张三");
        // The holder is done; the lane the agent then takes is worked for the call.
        let case = held.body["case"]["id"].as_str().unwrap();
        guard.post(&format!("/api/cases/{case}/close"), json!({})).await.ok(204);
        let claim = agent.post("/api/lanes/R01/claim", json!({})).await;
        assert_eq!(claim.ok(201)["lease"]["expires_at"], Value::Null, "R11");
        assert_eq!(agent.call("live").await["case"], claim.body["case"]["id"]);
    })
    .await;
}

/// R30: a new call never wipes an open case. It waits, and its own person may take it.
#[tokio::test]
async fn a_call_while_a_case_is_open_waits_and_changes_nothing() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        let mine = agent.post("/api/lanes/E01/claim", json!({})).await;
        let case = mine.ok(201)["case"]["id"].as_str().unwrap();
        place.rings("c1", Some("8001")).await;
        let waits = agent.call("waiting").await;
        assert_eq!(waits["seat"], "8001");
        let view = agent.get(&format!("/api/cases/{case}")).await;
        assert_eq!(view.ok(200)["case"]["state"], "open");
        assert_eq!(view.body["lease"]["expires_at"], mine.body["lease"]["expires_at"]);
        // By their own choice the person goes to the driver; the case ends as with every claim (R10).
        agent.take(&waits).await.ok(201);
        let view = agent.get(&format!("/api/cases/{case}")).await;
        assert_eq!(view.ok(200)["case"]["state"], "requeried");
    })
    .await;
}

/// Somebody picks a call up at a seat whose person works another case: the call is theirs, the case stays.
#[tokio::test]
async fn a_call_answered_at_a_busy_seat_is_its_person_s_without_a_lane() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        let mine = agent.post("/api/lanes/E01/claim", json!({})).await;
        mine.ok(201);
        place.rings("c1", None).await;
        place.answered("c1", Some("8001")).await;
        let call = agent.call("live").await;
        assert_eq!((&call["by"]["name"], call.get("case")), (&json!("李四"), None));
        assert_eq!(agent.lease("E01").await["holder"]["name"], "李四");
        assert!(agent.lease("R01").await.is_null());
    })
    .await;
}

/// R31: an unknown robot or number makes a call without a lane, which every agent sees.
#[tokio::test]
async fn a_call_of_an_unknown_robot_comes_without_a_lane() {
    on_each(|place| async move {
        let (agent, south) = (place.at_seat("agent", "8001").await, place.desk("south").await);
        let mut event = place.event("ringing", "c1", None);
        event["robot_number"] = "R-999".into();
        place.tells(event).await.ok(200);
        let waits = south.call("waiting").await;
        assert_eq!((&waits["robot"], waits.get("lane")), (&json!("R-999"), None));
        let taken = agent.take(&waits).await;
        let body = taken.ok(201);
        assert!(body.get("view").is_none() && body.get("lease").is_none());
        // The page searches; the lane that is then taken is worked for the call.
        let claim = agent.post("/api/lanes/B01/claim", json!({})).await;
        assert_eq!(claim.ok(201)["lease"]["expires_at"], Value::Null);
        assert_eq!(agent.call("live").await["lane"]["code"], "B01");
    })
    .await;
}

/// The lane is found by the robot's number, by its phone however it is written, and by the lane itself.
#[tokio::test]
async fn a_lane_is_found_by_robot_phone_or_its_own_id() {
    on_each(|place| async move {
        let agent = place.desk("agent").await;
        for (n, part) in
            [json!({"robot_number": "R-102"}), json!({"caller": "+86 0755 82120102"}), json!({"lane": "R01"})]
                .into_iter()
                .enumerate()
        {
            let call = format!("c{n}");
            let mut event =
                json!({"event_id": call, "type": "call.ringing", "call_id": call, "occurred_at": place.now()});
            event.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
            place.tells(event).await.ok(200);
            let waits = agent.call("waiting").await;
            assert_eq!((&waits["lane"]["code"], &waits["robot"]), (&json!("R01"), &json!("R-102")), "{part}");
            place.ends(&call).await;
        }
    })
    .await;
}

/// R31: 「手工建单」 for a driver who rang another number: a case by call, held for the usual time.
#[tokio::test]
async fn a_case_opened_by_hand_is_by_call_and_runs_ten_minutes() {
    on_each(|place| async move {
        let (agent, guard) = (place.desk("agent").await, place.desk("guard").await);
        let by_hand = json!({"lane": "E02", "caller": DRIVER});
        guard.post("/api/calls", by_hand.clone()).await.refused(403, "not_allowed");
        let taken = agent.post("/api/calls", by_hand).await;
        let body = taken.ok(201);
        assert_eq!(body["lease"]["expires_at"], place.now().plus_minutes(10).to_string());
        assert_eq!(body["call"]["by_hand"], true);
        assert_eq!(body["view"]["case"]["source"], "call");
        assert_eq!(body["view"]["call"]["caller"], DRIVER);
        let seen = guard.get("/api/lanes/E02").await;
        assert_eq!(seen.ok(200)["call"]["caller"], "138****4417", "the number is the driver's");
        let other = place.desk("agent2").await;
        let held = other.post("/api/calls", json!({"lane": "E02"})).await;
        held.refused(409, "lane_held");
        assert!(other.calls("live").await.is_empty());
    })
    .await;
}

/// R11: a call of which nothing is heard for 60 minutes counts as ended then.
#[tokio::test]
async fn a_silent_call_ends_after_an_hour_and_its_lane_ten_minutes_later() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        let mut stream = agent.stream("").await.unwrap();
        place.rings("c1", Some("8001")).await;
        place.answered("c1", Some("8001")).await;
        stream.next_call("live").await;
        let began = place.now();
        place.hub.clock.advance(Duration::from_secs(60 * 60));
        let ended = stream.next_call("ended").await;
        assert_eq!(ended["call"]["ended_at"], began.plus_minutes(60).to_string());
        assert_eq!(agent.lease("R01").await["expires_at"], began.plus_minutes(70).to_string());
        place.hub.clock.advance(Duration::from_secs(10 * 60));
        assert_eq!(stream.next_of("lease_lost").await["why"], "expired");
    })
    .await;
}

/// A repeated event has no effect: a telephone system that says the same again keeps no dead call alive.
#[tokio::test]
async fn a_call_that_is_only_repeated_ends_after_its_hour_all_the_same() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        let mut stream = agent.stream("").await.unwrap();
        place.rings("c1", Some("8001")).await;
        place.answered("c1", Some("8001")).await;
        stream.next_call("live").await;
        let began = place.now();
        for _ in 0..3 {
            place.hub.clock.advance(Duration::from_secs(19 * 60));
            place.answered("c1", Some("8001")).await;
            place.rings("c1", Some("8001")).await;
        }
        let heard = "select heard_at from call where external_id = 'c1'";
        assert_eq!(place.database_count(heard).await, began.0);
        place.hub.clock.advance(Duration::from_secs(3 * 60));
        let ended = stream.next_call("ended").await;
        assert_eq!(ended["call"]["ended_at"], began.plus_minutes(60).to_string());
    })
    .await;
}

/// A supervisor who takes the lane over has the call with it; the number goes along, and leaves the agent.
#[tokio::test]
async fn a_live_call_goes_with_its_lane_to_a_supervisor() {
    on_each(|place| async move {
        let (agent, chief) = (place.at_seat("agent", "8001").await, place.desk("chief").await);
        place.rings("c1", Some("8001")).await;
        let over = chief.post("/api/lanes/R01/take-over", json!({"reason": "协助"})).await;
        assert_eq!(over.ok(201)["lease"]["expires_at"], Value::Null);
        assert_eq!(over.body["view"]["call"]["caller"], DRIVER);
        assert_eq!(chief.call("live").await["by"]["name"], "周敏");
        assert_eq!(agent.get("/api/lanes/R01").await.ok(200)["call"]["caller"], "138****4417");
        place.ends("c1").await;
        assert_eq!(agent.lease("R01").await["expires_at"], place.now().plus_minutes(10).to_string());
    })
    .await;
}

/// A phone number is personal data: it is forgotten 180 days after its call, the call itself stays. One that is not over
/// keeps its number, however old.
#[tokio::test]
async fn a_drivers_number_is_forgotten_in_time_and_the_call_stays() {
    on_each(|place| async move {
        let numbers = "select state, caller from call order by external_id";
        let numbers = async || place.database_rows::<(String, String)>(numbers).await;
        let shown = |state: &str, caller: &str| (state.to_owned(), caller.to_owned());
        place.rings("c1", None).await;
        place.ends("c1").await;
        let forget = async || forget_callers(&place.hub.hub).await.unwrap();
        place.hub.clock.advance(Duration::from_secs(180 * 86_400));
        assert_eq!(forget().await, 0, "to the day it is kept");
        place.rings("c2", None).await;
        place.hub.clock.advance(Duration::from_secs(1));
        assert_eq!(forget().await, 1);
        assert_eq!(numbers().await, [shown("abandoned", ""), shown("waiting", DRIVER)]);
        assert_eq!(forget().await, 0);
        let audited = "select count(*) from audit where action = 'call.forget-callers' and body like '%\"calls\":1%'";
        assert_eq!(place.database_count(audited).await, 1);
        let agent = place.desk("agent").await;
        let kept = agent.call("abandoned").await;
        assert_eq!((&kept["caller"], &kept["robot"]), (&json!(""), &json!("R-102")));
    })
    .await;
}
