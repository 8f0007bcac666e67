//! Rights and scope.

use super::*;
use Role::{Admin, Agent, LotStaff, Supervisor};
use proptest::prelude::*;

#[test]
fn the_table_names_every_permission_once_and_gives_each_to_somebody() {
    let named: Vec<Permission> = TABLE.iter().map(|(permission, _)| *permission).collect();
    assert_eq!(named, Permission::ALL, "in the same order, so that the printed table reads like the list");
    assert!(TABLE.iter().all(|(_, roles)| !roles.is_empty()));
}

#[test]
fn lot_staff_have_no_seat_no_calls_and_no_queue() {
    for permission in [Permission::Seat, Permission::TakeCall, Permission::SeeQueue] {
        assert!(!LotStaff.may(permission), "R1");
        assert!(Agent.may(permission), "R2");
    }
    assert!(!Supervisor.may(Permission::Seat) && !Admin.may(Permission::Seat), "only agents have seats");
}

#[test]
fn only_supervisors_take_over_approve_and_watch_the_board() {
    for permission in [Permission::TakeOver, Permission::Approve, Permission::Board] {
        for role in Role::ALL {
            assert_eq!(role.may(permission), *role == Supervisor, "R3, R12: {role} {permission}");
        }
    }
}

#[test]
fn only_administrators_configure_and_they_work_no_lanes() {
    for role in Role::ALL {
        assert_eq!(role.may(Permission::Configure), *role == Admin, "R34");
    }
    for permission in [Permission::Claim, Permission::Act, Permission::Release] {
        assert!(!Admin.may(permission), "R4");
        assert!([LotStaff, Agent, Supervisor].iter().all(|role| role.may(permission)));
    }
}

#[test]
fn whoever_works_lanes_photographs_as_far_as_the_rules_let_their_role() {
    for permission in [Permission::OwnCamera, Permission::LaneCamera] {
        for role in [LotStaff, Agent, Supervisor] {
            assert!(role.may(permission), "R24: `photo::may_use` decides");
        }
        assert!(!Admin.may(permission), "R24");
    }
}

#[test]
fn others_openings_are_for_those_who_review() {
    for role in Role::ALL {
        assert!(role.may(Permission::Openings), "one's own");
        let reviews = matches!(role, Supervisor | Admin);
        assert_eq!(role.may(Permission::OpeningsOfOthers), reviews);
        assert_eq!(role.permissions().any(|p| p == Permission::Export), reviews);
    }
}

fn area(id: &str, parent: Option<&str>) -> AreaNode {
    AreaNode { id: id.parse().unwrap(), parent: parent.map(|p| p.parse().unwrap()) }
}
fn lot(id: &str, area: &str) -> LotNode {
    LotNode { id: id.parse().unwrap(), area: area.parse().unwrap() }
}
fn resolve(areas: &[&str], lots: &[&str]) -> Vec<String> {
    let tree = [area("co", None), area("south", Some("co")), area("gz", Some("south")), area("north", Some("co"))];
    let all = [lot("caiyue", "gz"), lot("haizhu", "gz"), lot("port", "south"), lot("beijing", "north")];
    let areas: Vec<AreaId> = areas.iter().map(|a| a.parse().unwrap()).collect();
    let lots: Vec<LotId> = lots.iter().map(|l| l.parse().unwrap()).collect();
    let scope = Scope::resolve(&tree, &all, &areas, &lots);
    scope.lots().map(ToString::to_string).collect()
}

#[test]
fn an_area_brings_everything_below_it_and_a_lot_only_itself() {
    assert_eq!(resolve(&["co"], &[]), ["beijing", "caiyue", "haizhu", "port"]);
    assert_eq!(resolve(&["south"], &[]), ["caiyue", "haizhu", "port"]);
    assert_eq!(resolve(&["gz"], &["beijing"]), ["beijing", "caiyue", "haizhu"]);
    assert_eq!(resolve(&[], &["port"]), ["port"], "R1: only their own lots");
    assert!(resolve(&[], &[]).is_empty(), "who was given nothing sees nothing");
    assert!(resolve(&["mars"], &["moon"]).is_empty(), "names that do not exist add nothing");
}

#[test]
fn areas_that_name_each_other_as_parents_are_walked_once() {
    let tree = [area("a", Some("b")), area("b", Some("a"))];
    let lots = [lot("l", "b")];
    let scope = Scope::resolve(&tree, &lots, &["a".parse().unwrap()], &[]);
    assert!(scope.contains(&"l".parse().unwrap()));
}

proptest! {
    #[test]
    fn a_lot_is_in_scope_exactly_if_it_or_an_area_above_it_was_given(
        parents in prop::collection::vec(prop::option::of(0usize..8), 8),
        homes in prop::collection::vec(0usize..8, 6),
        given_areas in prop::collection::vec(0usize..8, 0..3),
        given_lots in prop::collection::vec(0usize..6, 0..3),
    ) {
        let area_id = |n: usize| -> AreaId { format!("a{n}").parse().unwrap() };
        let lot_id = |n: usize| -> LotId { format!("l{n}").parse().unwrap() };
        let tree: Vec<AreaNode> = parents.iter().enumerate()
            .map(|(n, parent)| AreaNode { id: area_id(n), parent: parent.map(area_id) }).collect();
        let lots: Vec<LotNode> = homes.iter().enumerate()
            .map(|(n, home)| LotNode { id: lot_id(n), area: area_id(*home) }).collect();
        let areas: Vec<AreaId> = given_areas.iter().map(|n| area_id(*n)).collect();
        let own: Vec<LotId> = given_lots.iter().map(|n| lot_id(*n)).collect();
        let scope = Scope::resolve(&tree, &lots, &areas, &own);
        for (n, home) in homes.iter().enumerate() {
            // Climbs from the lot; eight steps pass every area even in a ring.
            let above = std::iter::successors(Some(*home), |area| parents[*area]).take(9);
            let expected = given_lots.contains(&n) || above.into_iter().any(|area| given_areas.contains(&area));
            prop_assert_eq!(scope.contains(&lot_id(n)), expected);
        }
    }
}
