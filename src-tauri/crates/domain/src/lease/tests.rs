//! Each rule by itself; `machine` then lets them all meet at random.

mod giving;
mod machine;

use super::*;

const NOON: Timestamp = Timestamp(1_800_000_000_000);

fn person(name: &str) -> PersonId {
    name.parse().unwrap()
}
fn lane(name: &str) -> LaneId {
    name.parse().unwrap()
}
fn case(name: &str) -> CaseId {
    name.parse().unwrap()
}

/// 张三 holds E01 since noon.
fn held() -> (Leases, Lease) {
    let mut leases = Leases::new(10);
    let gained = leases.claim(&person("zhang"), &lane("E01"), case("c1"), NOON).unwrap();
    (leases, gained.lease)
}

#[test]
fn a_claim_locks_the_lane_for_ten_minutes() {
    let (leases, lease) = held();
    assert_eq!(lease.fence, Fence(1));
    assert_eq!(lease.acquired_at, NOON);
    assert_eq!(lease.expires_at, Some(NOON.plus_minutes(10)), "R9");
    assert_eq!(lease.warn_at(), Some(NOON.plus_minutes(9)), "R9: warned a minute before");
    assert_eq!(leases.holder(&lane("E01"), NOON), Some(&lease));
    assert_eq!(leases.lane_of(&person("zhang"), NOON), Some(&lease));
}

#[test]
fn another_person_is_told_who_and_since_when_and_nothing_changes() {
    let (mut leases, lease) = held();
    let later = NOON.plus_minutes(3);
    leases.claim(&person("li"), &lane("E02"), case("c2"), later).unwrap();
    let refused = leases.claim(&person("li"), &lane("E01"), case("c3"), later);
    assert_eq!(refused, Err(LeaseError::Held { by: person("zhang"), since: NOON }), "R7");
    assert_eq!(leases.holder(&lane("E01"), later), Some(&lease));
    let kept = leases.lane_of(&person("li"), later).unwrap();
    assert_eq!(kept.lane, lane("E02"), "R10: a refused claim does not free the former lane");
    assert_eq!(leases.fence(&lane("E01")), Fence(1));
}

#[test]
fn of_two_hundred_at_once_exactly_one_holds_the_lane() {
    let mut leases = Leases::new(10);
    let won = (0..200)
        .filter(|n| {
            let claim = leases.claim(&person(&format!("p{n}")), &lane("E01"), case(&format!("c{n}")), NOON);
            claim.is_ok()
        })
        .count();
    assert_eq!(won, 1);
}

#[test]
fn claiming_ones_own_lane_again_starts_ten_new_minutes_under_a_new_fence() {
    let (mut leases, first) = held();
    let later = NOON.plus_minutes(9);
    let again = leases.claim(&person("zhang"), &lane("E01"), case("c2"), later).unwrap();
    assert!(again.renewed);
    assert_eq!(again.lease.case, first.case, "R10: the case goes on");
    assert_eq!(again.lease.acquired_at, NOON);
    assert_eq!(again.lease.expires_at, Some(later.plus_minutes(10)));
    assert!(again.lease.fence > first.fence);
    assert!(again.ended.is_empty());
    let stale = leases.check(&person("zhang"), &lane("E01"), first.fence, later);
    assert_eq!(stale, Err(LeaseError::Lost), "R13");
}

#[test]
fn claiming_another_lane_frees_the_former() {
    let (mut leases, first) = held();
    let gained = leases.claim(&person("zhang"), &lane("E02"), case("c2"), NOON).unwrap();
    let freed = EndedLease { lease: first, why: End::Requeried, by: Some(person("zhang")) };
    assert_eq!(gained.ended, [freed], "R10");
    assert_eq!(leases.holder(&lane("E01"), NOON), None);
    assert!(leases.claim(&person("li"), &lane("E01"), case("c3"), NOON).is_ok());
}

#[test]
fn ten_minutes_after_it_is_over_to_the_millisecond_whether_or_not_anybody_looked() {
    let (mut leases, lease) = held();
    let end = NOON.plus_minutes(10);
    assert!(leases.holder(&lane("E01"), end.plus_ms(-1)).is_some());
    assert_eq!(leases.holder(&lane("E01"), end), None, "R9");
    assert_eq!(
        leases.check(&person("zhang"), &lane("E01"), lease.fence, end),
        Err(LeaseError::Lost),
        "R13: a stale holder's order reaches nothing"
    );
    let gained = leases.claim(&person("li"), &lane("E01"), case("c2"), end).unwrap();
    assert_eq!(gained.ended, [EndedLease { lease, why: End::Expired, by: None }]);
    assert_eq!(gained.lease.fence, Fence(2));
}

#[test]
fn expiry_tells_each_lease_once_and_keeps_the_fence() {
    let (mut leases, lease) = held();
    let end = NOON.plus_minutes(10);
    assert_eq!(leases.next_expiry(), Some(end));
    assert!(leases.expire(end.plus_ms(-1)).is_empty());
    assert_eq!(leases.expire(end), [EndedLease { lease, why: End::Expired, by: None }]);
    assert!(leases.expire(end).is_empty());
    assert_eq!(leases.next_expiry(), None);
    assert_eq!(leases.fence(&lane("E01")), Fence(1));
}

