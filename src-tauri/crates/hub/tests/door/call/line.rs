//! A call over a cut: the desk's stream, and the hub itself.

use super::*;
use std::time::Duration;

/// The network between desk and hub is gone for 30 s in mid-call: the stream goes on where it was and tells everything
/// that happened meanwhile, in order, and the seat is still the person's.
#[tokio::test]
async fn a_desk_cut_off_for_30_s_in_a_call_catches_up_by_itself() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        let mut stream = agent.stream("").await.unwrap();
        place.rings("c1", Some("8001")).await;
        let told = stream.next_call("ringing").await;
        let (seq, case) = (told["seq"].as_str().unwrap().to_owned(), told["case"].clone());
        drop(stream);
        place.answered("c1", Some("8001")).await;
        place.hub.clock.advance(Duration::from_secs(30));
        place.rings("c2", None).await;
        place.ends("c1").await;
        let mut stream = agent.stream(&format!("?after={seq}")).await.unwrap();
        let answered = stream.next_call("live").await;
        assert_eq!((&answered["case"], &answered["call"]["caller"]), (&case, &json!(DRIVER)));
        assert_eq!(stream.next_call("waiting").await["call"]["lane"]["code"], "R01");
        stream.next_call("ended").await;
        assert_eq!(stream.next_of("queue").await["waiting"], 1);
        assert_eq!(agent.seat("8001").await["person"]["name"], "李四");
        let end = place.now().plus_minutes(10).to_string();
        assert_eq!(agent.lease("R01").await["expires_at"], end);
    })
    .await;
}

/// The hub restarts in mid-call: call, lane and seat are as they were, and the call's end is heard.
#[tokio::test]
async fn a_call_outlives_a_restart_of_the_hub() {
    for engine in ENGINES {
        let mut place = place(engine).await;
        let agent = place.at_seat("agent", "8001").await;
        place.rings("c1", Some("8001")).await;
        place.answered("c1", Some("8001")).await;
        let call = agent.call("live").await;
        let later = place.now().plus_minutes(25);
        place = place.again(later).await;
        let agent = agent.at(place.hub.addr);
        assert_eq!(agent.call("live").await, call);
        assert_eq!(agent.lease("R01").await["expires_at"], Value::Null, "R11");
        let taken = agent.take(&call).await;
        assert_eq!(taken.ok(201)["case"]["id"], call["case"]);
        place.ends("c1").await;
        assert_eq!(agent.lease("R01").await["expires_at"], later.plus_minutes(10).to_string());
    }
}
