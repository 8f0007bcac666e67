//! Every combination of facts against what must always hold.

use super::{super::*, A};
use Direction::{Entry, Exit};

/// Every combination of facts there is.
fn all() -> impl Iterator<Item = OfferFacts> {
    let directions = [None, Some(Entry), Some(Exit)];
    let monies = [Money::NothingDue, Money::Due, Money::NoStay];
    let arms = [UnderArm::Clear, UnderArm::Occupied, UnderArm::NotTold];
    (0..3 * 9 * 3 * 3 * 256usize).map(move |n| {
        let (n, bits) = (n / 256, n % 256);
        let bit = |i: usize| bits >> i & 1 == 1;
        OfferFacts {
            direction: directions[n % 3],
            assessment: A::ALL[n / 3 % 9],
            money: monies[n / 27 % 3],
            under_arm: arms[n / 81 % 3],
            in_grace: bit(0),
            outsiders: bit(1),
            already_inside: bit(2),
            barrier: bit(3),
            robot: bit(4),
            id_camera: bit(5),
            in_call: bit(6),
            release: ReleaseNeeds { approval: bit(7), ..ReleaseNeeds::default() },
        }
    })
}

#[test]
fn what_must_hold_for_every_combination_of_facts() {
    for facts in all() {
        let bar = offers(&facts);
        let has = |op| bar.iter().any(|o| o.op == op);
        let distinct: std::collections::BTreeSet<Op> = bar.iter().map(|o| o.op).collect();
        assert_eq!(distinct.len(), bar.len(), "each once: {facts:?}");
        assert!(has(Op::RefreshPicture) && has(Op::CorrectPlate), "every lane: {facts:?}");
        assert_eq!(has(Op::Release), facts.barrier && facts.direction.is_some(), "{facts:?}");
        assert!(facts.robot || !bar.iter().any(|o| o.op.needs_robot()), "R21: {facts:?}");
        assert_eq!(has(Op::Speak), facts.robot, "{facts:?}");
        assert_eq!(has(Op::Capture), facts.id_camera, "{facts:?}");
        assert!(!has(Op::Close) || facts.under_arm != UnderArm::Occupied, "{facts:?}");
        if has(Op::Open) {
            let judged = facts.assessment;
            assert!(!matches!(judged, A::Unknown), "{facts:?}");
            assert!(facts.direction.is_some() && facts.barrier, "R42: {facts:?}");
            assert!(facts.direction != Some(Exit) || judged != A::VehicleLocked, "{facts:?}");
            assert!(facts.direction != Some(Entry) || judged != A::Blacklisted, "{facts:?}");
            let by_pass = judged == A::PassValid || (judged == A::PassExpired && facts.in_grace);
            let out = facts.direction == Some(Exit);
            assert!(!out || by_pass || facts.money == Money::NothingDue, "unpaid: {facts:?}");
            let visitor = offered(&facts, Op::Open).is_some_and(|o| !o.needs.is_empty());
            assert!(out || facts.outsiders || by_pass || visitor, "outsiders barred: {facts:?}");
        }
    }
}

#[test]
fn what_the_desk_asks_about_changes_nothing_the_hub_decides() {
    for facts in all().filter(|f| !f.already_inside) {
        let inside = OfferFacts { already_inside: true, ..facts };
        assert_eq!(offers(&facts), offers(&inside));
    }
}
