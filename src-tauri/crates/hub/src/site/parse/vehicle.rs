//! Passes, vehicles and tariffs.

use super::super::{
    Pass, Site, Tariff, Vehicle,
    check::{Names, Noun},
    read::Row,
};
use lanedesk_domain::ids::LotId;
use lanedesk_domain::{money::Fen, plate::Plate};

pub(super) fn pass(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (lot, plates) = (row.parsed("lot"), plates(row));
    let status = row.parsed("status");
    let (valid_from, valid_to) = (row.time("valid_from", false), row.time("valid_to", true));
    let spaces = row.number("spaces", 1, 1);
    let lot: LotId = lot?;
    names.mention(Noun::Lot, lot.as_str(), row.place("lot"), "pass.lot");
    if plates.is_empty() {
        row.fault("plates", "must name at least one plate");
    }
    names.only_once("pass", format!("{} of lot {lot}", plates.join(" ")), row.place("plates"), row.faults);
    let (valid_from, valid_to) = (valid_from?, valid_to?);
    if valid_to < valid_from {
        row.fault("valid_to", "is before valid_from");
    }
    site.passes.push(Pass { lot, plates, status: status?, valid_from, valid_to, spaces });
    Some(())
}

fn plates(row: &mut Row<'_, '_>) -> Vec<String> {
    let texts: Vec<String> = row.list("plates");
    let mut plates: Vec<String> = texts.iter().filter_map(|text| normal_plate(row, "plates", text)).collect();
    // Their order means nothing; kept in one order they can be compared.
    plates.sort();
    plates.dedup();
    plates
}

pub(super) fn vehicle(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (lot, plate) = (row.parsed("lot"), row.text("plate"));
    let (locked, blacklisted) = (row.truth("locked", false), row.truth("blacklisted", false));
    let lot: LotId = lot?;
    names.mention(Noun::Lot, lot.as_str(), row.place("lot"), "vehicle.lot");
    let plate = normal_plate(row, "plate", &plate?)?;
    names.only_once("vehicle", format!("{plate} of lot {lot}"), row.place("plate"), row.faults);
    site.vehicles.push(Vehicle { lot, plate, locked, blacklisted });
    Some(())
}

pub(super) fn tariff(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let lot = row.parsed("lot");
    let free_minutes = row.number("free_minutes", 0, 0);
    let (first_minutes, first_fen) = (row.number_required("first_minutes", 1), row.number_required("first_fen", 0));
    let (step_minutes, step_fen) = (row.number_required("step_minutes", 1), row.number_required("step_fen", 0));
    let day_cap_fen = row.number_or_none("day_cap_fen", 0).map(Fen);
    let lot: LotId = lot?;
    names.mention(Noun::Lot, lot.as_str(), row.place("lot"), "tariff.lot");
    names.only_once("tariff of lot", lot.to_string(), row.place("lot"), row.faults);
    site.tariffs.push(Tariff {
        lot,
        free_minutes,
        first_minutes: first_minutes?,
        first_fen: Fen(first_fen?),
        step_minutes: step_minutes?,
        step_fen: Fen(step_fen?),
        day_cap_fen,
    });
    Some(())
}

/// Plates are kept normalised; one that is no plate at all is a fault, an odd one is not.
fn normal_plate(row: &mut Row<'_, '_>, key: &'static str, text: &str) -> Option<String> {
    match Plate::parse(text) {
        Ok(plate) => Some(plate.as_str().to_owned()),
        Err(error) => {
            row.fault(key, format!("{text:?}: {error}"));
            None
        }
    }
}
