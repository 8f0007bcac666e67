//! `[rules]`: settings that hold for every lot. The unit is in the name; booleans are 0 and 1 in the table.

use std::collections::BTreeMap;

/// A rule's name, default, and the values it may take. What reads a rule asks for it by this name.
struct Kind {
    name: &'static str,
    default: i64,
    least: i64,
    most: i64,
}

const fn kind(name: &'static str, default: i64, least: i64, most: i64) -> Kind {
    Kind {
        name,
        default,
        least,
        most,
    }
}

/// Every rule there is.
const KINDS: &[Kind] = &[
    // How long a claim lasts without a close (R9).
    kind("lock_minutes", 10, 2, 240),
    // How long after its end a pass still opens in the normal way.
    kind("grace_days", 3, 0, 31),
    // How old an order may be when the device is called (R26).
    kind("order_deadline_s", 10, 2, 30),
    // How long evidence photos are kept (R36).
    kind("photo_retention_days", 90, 1, 3650),
    // How long pictures of lanes and entries are kept.
    kind("picture_retention_days", 30, 1, 3650),
    // How long a session lasts without use.
    kind("session_idle_minutes", 12 * 60, 5, 30 * 24 * 60),
    // How long a session lasts however much it is used.
    kind("session_hours", 7 * 24, 1, 90 * 24),
    // How long a seat stays bound when its stream is cut.
    kind("seat_grace_s", 60, 5, 3600),
    // How old a quote may be when a QR or an opening uses it.
    kind("quote_seconds", 60, 10, 600),
    // A supervisor must allow what the table in REQUIREMENTS marks so: 0 or 1.
    kind("agent_lane_camera", 1, 0, 1),
    kind("agent_own_camera", 0, 0, 1),
    kind("staff_lane_camera", 1, 0, 1),
    kind("staff_own_camera", 1, 0, 1),
    // Release with the lane's stills, photos within 30 minutes (R24): 0 or 1.
    kind("release_before_photos", 0, 0, 1),
];

/// The rules a text or table sets; all others have their defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules(BTreeMap<String, i64>);

impl Rules {
    /// The value in force: as set, else the default. Names come from the code, never from people.
    ///
    /// # Panics
    /// If there is no such rule: a mistake of the code that asks.
    pub fn get(&self, name: &str) -> i64 {
        let default = || {
            KINDS
                .iter()
                .find(|kind| kind.name == name)
                .map(|kind| kind.default)
        };
        self.0
            .get(name)
            .copied()
            .or_else(default)
            .unwrap_or_else(|| panic!("no rule {name}"))
    }

    /// Sets a rule; an error says in words why the value or name is not acceptable.
    pub(super) fn set(&mut self, name: &str, value: i64) -> Result<(), Unacceptable> {
        let kind = KINDS
            .iter()
            .find(|kind| kind.name == name)
            .ok_or(Unacceptable::Name)?;
        if !(kind.least..=kind.most).contains(&value) {
            return Err(Unacceptable::Value {
                least: kind.least,
                most: kind.most,
            });
        }
        self.0.insert(name.to_owned(), value);
        Ok(())
    }

    /// Takes rows of the table as they are, rules of a newer hub included.
    pub fn from_rows(rows: impl IntoIterator<Item = (String, i64)>) -> Self {
        Self(rows.into_iter().collect())
    }

    /// The set rules by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }
}

/// Why a rule was not set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unacceptable {
    #[error("there is no such rule")]
    Name,
    #[error("must be from {least} to {most}")]
    Value { least: i64, most: i64 },
}
