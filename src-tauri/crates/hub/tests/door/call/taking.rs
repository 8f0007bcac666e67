//! The queue: who sees it, who takes from it, overflow, and those who gave up.

use super::*;
use std::time::Duration;

/// R30, R1: the queue is for agents and supervisors of the lot, oldest first; lot staff see and get nothing.
#[tokio::test]
async fn the_queue_is_seen_by_agents_and_supervisors_of_the_lot_and_never_by_lot_staff() {
    on_each(|place| async move {
        let (agent, south) = (place.desk("agent").await, place.desk("south").await);
        let (chief, guard) = (place.desk("chief").await, place.desk("guard").await);
        place.rings("c1", None).await;
        place.hub.clock.advance(Duration::from_secs(5));
        let mut north = place.event("ringing", "c2", None);
        north["robot_number"] = "R-301".into();
        place.tells(north).await.ok(200);
        let codes = |calls: Vec<Value>| -> Vec<String> {
            let code = |call: &Value| call["lane"]["code"].as_str().unwrap().to_owned();
            calls.iter().map(code).collect()
        };
        assert_eq!(codes(agent.calls("waiting").await), ["R01", "R02"]);
        assert_eq!(codes(south.calls("waiting").await), ["R01"]);
        assert_eq!(codes(chief.calls("waiting").await), ["R01"]);
        let board = chief.get("/api/board").await;
        assert_eq!(board.ok(200)["queue"].as_array().unwrap().len(), 1);
        for path in ["/api/calls?state=waiting", "/api/seats"] {
            guard.get(path).await.refused(403, "not_allowed");
        }
        let call = agent.calls("waiting").await.remove(1);
        guard.take(&call).await.refused(403, "not_allowed");
        south.take(&call).await.refused(404, "not_found");
    })
    .await;
}

/// Calls of other lots leave one's queue as it is, and a queue that is as it was is not told again.
#[tokio::test]
async fn a_queue_is_told_when_it_changed_and_not_with_every_call_elsewhere() {
    on_each(|place| async move {
        let (all, south) = (place.desk("agent").await, place.desk("south").await);
        let mut everywhere = all.stream("").await.unwrap();
        let mut here = south.stream("").await.unwrap();
        for (happened, waiting) in [("ringing", 1), ("ended", 0)] {
            let mut north = place.event(happened, "c1", None);
            north["robot_number"] = "R-301".into();
            place.tells(north).await.ok(200);
            assert_eq!(everywhere.next_of("queue").await["waiting"], waiting);
        }
        place.rings("c2", None).await;
        assert_eq!(everywhere.next_of("queue").await["waiting"], 1);
        let mut told: Vec<Value> = Vec::new();
        while told.last() != Some(&json!(1)) {
            told.push(here.next_of("queue").await["waiting"].clone());
        }
        let mut changes = told.clone();
        changes.dedup();
        assert_eq!(told, changes);
    })
    .await;
}

/// Frames follow the same rule, and the number of a call somebody has goes to that person alone.
#[tokio::test]
async fn frames_of_calls_reach_whom_they_concern() {
    on_each(|place| {
        Box::pin(async move {
            let (agent, south) = (place.at_seat("agent", "8001").await, place.at_seat("south", "8002").await);
            let (guard, far) = (place.desk("guard").await, place.desk("agent2").await);
            let mut theirs = agent.stream("").await.unwrap();
            let mut others = south.stream("").await.unwrap();
            let mut far = far.stream("").await.unwrap();
            let mut staff = guard.stream("").await.unwrap();
            place.rings("c1", None).await;
            for stream in [&mut theirs, &mut others, &mut far] {
                assert_eq!(stream.next_call("waiting").await["call"]["caller"], DRIVER);
                assert_eq!(stream.next_of("queue").await["waiting"], 1);
            }
            let call = agent.call("waiting").await;
            agent.take(&call).await.ok(201);
            assert_eq!(theirs.next_call("live").await["call"]["caller"], DRIVER);
            assert_eq!(others.next_call("live").await["call"]["caller"], "", "not theirs");
            let queue = others.next_of("queue").await;
            assert_eq!((&queue["waiting"], queue.get("oldest_since")), (&json!(0), None));
            // Lot staff hear that the lane is taken, and nothing of calls.
            let frame = staff.next_of("lease").await;
            assert_eq!(frame["lane"], "R01");
            let id = call["id"].as_str().unwrap();
            let seen = guard.get("/api/lanes/R01").await;
            assert_eq!(seen.ok(200)["call"]["caller"], "138****4417", "{id}");
        })
    })
    .await;
}

/// R30: two agents take one call at the same moment: one gets it, the other is told who.
#[tokio::test]
async fn of_two_who_take_a_call_at_once_one_gets_it() {
    on_each(|place| async move {
        let agents = [
            place.at_seat("agent", "8001").await,
            place.at_seat("agent2", "8002").await,
            place.at_seat("south", "8003").await,
        ];
        for round in 0..4 {
            place.rings(&format!("c{round}"), None).await;
            let call = agents[0].call("waiting").await;
            let tries = agents.iter().map(|agent| agent.take(&call));
            let done = futures::future::join_all(tries).await;
            let (got, lost): (Vec<_>, Vec<_>) = done.iter().partition(|answer| answer.status == 201);
            assert_eq!(got.len(), 1, "{done:?}");
            let by = &got[0].body["call"]["by"]["name"];
            for answer in lost {
                assert_eq!(&answer.refused(409, "call_taken")["by"]["name"], by);
                assert!(answer.body["detail"].as_str().unwrap().contains(by.as_str().unwrap()));
            }
            let case = got[0].body["case"]["id"].as_str().unwrap();
            let close = format!("/api/cases/{case}/close");
            for agent in &agents {
                agent.post(&close, json!({"during_call": true})).await;
            }
            place.ends(&format!("c{round}")).await;
        }
    })
    .await;
}

