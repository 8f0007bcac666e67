//! Parts that many rows have: people, lots and lanes as others are told of them.

use crate::directory::Directory;
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::{opening::LaneRef, problem::Holder, search::LotRef};
use serde::{Deserialize, Deserializer};

/// The columns of a `Holder`, from `person`.
macro_rules! who {
    ($part:literal, $person:literal) => {
        concat!(
            $person,
            ".id as ",
            $part,
            "__id, ",
            $person,
            ".name as ",
            $part,
            "__name, ",
            $person,
            ".role as ",
            $part,
            "__role"
        )
    };
}

/// The columns of a `LotRef`. One that is no longer in the site goes by its id.
macro_rules! lot {
    ($id:literal) => {
        concat!($id, " as lot__id, ", $id, " as lot__name")
    };
}

/// The columns of a `LaneRef`. One that is no longer in the site goes by its id, and its code is empty; where there is no
/// lane all of them are null, which a plain `''` would not be.
macro_rules! lane {
    ($id:literal) => {
        concat!($id, " as lane__id, ", $id, " as lane__name, substr(", $id, ", 1, 0) as lane__code")
    };
}
pub(in crate::store) use {lane, lot, who};

/// Gives a lot of the site its name.
pub(super) fn name_lot(site: &Directory, lot: &mut LotRef) {
    if let Some(known) = site.lots.get(&lot.id) {
        lot.name.clone_from(&known.name);
    }
}

/// Gives a lane of the site its name and code.
pub(super) fn name_lane(site: &Directory, lane: &mut LaneRef) {
    if let Some(known) = site.lanes.get(&lane.id) {
        lane.name.clone_from(&known.name);
        lane.code.clone_from(&known.code);
    }
}

/// Who did something and when, from a part `by` and a column `at`; none where nobody did.
pub(super) fn done<'de, D: Deserializer<'de>>(part: D) -> Result<Option<(Holder, Timestamp)>, D::Error> {
    #[derive(Deserialize)]
    struct DeedColumns {
        by: Option<Holder>,
        at: Option<Timestamp>,
    }
    DeedColumns::deserialize(part).map(|done| done.by.zip(done.at))
}
