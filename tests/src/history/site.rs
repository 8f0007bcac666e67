//! The lot of every history as a site file: an entry, two exits, a pass, a flat fee, and everybody.

use super::{
    act::{ENTRY, LANES, PEOPLE, PLATES},
    model::{FEE, lane_id, named},
};
use lotsim::Lotsim;

/// The lot.
pub(super) const LOT: &str = "hist";
/// What payments and calls are signed with.
pub(super) const SECRET: &str = "a-secret-of-this-history";
/// How drivers' numbers begin; the call's number is the rest.
pub(super) const CALLER: &str = "13900";

/// What a lane's camera shows.
pub(super) fn push_key(lane: usize) -> String {
    format!("push-key-of-{}-0123456789abcdef", lane_id(lane).as_str().to_lowercase())
}

/// The whole site, on these devices.
pub(super) fn site(lot: &Lotsim) -> String {
    let mut site = format!(
        r#"
        [[area]]
        id = "all"
        name = "全部"
        [[lot]]
        id = "{LOT}"
        name = "彩悦大厦"
        area = "all"
        manager = "王强"
        manager_phone = "13826004417"
        [[seat]]
        number = "8000"
        [[seat]]
        number = "8001"
        [[tariff]]
        lot = "{LOT}"
        free_minutes = 0
        first_minutes = 10080
        first_fen = {fee}
        step_minutes = 10080
        step_fen = 0
        [[pass]]
        lot = "{LOT}"
        plates = ["{pass}"]
        status = "active"
        valid_from = "2020-01-01T00:00:00Z"
        valid_to = "2099-01-01T00:00:00Z"
        spaces = 2
        [rules]
        second_factor_supervisor = 0
        second_factor_admin = 0
        shift_hours = 24
        "#,
        fee = FEE,
        pass = PLATES[0],
    );
    let roles = ["lot_staff", "lot_staff", "agent", "agent", "supervisor"];
    for (name, role) in PEOPLE.into_iter().zip(roles) {
        site.push_str(&person(name, role, &format!("lots = [\"{LOT}\"]")));
    }
    site.push_str(&person("admin", "admin", "areas = [\"all\"]"));
    for (id, kind) in [("pay", "payments"), ("tel", "telephony")] {
        let named = format!("[[integration]]\nid = \"{id}\"\nkind = \"{kind}\"\nsecret = \"{SECRET}\"\n");
        site.push_str(&named);
    }
    (0..LANES).for_each(|lane| site.push_str(&lane_of_site(lot, lane)));
    site
}

fn person(name: &str, role: &str, scope: &str) -> String {
    let password = crate::demo::PASSWORD;
    format!(
        "[[person]]\nusername = \"{name}\"\nname = \"{name}\"\nrole = \"{role}\"\npassword = \"{password}\"\n{scope}\n"
    )
}

fn lane_of_site(lot: &Lotsim, lane: usize) -> String {
    let (code, key) = (lane_id(lane), push_key(lane));
    let url = lot.lane(code.as_str()).url();
    let (user, password) = (lotsim::demo::USERNAME, lotsim::demo::PASSWORD);
    let direction = if lane == ENTRY { "entry" } else { "exit" };
    format!(
        "[[device]]\nid = \"cam-{code}\"\ndriver = \"hikvision\"\nurl = \"{url}\"\nusername = \"{user}\"\n\
         password = \"{password}\"\npush_key = \"{key}\"\n\
         [[lane]]\nid = \"{code}\"\nlot = \"{LOT}\"\nname = \"{name}\"\ncode = \"{code}\"\n\
         direction = \"{direction}\"\nbarrier = \"cam-{code}\"\nplate_camera = \"cam-{code}\"\n",
        name = named(0),
    )
}