/// `take` needs a seat, and one call at a time is enough.
#[tokio::test]
async fn taking_needs_a_seat_a_call_that_is_not_over_and_no_other_call() {
    on_each(|place| async move {
        let agent = place.desk("agent").await;
        place.rings("c1", None).await;
        let first = agent.call("waiting").await;
        agent.take(&first).await.refused(409, "seat_required");
        agent.put("/api/seat", json!({"number": "8001"})).await.ok(200);
        agent.take(&first).await.ok(201);
        assert_eq!(agent.take(&first).await.ok(201)["call"]["id"], first["id"], "again is the same");
        place.rings("c2", None).await;
        let second = agent.call("waiting").await;
        agent.take(&second).await.refused(409, "call_live");
        place.ends("c2").await;
        agent.take(&second).await.refused(409, "call_over");
    })
    .await;
}

/// A call that rings too long at one seat is offered to all; whoever takes it gets the case with it.
#[tokio::test]
async fn a_call_nobody_answers_overflows_to_other_agents_with_its_case() {
    on_each(|place| async move {
        let (absent, other) = (place.at_seat("agent", "8001").await, place.at_seat("agent2", "8002").await);
        let (mut theirs, mut others) = (absent.stream("").await.unwrap(), other.stream("").await.unwrap());
        place.rings("c1", Some("8001")).await;
        let told = theirs.next_call("ringing").await;
        let case = told["case"].as_str().unwrap().to_owned();
        assert!(other.calls("waiting").await.is_empty());
        other.take(&told["call"]).await.refused(409, "call_taken");
        place.hub.clock.advance(Duration::from_secs(21));
        let offered = loop {
            let frame = others.next_call("ringing").await;
            if frame["call"]["overflow"] == true {
                break frame;
            }
        };
        assert_eq!(offered["call"]["caller"], DRIVER, "it is in the queue now");
        assert_eq!(other.call("waiting").await["id"], offered["call"]["id"]);
        let taken = other.take(&offered["call"]).await;
        assert_eq!(taken.ok(201)["case"]["id"].as_str().unwrap(), case);
        let lost = theirs.next_of("lease_lost").await;
        assert_eq!((&lost["why"], &lost["case"]), (&json!("handed_over"), &json!(case)));
        assert_eq!(other.lease("R01").await["holder"]["name"], "赵敏");
        assert_eq!(other.lease("R01").await["expires_at"], Value::Null);
    })
    .await;
}

/// A call somebody else picks up than it rang at goes to whoever picked it up, with its case.
#[tokio::test]
async fn a_call_answered_at_another_seat_goes_there_with_its_case() {
    on_each(|place| async move {
        let (first, second) = (place.at_seat("agent", "8001").await, place.at_seat("agent2", "8002").await);
        place.rings("c1", Some("8001")).await;
        let case = first.call("live").await["case"].clone();
        place.answered("c1", Some("8002")).await;
        let call = second.call("live").await;
        assert_eq!((&call["by"]["name"], &call["case"]), (&json!("赵敏"), &case));
        assert_eq!(second.lease("R01").await["holder"]["name"], "赵敏");
        assert_eq!(first.seat("8001").await["state"], "free");
    })
    .await;
}

/// Whoever gives up before anybody took the call is called back; the list is cleared by whoever did.
#[tokio::test]
async fn an_abandoned_call_stands_in_the_list_until_somebody_has_called_back() {
    on_each(|place| async move {
        let (agent, guard) = (place.at_seat("agent", "8001").await, place.desk("guard").await);
        place.rings("c1", None).await;
        place.ends("c1").await;
        assert!(agent.calls("waiting").await.is_empty());
        let call = agent.call("abandoned").await;
        assert_eq!(call["caller"], DRIVER);
        let path = format!("/api/calls/{}/called-back", call["id"].as_str().unwrap());
        guard.post(&path, json!({})).await.refused(403, "not_allowed");
        agent.post(&path, json!({"note": "已自行离场"})).await.ok(204);
        agent.post(&path, json!({})).await.ok(204);
        assert!(agent.calls("abandoned").await.is_empty());
        // One that was taken was not abandoned.
        place.rings("c2", None).await;
        agent.take(&agent.call("waiting").await).await.ok(201);
        place.ends("c2").await;
        assert!(agent.calls("abandoned").await.is_empty());
    })
    .await;
}

/// Pages of a long list are without gaps, newest first.
#[tokio::test]
async fn the_list_of_those_to_call_back_comes_in_pages() {
    on_each(|place| async move {
        let agent = place.desk("agent").await;
        for n in 0..7 {
            place.rings(&format!("c{n}"), None).await;
            place.ends(&format!("c{n}")).await;
            place.hub.clock.advance(Duration::from_secs(1));
        }
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = agent.get(&format!("/api/calls?state=abandoned&limit=3{next}")).await;
            let body = page.ok(200);
            seen.extend(body["items"].as_array().unwrap().iter().map(|c| c["since"].as_str().unwrap().to_owned()));
            match body["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), 7);
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "{seen:?}");
    })
    .await;
}
