//! What a stay costs by time (按时): free minutes, a first period, steps, and a cap for every 24 hours.
//!
//! Minutes count from the entry. A period's last moment belongs to it: 60 minutes exactly are one hour, 60 minutes and a
//! millisecond begin the next step.

mod bill;

pub use bill::{Bill, Dues, Lapse, Quote, StayPayment};

use crate::{
    money::Fen,
    time::{MINUTE_MS, Timestamp},
};

const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// No step of a tariff lies further ahead: free time, first period and step last at most a week each.
const HORIZON_MS: i64 = 30 * DAY_MS;

/// A lot's tariff. Where there is a cap, every 24 hours of a stay are charged afresh (first period, then steps) up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "TariffParts", into = "TariffParts")]
pub struct Tariff(TariffParts);

/// A tariff's numbers, not yet checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TariffParts {
    /// A stay up to this long costs nothing; a longer one is charged from its entry on. 0: nothing is free.
    pub free_minutes: u32,
    /// Length of the first period; 0: there is none.
    pub first_minutes: u32,
    /// Price of the first period.
    pub first_fen: Fen,
    /// Length of each further step; 0: nothing further is charged.
    pub step_minutes: u32,
    /// Price of each step begun.
    pub step_fen: Fen,
    /// The most that 24 hours cost; none or 0: no cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_cap_fen: Option<Fen>,
}

/// Numbers that make no tariff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TariffError {
    /// A price below zero.
    #[error("{0} is below zero")]
    Negative(&'static str),
    /// A period longer than a week, or so.
    #[error("{0} is more than 10080 minutes")]
    TooLong(&'static str),
    /// A price for a period of no length.
    #[error("{0} has a price but no minutes")]
    NoLength(&'static str),
    /// More than a million yuan.
    #[error("{0} is more than a million yuan")]
    TooDear(&'static str),
}

impl Tariff {
    /// A checked tariff.
    pub fn new(parts: TariffParts) -> Result<Self, TariffError> {
        let minutes = [
            ("free_minutes", parts.free_minutes),
            ("first_minutes", parts.first_minutes),
            ("step_minutes", parts.step_minutes),
        ];
        if let Some((name, _)) = minutes.iter().find(|(_, minutes)| *minutes > 7 * 24 * 60) {
            return Err(TariffError::TooLong(name));
        }
        let prices = [
            ("first_fen", parts.first_fen),
            ("step_fen", parts.step_fen),
            ("day_cap_fen", parts.day_cap_fen.unwrap_or_default()),
        ];
        for (name, price) in prices {
            if price.0 < 0 {
                return Err(TariffError::Negative(name));
            }
            if price.0 > 100_000_000 {
                return Err(TariffError::TooDear(name));
            }
        }
        if parts.first_minutes == 0 && parts.first_fen.0 > 0 {
            return Err(TariffError::NoLength("first_fen"));
        }
        if parts.step_minutes == 0 && parts.step_fen.0 > 0 {
            return Err(TariffError::NoLength("step_fen"));
        }
        Ok(Self(TariffParts { day_cap_fen: parts.day_cap_fen.filter(|cap| cap.0 > 0), ..parts }))
    }

    /// Its numbers.
    pub const fn parts(&self) -> &TariffParts {
        &self.0
    }

    /// What a stay costs that began at `entered` and is looked at at `now`.
    pub fn fee(&self, entered: Timestamp, now: Timestamp) -> Fen {
        self.for_length(now.since(entered).max(0))
    }

    /// The first moment after `now` at which the fee is another one; none where it never changes again.
    pub fn next_change(&self, entered: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let from = now.max(entered);
        first_rise(from, |at| self.fee(entered, at))
    }

    fn for_length(&self, length: i64) -> Fen {
        let free = minutes(self.0.free_minutes);
        if free > 0 && length <= free {
            return Fen(0);
        }
        let Some(cap) = self.0.day_cap_fen else {
            return Fen(self.uncapped(length));
        };
        // The last moment of a day belongs to it; the first day is begun at once.
        let full_days = (length - 1).max(0) / DAY_MS;
        let rest = length - full_days * DAY_MS;
        let full_day = self.uncapped(DAY_MS).min(cap.0);
        let last_day = self.uncapped(rest).min(cap.0);
        Fen(full_day.saturating_mul(full_days).saturating_add(last_day))
    }

    /// First period and steps, without free time and cap.
    fn uncapped(&self, length: i64) -> i64 {
        let first = minutes(self.0.first_minutes);
        let step = minutes(self.0.step_minutes);
        if step == 0 {
            return self.0.first_fen.0;
        }
        let beyond = (length - first).max(0);
        // With no first period the first step is due at once.
        let begun = i64::from(first == 0);
        let steps = (beyond.saturating_add(step - 1) / step).max(begun);
        self.0.first_fen.0.saturating_add(self.0.step_fen.0.saturating_mul(steps))
    }
}

impl TryFrom<TariffParts> for Tariff {
    type Error = TariffError;
    fn try_from(parts: TariffParts) -> Result<Self, TariffError> {
        Self::new(parts)
    }
}
impl From<Tariff> for TariffParts {
    fn from(tariff: Tariff) -> Self {
        tariff.0
    }
}

/// The first moment after `from` at which `amount`, which never falls, is larger; none within the horizon.
fn first_rise(from: Timestamp, amount: impl Fn(Timestamp) -> Fen) -> Option<Timestamp> {
    let now = amount(from);
    let (mut same, mut risen) = (from, from.plus_ms(HORIZON_MS));
    if amount(risen) == now {
        return None;
    }
    while risen.since(same) > 1 {
        let middle = same.plus_ms(risen.since(same) / 2);
        if amount(middle) == now {
            same = middle;
        } else {
            risen = middle;
        }
    }
    Some(risen)
}

fn minutes(count: u32) -> i64 {
    i64::from(count) * MINUTE_MS
}

#[cfg(test)]
mod tests;
