//! `/api/cases/{case}`: look, work, hand over, move, close.

use super::handler::handlers;
use crate::ops::{case, lease, view};
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::{
    case::{ChooseVehicle, Claimed, CloseCase, CorrectPlate, FindPhone, HandOver, MarkPassed, MoveCase, SetDirection},
    lane::View,
};

handlers! { routes:
    /// A case's page, open or over.
    get "/api/cases/{case}" "case" View view(hub, actor) [id: CaseId] -> 200 View = view::of_case(hub, actor, &id);
    /// 关单
    post "/api/cases/{case}/close" "case" Act close(hub, actor) [id: CaseId] {how: CloseCase}
        -> 204, 409 "`order_in_flight`, `call_live`, `lease_lost` or `case_closed`" = case::close(hub, actor, &id, &how);
    /// Give the case to another person.
    post "/api/cases/{case}/hand-over" "case" HandOver hand_over(hub, actor) [id: CaseId] {give: HandOver}
        -> 204, 409 "`lease_lost`", 422 "`invalid`: the receiver may not, or works another lane"
        = lease::hand_over(hub, actor, &id, &give);
    /// 转到此道口
    post "/api/cases/{case}/move" "case" Act move_case(hub, actor) [id: CaseId] {to: MoveCase}
        -> 201 Claimed, 409 "`lane_held`, `lease_lost` or `order_in_flight`" = lease::move_case(hub, actor, &id, &to);
    /// Put the right plate in force.
    post "/api/cases/{case}/plate" "case" Act correct_plate(hub, actor) [id: CaseId] {right: CorrectPlate}
        -> 200 View, 409 "`lease_lost`" = case::correct_plate(hub, actor, &id, right.fence, &right.plate);
    /// Look an unlicensed vehicle up by its driver's phone.
    post "/api/cases/{case}/phone" "case" Act find_phone(hub, actor) [id: CaseId] {by: FindPhone}
        -> 200 View, 409 "`lease_lost`" = case::find_phone(hub, actor, &id, by.fence, &by.phone);
    /// Take the vehicle for one that is inside.
    post "/api/cases/{case}/vehicle" "case" Act choose_vehicle(hub, actor) [id: CaseId] {choice: ChooseVehicle}
        -> 200 View, 409 "`lease_lost`" = case::choose_vehicle(hub, actor, &id, choice.fence, &choice.candidate);
    /// Say which way the vehicle goes.
    post "/api/cases/{case}/direction" "case" Act set_direction(hub, actor) [id: CaseId] {way: SetDirection}
        -> 200 View, 409 "`lease_lost`" = case::set_direction(hub, actor, &id, way.fence, way.direction);
    /// 「已通过」
    post "/api/cases/{case}/passed" "case" Act mark_passed(hub, actor) [id: CaseId] {passed: MarkPassed}
        -> 200 View, 409 "`lease_lost`" = case::passed(hub, actor, &id, passed.fence);
}
