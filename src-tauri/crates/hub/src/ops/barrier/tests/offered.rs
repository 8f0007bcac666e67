//! R18, R28: what the bar does not offer is refused, and what it needs must come with it.

use super::*;
use crate::ops::view;

#[tokio::test]
async fn an_exit_that_owes_is_opened_only_after_it_has_paid() {
    for engine in ENGINES {
        let at = at(engine, "out", Some("粤A77777")).await;
        at.scene.inside("stay-1", Some("粤A77777"), None, 61).await;
        let seen = view::of_case(at.hub(), &at.li, &at.held.case.id).await.unwrap();
        assert_eq!(seen.payment.unwrap().due_fen.0, 900, "first hour and one step");
        assert!(matches!(at.open().await, Err(Error::NotOffered)), "R18");
        assert_eq!(at.arm.moved(), 0);
        let now = at.hub().clock().now();
        at.scene
            .sql(
                "insert into payment (id, integration_id, event_id, lot_id, stay_id, amount_fen, paid_at, received_at)
                 values ('p', 'pay', 'e', 'lot', 'stay-1', 900, $1, $1)",
                crate::args![now],
            )
            .await;
        let order = at.open().await.unwrap();
        assert_eq!(order.result, OrderResult::Accepted);
        let list = opening::list(at.hub(), &at.li, opening::OpeningQuery::default()).await.unwrap();
        let opened = &list.items[0];
        assert_eq!(opened.first_quote_fen.map(|fen| fen.0), Some(900));
        assert_eq!(opened.collected_fen.map(|fen| fen.0), Some(900));
        assert_eq!(opened.due_fen.map(|fen| fen.0), Some(0));
    }
}

#[tokio::test]
async fn a_quote_past_its_step_is_asked_anew_before_the_arm_moves() {
    let at = at(Engine::Sqlite, "out", Some("粤A77777")).await;
    at.scene.inside("stay-1", Some("粤A77777"), None, 14).await;
    let seen = view::of_case(at.hub(), &at.li, &at.held.case.id).await.unwrap();
    assert!(seen.payment.unwrap().paid, "within the free minutes");
    at.hub().clock().advance(Duration::from_secs(120));
    assert!(matches!(at.open().await, Err(Error::NotOffered)));
    assert_eq!(at.arm.moved(), 0);
}

#[tokio::test]
async fn lowering_needs_word_that_nothing_stands_under_the_arm() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    let mut wanted = open(at.held.lease.fence);
    wanted.action = BarrierAction::Close;
    assert!(matches!(at.order(wanted.clone()).await, Err(Error::NotClear)), "R28");
    wanted.clear = Some(true);
    assert_eq!(at.order(wanted).await.unwrap().result, OrderResult::Accepted);
    assert_eq!(at.scene.count("select count(*) from opening").await, 0, "lowering is no opening");
}

#[tokio::test]
async fn a_visitor_where_outsiders_are_barred_needs_phone_and_reason() {
    let at = at(Engine::Sqlite, "staff", Some("粤A77777")).await;
    let mut wanted = open(at.held.lease.fence);
    let missing = at.order(wanted.clone()).await;
    assert!(matches!(missing, Err(Error::Invalid { field: "driver_phone", .. })));
    wanted.driver_phone = Some("138 0000 1111".to_owned());
    let missing = at.order(wanted.clone()).await;
    assert!(matches!(missing, Err(Error::Invalid { field: "entry_reason", .. })));
    wanted.entry_reason = Some("送货".to_owned());
    assert_eq!(at.order(wanted).await.unwrap().result, OrderResult::Accepted);
}
