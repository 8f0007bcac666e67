//! Taking a lane over, handing it over, and going on with a case elsewhere (R11, R12).

use super::{super::*, NOON, case, held, lane, person};

#[test]
fn a_supervisor_takes_a_lane_over_and_the_former_holder_is_told_by_whom() {
    let (mut leases, lease) = held();
    let gained = leases.take_over(&person("zhou"), &lane("E01"), case("c2"), NOON.plus_minutes(1)).unwrap();
    let told = EndedLease { lease: lease.clone(), why: End::TakenOver, by: Some(person("zhou")) };
    assert_eq!(gained.ended, [told], "R12");
    assert_eq!(gained.lease.acquired_at, NOON.plus_minutes(1));
    assert_eq!(
        leases.check(&person("zhang"), &lane("E01"), lease.fence, NOON.plus_minutes(1)),
        Err(LeaseError::Lost),
        "R13"
    );
}

#[test]
fn a_live_call_goes_with_the_lane_when_it_is_taken_over() {
    let (mut leases, _) = held();
    leases.call_started(&person("zhang"), &lane("E01"), NOON).unwrap();
    let gained = leases.take_over(&person("zhou"), &lane("E01"), case("c2"), NOON).unwrap();
    assert!(gained.lease.in_call(), "the driver is still on the line");
    assert!(leases.claim(&person("zhang"), &lane("E02"), case("c3"), NOON).is_ok());
}

#[test]
fn a_holder_hands_the_lane_to_somebody_free() {
    let (mut leases, lease) = held();
    leases.claim(&person("li"), &lane("E02"), case("c2"), NOON).unwrap();
    let (zhang, li, wang) = (person("zhang"), person("li"), person("wang"));
    assert_eq!(
        leases.hand_over(&zhang, &lane("E01"), &li, case("c1"), NOON),
        Err(LeaseError::ReceiverBusy { lane: lane("E02") }),
        "R30: nobody's open case is wiped"
    );
    assert_eq!(leases.hand_over(&li, &lane("E01"), &wang, case("c1"), NOON), Err(LeaseError::Lost));
    let gained = leases.hand_over(&zhang, &lane("E01"), &wang, case("c1"), NOON).unwrap();
    assert_eq!(gained.lease.person, wang);
    assert_eq!(gained.lease.case, case("c1"), "R12: the case goes on");
    assert_eq!(gained.ended, [EndedLease { lease, why: End::HandedOver, by: Some(zhang) }]);
}

#[test]
fn a_case_moves_with_its_call_to_a_free_lane() {
    let (mut leases, lease) = held();
    let (zhang, from, to) = (person("zhang"), lane("E01"), lane("E02"));
    leases.call_started(&zhang, &from, NOON).unwrap();
    let held = (&from, lease.fence);
    assert_eq!(leases.move_to(&zhang, held, &from, false, NOON), Err(LeaseError::SameLane));
    assert_eq!(
        leases.move_to(&zhang, held, &to, true, NOON),
        Err(LeaseError::OrderInFlight),
        "its result belongs to the lane it was sent to"
    );
    leases.claim(&person("li"), &to, case("c2"), NOON).unwrap();
    assert!(matches!(leases.move_to(&zhang, held, &to, false, NOON), Err(LeaseError::Held { .. })));

    let gained = leases.move_to(&zhang, held, &lane("W01"), false, NOON).unwrap();
    assert_eq!(gained.lease.case, lease.case, "R11: the case goes on");
    assert!(gained.lease.in_call());
    assert_eq!(gained.ended.len(), 1);
    assert_eq!((&gained.ended[0].lease.lane, gained.ended[0].why), (&from, End::Moved));
    assert_eq!(leases.holder(&from, NOON), None);
    assert_eq!(leases.move_to(&zhang, held, &to, false, NOON), Err(LeaseError::Lost), "R13");
}
