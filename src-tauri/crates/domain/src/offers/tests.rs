//! The table row by row; `every` then tries every combination of facts.

mod every;

use super::*;
use crate::assessment::Assessment as A;
use Direction::{Entry, Exit};

/// A lane with everything but a robot, a camera for documents and a call; the lot admits outsiders; nothing is due.
fn facts(direction: Direction, assessment: A) -> OfferFacts {
    OfferFacts {
        direction: Some(direction),
        assessment,
        in_grace: false,
        money: Money::NoStay,
        outsiders: true,
        already_inside: false,
        barrier: true,
        under_arm: UnderArm::NotTold,
        robot: false,
        id_camera: false,
        in_call: false,
        release: ReleaseNeeds::default(),
    }
}

const EVERY_LANE: [Op; 4] = [Op::RefreshPicture, Op::CorrectPlate, Op::Close, Op::Release];

/// What the bar offers beyond what every lane has.
fn beyond(facts: &OfferFacts) -> Vec<Op> {
    let ops = offers(facts).into_iter().map(|o| o.op);
    ops.filter(|op| !EVERY_LANE.contains(op)).collect()
}

fn needs(facts: &OfferFacts, op: Op) -> Vec<Need> {
    offered(facts, op).unwrap().needs
}

fn scenes(facts: &OfferFacts, op: Op) -> Vec<Scene> {
    offered(facts, op).unwrap().scenes
}

#[test]
fn unknown_offers_nothing_more_than_every_lane_has() {
    for direction in [Entry, Exit] {
        for money in [Money::NothingDue, Money::Due, Money::NoStay] {
            let facts = OfferFacts { money, in_grace: true, ..facts(direction, A::Unknown) };
            assert_eq!(beyond(&facts), [], "a failed lookup is never taken for temporary");
            assert!(offered(&facts, Op::Release).is_some());
        }
    }
}

#[test]
fn a_locked_vehicle_leaves_only_by_an_approved_release() {
    let mut locked = facts(Exit, A::VehicleLocked);
    locked.money = Money::NothingDue;
    assert_eq!(beyond(&locked), []);
    assert!(needs(&locked, Op::Release).contains(&Need::Approval));
    locked.robot = true;
    assert_eq!(scenes(&locked, Op::ShowText), [Scene::ContactOwner]);
}

#[test]
fn a_blacklisted_vehicle_enters_only_by_an_approved_release() {
    let mut barred = facts(Entry, A::Blacklisted);
    assert_eq!(beyond(&barred), []);
    assert!(needs(&barred, Op::Release).contains(&Need::Approval));
    barred.robot = true;
    assert_eq!(scenes(&barred, Op::ShowText), [Scene::Refusal]);
}

#[test]
fn a_valid_pass_opens_both_ways_also_without_entry_record() {
    for direction in [Entry, Exit] {
        let valid = facts(direction, A::PassValid);
        assert_eq!(beyond(&valid), [Op::Open]);
        assert_eq!(needs(&valid, Op::Open), []);
        assert_eq!(beyond(&OfferFacts { outsiders: false, ..valid }), [Op::Open]);
    }
}

#[test]
fn already_inside_asks_at_the_desk_and_is_offered_all_the_same() {
    let twice = OfferFacts { already_inside: true, ..facts(Entry, A::PassValid) };
    assert!(asks_before_open(&twice));
    assert!(offered(&twice, Op::Open).is_some(), "only the desk asks, the hub opens");
    assert!(!asks_before_open(&OfferFacts { direction: Some(Exit), ..twice }));
    assert!(!asks_before_open(&OfferFacts { already_inside: false, ..twice }));
}

#[test]
fn at_an_exit_nothing_due_opens_whatever_the_vehicle_is() {
    for assessment in [A::Temporary, A::PassExpired, A::SpaceTaken, A::Unlicensed, A::NoEntryRecord] {
        let paid = OfferFacts { money: Money::NothingDue, ..facts(Exit, assessment) };
        assert_eq!(beyond(&paid), [Op::Open], "{assessment}");
    }
}

#[test]
fn an_ended_pass_at_an_entry() {
    let ended = facts(Entry, A::PassExpired);
    assert_eq!(beyond(&OfferFacts { in_grace: true, outsiders: false, ..ended }), [Op::Open]);
    assert_eq!(beyond(&ended), [Op::Open, Op::ShowQr], "as temporary, with a way to renew");
    assert_eq!(scenes(&ended, Op::ShowQr), [Scene::Renewal]);
    let barred = OfferFacts { outsiders: false, robot: true, ..ended };
    assert!(offered(&barred, Op::Open).is_none());
    assert_eq!(scenes(&barred, Op::ShowQr), [Scene::Renewal]);
    assert_eq!(scenes(&barred, Op::ShowText), [Scene::Refusal]);
}

