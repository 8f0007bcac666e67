//! The client against a small server that speaks the hub's contract and can misbehave on purpose.

mod fake;
mod trust;

use fake::{Mood, TestHub, hello};
use lanedesk_client::{Address, CallError, Hub, Language, Pace, PicturePath, Stream, StreamNews, Token, Trust};
use lanedesk_domain::{
    ids::{CaseId, Fence, OrderId},
    order::{BarrierAction, OrderResult},
};
use lanedesk_wire::{barrier::BarrierOrder, problem::Code, stream::Told};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

fn quick() -> Pace {
    Pace {
        call: Duration::from_secs(5),
        order_deadline: Duration::from_millis(600),
        order_answer: Duration::from_millis(900),
        order_again: Duration::from_millis(20),
        order_lookup: Duration::from_millis(400),
        connect: Duration::from_secs(2),
        silence: Duration::from_millis(400),
        first_pause: Duration::from_millis(10),
        longest_pause: Duration::from_millis(40),
        ..Pace::default()
    }
}

async fn logged_in(test: &TestHub) -> Hub {
    let address = Address::parse(&test.serve().await).expect("an address");
    let hub = Hub::new(address, Language::Chinese, quick(), Trust::default()).expect("a client");
    hub.login("guard".into(), "right".into(), None).await.expect("logged in");
    hub.clock().set("2026-11-22T08:00:00Z".parse().expect("a time"), Instant::now());
    hub
}

fn case() -> CaseId {
    "c1".parse().expect("an id")
}

fn press() -> BarrierOrder {
    BarrierOrder {
        order_id: OrderId::new(),
        fence: Fence(7),
        action: BarrierAction::Open,
        driver_phone: None,
        entry_reason: None,
        clear: None,
        made_at: None,
    }
}

#[tokio::test]
async fn the_token_is_sent_and_never_shown() {
    let test = TestHub::default();
    let hub = logged_in(&test).await;
    assert_eq!(hub.person().await.expect("the session holds").name, "张三");
    let shown = format!("{hub:?} {:?}", hub.token());
    assert!(!shown.contains("t0p-secret"), "invariant 11: {shown}");

    hub.logout().await.expect("logged out");
    let error = hub.person().await.expect_err("no session any more");
    assert_eq!(error.code(), Code::NoSession);
}

#[tokio::test]
async fn a_refused_login_brings_the_hubs_own_words() {
    let test = TestHub::default();
    let address = Address::parse(&test.serve().await).expect("an address");
    let hub = Hub::new(address, Language::Chinese, quick(), Trust::default()).expect("a client");
    let error = hub.login("guard".into(), "wrong".into(), None).await.expect_err("refused");
    assert!(matches!(error, CallError::Refused(problem) if problem.code == Code::BadCredentials));
}

#[tokio::test]
async fn a_hub_that_is_not_there_is_told_in_the_persons_language() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", nobody.local_addr().expect("its address"));
    drop(nobody);
    for (language, word) in [(Language::Chinese, "连不上"), (Language::English, "could not be reached")] {
        let hub = Hub::new(Address::parse(&address).expect("an address"), language, quick(), Trust::default())
            .expect("a client");
        hub.set_token(Some(Token::new("t".into())));
        let error = hub.search("粤B12345".into()).await.expect_err("nobody is there");
        assert!(!format!("{error:?}").contains("12345"), "no plate in errors: {error:?}");
        let problem: Box<lanedesk_wire::problem::Problem> = error.into();
        assert_eq!((problem.code, problem.status), (Code::HubUnreachable, 0));
        assert!(problem.detail.contains(word), "{}", problem.detail);
    }
}

/// R26: made once; where the connection breaks, the same order goes out again and acts once.
#[tokio::test]
async fn an_order_is_sent_again_only_as_the_same_order() {
    let test = TestHub::default();
    let hub = logged_in(&test).await;
    test.seen(|seen| {
        seen.moods.extend([Mood::Cut, Mood::TakeAndCut, Mood::Answer]);
    });
    let order = hub.order_barrier(case(), press()).await.expect("answered in the end");
    assert_eq!(order.result, OrderResult::Accepted);
    test.seen(|seen| {
        assert_eq!(seen.orders.len(), 3);
        assert!(seen.orders.iter().all(|sent| *sent == seen.orders[0]), "same id, same time, same content");
        assert_eq!(seen.taken.len(), 1, "it acted once");
    });
}

/// R26, invariant 5: an order whose answer was lost is looked up, not repeated, once its deadline is over.
#[tokio::test]
async fn an_order_that_arrived_unanswered_is_found_by_looking() {
    let test = TestHub::default();
    let hub = logged_in(&test).await;
    test.seen(|seen| {
        seen.moods.extend(std::iter::repeat_n(Mood::TakeAndCut, 1000));
    });
    let pressed = Instant::now();
    let order = hub.order_barrier(case(), press()).await.expect("found");
    assert_eq!(order.result, OrderResult::Accepted);
    assert!(pressed.elapsed() >= quick().order_deadline, "looked only when nothing can act any more");
    test.seen(|seen| assert_eq!(seen.taken.len(), 1));
}

/// The hub's contract: 404 means it never arrived and will not act.
#[tokio::test]
async fn an_order_that_never_arrived_has_failed() {
    let test = TestHub::default();
    let hub = logged_in(&test).await;
    test.seen(|seen| seen.moods.extend(std::iter::repeat_n(Mood::Cut, 1000)));
    let order = hub.order_barrier(case(), press()).await.expect("told as an order");
    assert_eq!(order.result, OrderResult::Failed);
}