#[test]
fn after_expiry_the_same_person_begins_a_new_case() {
    let (mut leases, first) = held();
    let end = NOON.plus_minutes(10);
    let again = leases.claim(&person("zhang"), &lane("E01"), case("c2"), end).unwrap();
    assert!(!again.renewed, "R9: the first case ended as 未关单");
    assert_eq!(again.lease.case, case("c2"));
    assert_eq!(again.lease.acquired_at, end);
    assert_eq!(again.ended, [EndedLease { lease: first, why: End::Expired, by: None }]);
}

#[test]
fn closing_frees_at_once_and_only_ones_own_case() {
    let (mut leases, lease) = held();
    let plain = CloseFacts::default();
    assert_eq!(leases.close(&person("li"), &lease.case, plain, NOON), Err(LeaseError::Lost));
    assert_eq!(leases.close(&person("zhang"), &case("c9"), plain, NOON), Err(LeaseError::Lost));
    let flying = CloseFacts { order_in_flight: true, ..plain };
    assert_eq!(leases.close(&person("zhang"), &lease.case, flying, NOON), Err(LeaseError::OrderInFlight), "R20");
    let ended = leases.close(&person("zhang"), &lease.case, plain, NOON).unwrap();
    assert_eq!((ended.why, ended.by), (End::Closed, Some(person("zhang"))));
    assert_eq!(leases.holder(&lane("E01"), NOON), None, "R8");
    assert_eq!(leases.close(&person("zhang"), &lease.case, plain, NOON), Err(LeaseError::Lost));
}

#[test]
fn a_live_call_keeps_the_lane_and_the_time_runs_from_its_end() {
    let (mut leases, lease) = held();
    let zhang = person("zhang");
    leases.call_started(&zhang, &lane("E01"), NOON).unwrap();
    let hours = NOON.plus_minutes(300);
    assert!(leases.expire(hours).is_empty());
    let live = leases.check(&zhang, &lane("E01"), lease.fence, hours).unwrap();
    assert_eq!((live.expires_at, live.warn_at()), (None, None), "R11");
    assert_eq!(
        leases.claim(&zhang, &lane("E02"), case("c2"), hours),
        Err(LeaseError::InCall { lane: lane("E01") }),
        "R11: other lanes open read-only"
    );
    assert_eq!(
        leases.close(&zhang, &lease.case, CloseFacts::default(), hours),
        Err(LeaseError::CallLive),
        "R20: in a live call it asks first"
    );
    leases.call_ended(&lane("E01"), hours);
    let end = hours.plus_minutes(10);
    assert_eq!(leases.next_expiry(), Some(end), "R11");
    leases.call_ended(&lane("E01"), end);
    assert_eq!(leases.next_expiry(), Some(end), "told twice, it ends once");
}

#[test]
fn renewing_in_a_call_does_not_start_the_clock() {
    let (mut leases, _) = held();
    leases.call_started(&person("zhang"), &lane("E01"), NOON).unwrap();
    let again = leases.claim(&person("zhang"), &lane("E01"), case("c2"), NOON).unwrap();
    assert!(again.renewed && again.lease.in_call());
}

#[test]
fn closing_during_the_call_is_possible_when_said_so() {
    let (mut leases, lease) = held();
    leases.call_started(&person("zhang"), &lane("E01"), NOON).unwrap();
    let sure = CloseFacts { during_call: true, ..CloseFacts::default() };
    assert!(leases.close(&person("zhang"), &lease.case, sure, NOON).is_ok(), "R20");
}

#[test]
fn a_call_on_a_lane_one_does_not_hold_changes_nothing() {
    let (mut leases, _) = held();
    let refused = leases.call_started(&person("li"), &lane("E01"), NOON);
    assert_eq!(refused, Err(LeaseError::Lost));
    let over = NOON.plus_minutes(10);
    assert_eq!(leases.call_started(&person("zhang"), &lane("E01"), over), Err(LeaseError::Lost));
}

#[test]
fn a_restore_raises_every_fence_and_frees_every_lane() {
    let (mut leases, lease) = held();
    leases.raise_fences(1000);
    assert_eq!(leases.check(&person("zhang"), &lane("E01"), lease.fence, NOON), Err(LeaseError::Lost));
    let gained = leases.claim(&person("zhang"), &lane("E01"), case("c2"), NOON).unwrap();
    assert_eq!(gained.lease.fence, Fence(1002));
}

#[test]
fn a_call_of_which_nothing_is_heard_for_an_hour_counts_as_ended_then() {
    assert_eq!(silent_call_ended_at(NOON, NOON.plus_minutes(59), 60), None);
    let full = NOON.plus_minutes(60);
    assert_eq!(silent_call_ended_at(NOON, NOON.plus_minutes(90), 60), Some(full), "R11");
}