#[test]
fn an_ended_pass_at_an_exit() {
    let ended = OfferFacts { money: Money::Due, ..facts(Exit, A::PassExpired) };
    assert_eq!(beyond(&OfferFacts { in_grace: true, ..ended }), [Op::Open]);
    assert_eq!(beyond(&ended), [Op::ShowQr]);
    assert_eq!(scenes(&ended, Op::ShowQr), [Scene::Renewal, Scene::Pay]);
    let no_stay = OfferFacts { money: Money::NoStay, ..ended };
    assert_eq!(scenes(&no_stay, Op::ShowQr), [Scene::Renewal], "nothing can be quoted");
}

#[test]
fn taken_spaces_at_an_entry() {
    let taken = facts(Entry, A::SpaceTaken);
    assert_eq!(beyond(&taken), [Op::Open]);
    let barred = OfferFacts { outsiders: false, robot: true, ..taken };
    assert!(offered(&barred, Op::Open).is_none());
    assert_eq!(scenes(&barred, Op::ShowText), [Scene::Refusal]);
}

#[test]
fn temporary_at_an_entry() {
    let temporary = facts(Entry, A::Temporary);
    assert_eq!(beyond(&temporary), [Op::Open]);
    assert_eq!(needs(&temporary, Op::Open), []);
    let barred = OfferFacts { outsiders: false, robot: true, ..temporary };
    assert_eq!(needs(&barred, Op::Open), [Need::DriverPhone, Need::EntryReason], "both required");
    assert_eq!(scenes(&barred, Op::ShowText), [Scene::Refusal]);
}

#[test]
fn unpaid_at_an_exit_is_paid_first() {
    for assessment in [A::Temporary, A::SpaceTaken] {
        let unpaid = OfferFacts { money: Money::Due, ..facts(Exit, assessment) };
        assert_eq!(beyond(&unpaid), [Op::ShowQr, Op::RecordCash], "issue 2: open is not offered");
        assert_eq!(scenes(&unpaid, Op::ShowQr), [Scene::Pay]);
    }
}

#[test]
fn an_unlicensed_vehicle() {
    let entry = facts(Entry, A::Unlicensed);
    assert_eq!(beyond(&entry), [Op::ShowQr]);
    assert_eq!(scenes(&entry, Op::ShowQr), [Scene::UnlicensedEntry]);
    let exit = facts(Exit, A::Unlicensed);
    assert_eq!(beyond(&exit), [Op::FindPhone, Op::ShowQr]);
    assert_eq!(scenes(&exit, Op::ShowQr), [Scene::UnlicensedExit]);
    let found = OfferFacts { money: Money::Due, ..exit };
    assert_eq!(beyond(&found), [Op::FindPhone, Op::ShowQr]);
    assert_eq!(scenes(&found, Op::ShowQr), [Scene::Pay]);
}

#[test]
fn no_entry_record_chooses_or_files_a_debt() {
    assert_eq!(beyond(&facts(Exit, A::NoEntryRecord)), [Op::ChooseVehicle, Op::FileDebt]);
}

#[test]
fn a_release_needs_reason_and_remark_in_and_reason_and_photos_out() {
    assert_eq!(needs(&facts(Entry, A::Temporary), Op::Release), [Need::Reason, Need::Remark], "R22");
    assert_eq!(needs(&facts(Exit, A::Temporary), Op::Release), [Need::Reason, Need::Photos], "R23");
    let release = ReleaseNeeds { exit_remark: true, exit_photos: false, approval: true };
    let by_rule = OfferFacts { release, ..facts(Exit, A::Temporary) };
    assert_eq!(needs(&by_rule, Op::Release), [Need::Reason, Need::Remark, Need::Approval]);
}

#[test]
fn closing_needs_a_word_that_all_is_clear_unless_a_loop_says_so() {
    let lane = facts(Exit, A::Temporary);
    assert_eq!(needs(&lane, Op::Close), [Need::Clear]);
    let clear = OfferFacts { under_arm: UnderArm::Clear, ..lane };
    assert_eq!(needs(&clear, Op::Close), []);
    let occupied = OfferFacts { under_arm: UnderArm::Occupied, ..lane };
    assert_eq!(offered(&occupied, Op::Close), None, "nobody's word brings an arm down on a vehicle");
}

#[test]
fn robot_operations_are_there_exactly_where_a_robot_is() {
    let lane = facts(Exit, A::PassValid);
    let robot = OfferFacts { robot: true, ..lane };
    assert_eq!(beyond(&robot), [Op::Open, Op::Speak, Op::ShowText, Op::Restart], "R18");
    let call = OfferFacts { in_call: true, ..robot };
    assert!(offered(&call, Op::HangUp).is_some());
    assert!(offered(&OfferFacts { robot: false, ..call }, Op::HangUp).is_none(), "R21");
    assert!(offered(&OfferFacts { id_camera: true, ..lane }, Op::Capture).is_some(), "R24");
}

#[test]
fn a_lane_without_barrier_moves_none() {
    let bare = OfferFacts { barrier: false, ..facts(Exit, A::PassValid) };
    let ops: Vec<Op> = offers(&bare).into_iter().map(|o| o.op).collect();
    assert_eq!(ops, [Op::RefreshPicture, Op::CorrectPlate]);
}
