//! Seats, people and the reasons they give.

use super::super::{
    Person, Reason, Site,
    check::{Names, Noun},
    read::Row,
};
use lanedesk_domain::ids::{AreaId, LotId};

pub(super) fn seat(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let number = row.text("number")?;
    names.only_once("seat", number.clone(), row.place("number"), row.faults);
    site.seats.push(number);
    Some(())
}

pub(super) fn person(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (username, name, role) = (row.text("username"), row.text("name"), row.parsed("role"));
    let (password, must_change) = (row.secret("password"), row.truth_or_none("must_change"));
    let (lots, areas) = (row.list("lots"), row.list("areas"));
    for lot in &lots {
        let lot: &LotId = lot;
        names.mention(Noun::Lot, lot.as_str(), row.place("lots"), "person.lots");
    }
    for area in &areas {
        let area: &AreaId = area;
        names.mention(Noun::Area, area.as_str(), row.place("areas"), "person.areas");
    }
    let username = username?;
    names.only_once("person", username.clone(), row.place("username"), row.faults);
    site.people.push(Person { username, name: name?, role: role?, password, lots, areas, must_change });
    Some(())
}

pub(super) fn reason(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (code, text) = (row.parsed("code"), row.text("text"));
    let direction = row.text("direction");
    if let Some(word) = direction.as_deref().filter(|word| !["entry", "exit", "any"].contains(word)) {
        row.fault("direction", format!("{word:?} is none of entry, exit, any"));
    }
    let (remark, approval) = (row.truth("remark", true), row.truth("approval", false));
    let (photos_min, photos_max) = (row.number("photos_min", 1, 0), row.number("photos_max", 3, 0));
    if photos_max > 3 {
        row.fault("photos_max", "must be 3 or less");
    }
    if photos_min > photos_max {
        row.fault("photos_min", "must not be above photos_max");
    }
    // A reason's code follows the same alphabet as ids.
    let code: AreaId = code?;
    let code = String::from(code);
    names.only_once("reason", code.clone(), row.place("code"), row.faults);
    site.reasons.push(Reason { code, text: text?, direction: direction?, remark, photos_min, photos_max, approval });
    Some(())
}
