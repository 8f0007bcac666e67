//! A thousand events at once: right answers, right state.

use super::*;

/// 250 calls, each told by four messages of which one is a repetition, all at once and in whatever order the network
/// makes of them: each answer is 200, each call is told once, ended or abandoned, and no lane is left held for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_events_at_once_leave_the_right_state() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        let began = place.now();
        let mut events = Vec::new();
        for n in 0..250 {
            let call = format!("s{n}");
            let seat = (n % 5 == 0).then_some("8001");
            let ringing = place.event("ringing", &call, seat);
            let mut middle = place.event("answered", &call, Some("8001"));
            if n % 2 == 1 {
                middle = ringing.clone();
            }
            events.extend([ringing, middle, place.event("ended", &call, None)]);
            events.push(events[events.len() - 3].clone());
        }
        assert_eq!(events.len(), 1_000);
        // Not in order: a stride that meets every one.
        let shuffled = (0..1_000).map(|n| events[n * 389 % 1_000].clone());
        let place = &place;
        let told = shuffled.map(|event| async move { place.tells(event).await.status });
        let answers: Vec<_> =
            futures::StreamExt::collect(futures::StreamExt::buffer_unordered(futures::stream::iter(told), 64)).await;
        assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
        let count = async |sql: &str| place.database_count(sql).await;
        assert_eq!(count("select count(*) from call").await, 250);
        assert_eq!(count("select count(*) from call_event").await, 625, "repetitions are none");
        assert_eq!(count("select count(*) from call where state = 'ended'").await, 125);
        assert_eq!(count("select count(*) from call where state = 'abandoned'").await, 125);
        assert_eq!(count("select count(*) from lease where open and expires_at is null").await, 0);
        let ends = place.database_count("select coalesce(max(expires_at), 0) from lease where open").await;
        assert!(ends <= began.plus_minutes(10).0, "{ends}");
        assert!(agent.calls("live").await.is_empty() && agent.calls("waiting").await.is_empty());
    })
    .await;
}