/// R26: no answer at all is `unknown`, and the program stops sending when the deadline is over.
#[tokio::test]
async fn without_any_answer_the_result_is_unknown() {
    let test = TestHub::default();
    let hub = logged_in(&test).await;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", nobody.local_addr().expect("its address"));
    drop(nobody);
    let cut_off = Hub::new(Address::parse(&address).expect("an address"), Language::Chinese, quick(), Trust::default())
        .expect("a client");
    cut_off.set_token(hub.token());
    cut_off.clock().set("2026-11-22T08:00:00Z".parse().expect("a time"), Instant::now());
    let order = cut_off.order_barrier(case(), press()).await.expect("told as an order");
    assert_eq!(order.result, OrderResult::Unknown);
    assert!(order.detail.contains("不要重复开闸"));
}

#[tokio::test]
async fn a_refused_order_is_not_sent_again() {
    let test = TestHub::default();
    let hub = logged_in(&test).await;
    test.seen(|seen| seen.moods.extend([Mood::Refuse(409, "not_offered")]));
    let error = hub.order_barrier(case(), press()).await.expect_err("refused");
    assert_eq!(error.code(), Code::NotOffered);
    test.seen(|seen| assert_eq!(seen.orders.len(), 1));
}

/// A fault of the hub says nothing about the order: the same order is sent again.
#[tokio::test]
async fn a_hubs_fault_is_no_answer() {
    let test = TestHub::default();
    let hub = logged_in(&test).await;
    test.seen(|seen| {
        seen.moods.extend([Mood::Refuse(500, "internal"), Mood::Answer]);
    });
    let order = hub.order_barrier(case(), press()).await.expect("answered");
    assert_eq!(order.result, OrderResult::Accepted);
    test.seen(|seen| assert_eq!(seen.orders[0], seen.orders[1]));
}

/// Invariant 6: without the hub's time an order could rise late, so none is made.
#[tokio::test]
async fn no_order_is_made_before_the_hubs_time_is_known() {
    let test = TestHub::default();
    let address = Address::parse(&test.serve().await).expect("an address");
    let hub = Hub::new(address, Language::Chinese, quick(), Trust::default()).expect("a client");
    hub.login("guard".into(), "right".into(), None).await.expect("logged in");
    let error = hub.order_barrier(case(), press()).await.expect_err("not made");
    assert!(matches!(error, CallError::NoHubTime { .. }));
    test.seen(|seen| assert!(seen.orders.is_empty()));
}

async fn next(heard: &mut mpsc::Receiver<StreamNews>) -> StreamNews {
    tokio::time::timeout(Duration::from_secs(5), heard.recv())
        .await
        .expect("news within 5 s")
        .expect("the stream goes on")
}

/// A stream that is cut goes on after the last place heard, and nothing but listening happens by itself.
#[tokio::test]
async fn a_cut_stream_goes_on_where_it_was() {
    let test = TestHub::default();
    let free = serde_json::json!({"type": "lease", "seq": "a/12", "lane": "E01"});
    let resync = serde_json::json!({"type": "resync", "seq": "40"});
    let strange = serde_json::json!({"type": "from_a_newer_hub", "seq": "13"});
    test.seen(|seen| {
        seen.streams.extend([vec![hello("11"), strange, free], vec![hello("40"), resync]]);
    });
    let hub = logged_in(&test).await;
    let (_stream, mut heard) = Stream::follow(hub);

    assert_eq!(next(&mut heard).await, StreamNews::Connecting);
    assert_eq!(next(&mut heard).await, StreamNews::Online);
    assert!(matches!(next(&mut heard).await, StreamNews::Frame(f) if matches!(f.told, Told::Hello { .. })));
    assert!(matches!(next(&mut heard).await, StreamNews::Frame(f) if f.seq == "a/12"), "the unknown frame is skipped");
    assert_eq!(next(&mut heard).await, StreamNews::Connecting);
    assert_eq!(next(&mut heard).await, StreamNews::Online);
    assert!(matches!(next(&mut heard).await, StreamNews::Frame(f) if matches!(f.told, Told::Hello { .. })));
    assert!(matches!(next(&mut heard).await, StreamNews::Frame(f) if f.told == Told::Resync));
    test.seen(|seen| {
        assert_eq!(seen.after[..2], [None, Some("a/12".to_owned())]);
        assert!(seen.orders.is_empty(), "nothing opens by itself after a reconnect");
    });
}

/// A stream that stays open and says nothing is dead: heartbeats are due.
#[tokio::test]
async fn a_silent_stream_is_left() {
    let test = TestHub::default();
    let hub = logged_in(&test).await;
    let (_stream, mut heard) = Stream::follow(hub);
    let mut online = 0;
    while online < 2 {
        if next(&mut heard).await == StreamNews::Online {
            online += 1;
        }
    }
    test.seen(|seen| assert!(seen.after.len() >= 2));
}

#[tokio::test]
async fn an_unknown_session_ends_the_stream() {
    let test = TestHub::default();
    let hub = logged_in(&test).await;
    hub.set_token(Some(Token::new("other".into())));
    let (_stream, mut heard) = Stream::follow(hub);
    assert_eq!(next(&mut heard).await, StreamNews::Connecting);
    assert_eq!(next(&mut heard).await, StreamNews::SessionEnded);
    assert!(heard.recv().await.is_none(), "it is over");
}

#[tokio::test]
async fn a_picture_comes_with_its_media_type() {
    let test = TestHub::default();
    let hub = logged_in(&test).await;
    let path = PicturePath::parse("/api/lanes/E01/picture", Some("v=1")).expect("a picture");
    let image = hub.picture(&path).await.expect("a picture");
    assert_eq!((image.media_type.as_str(), &image.bytes[..]), ("image/jpeg", &[0xff, 0xd8][..]));
}
