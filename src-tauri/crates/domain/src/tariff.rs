//! What a stay costs by time (按时): free minutes, a first period, steps, and a cap for every 24 hours.
//!
//! Minutes count from the entry. A period's last moment belongs to it: 60 minutes exactly are one hour, 60 minutes and a
//! millisecond begin the next step.

use crate::{
    ids::StayId,
    money::Fen,
    plate::Plate,
    time::{MINUTE_MS, Timestamp},
};

const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

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
    /// The most that 24 hours cost.
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
        Ok(Self(parts))
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
        let length = now.since(entered).max(0);
        let fee = self.for_length(length);
        // A change shows within a day of the cap's restart, plus the longest possible free time and step.
        let horizon = length.saturating_add(DAY_MS).saturating_add(DAY_MS * 15);
        let mut edge = length;
        loop {
            // Edges belong to the period before them, so the new fee begins a millisecond later.
            let first_after = self.next_edge(edge)?.checked_add(1)?;
            if first_after > horizon {
                return None;
            }
            if self.for_length(first_after) != fee {
                return Some(entered.plus_ms(first_after));
            }
            edge = first_after;
        }
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
        let steps = ((beyond + step - 1) / step).max(begun);
        self.0
            .first_fen
            .0
            .saturating_add(self.0.step_fen.0.saturating_mul(steps))
    }

    /// The last moment of the period in which a stay of this length lies, or of the one after if it ends there.
    fn next_edge(&self, length: i64) -> Option<i64> {
        let free = Some(minutes(self.0.free_minutes)).filter(|end| *end >= length);
        let day = if self.0.day_cap_fen.is_some() {
            (length - 1).max(0) / DAY_MS
        } else {
            0
        };
        let day_start = day * DAY_MS;
        let within = length - day_start;
        let first = minutes(self.0.first_minutes);
        let step = minutes(self.0.step_minutes);
        let period = if within <= first {
            Some(first)
        } else if step > 0 {
            Some(first + ((within - first + step - 1) / step).max(1) * step)
        } else {
            None
        };
        let day_end = self.0.day_cap_fen.map(|_| DAY_MS);
        let in_day = [period, day_end].into_iter().flatten().min();
        [free, in_day.map(|edge| day_start + edge)]
            .into_iter()
            .flatten()
            .filter(|edge| *edge >= length)
            .min()
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

fn minutes(count: u32) -> i64 {
    i64::from(count) * MINUTE_MS
}

/// Money received for a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid {
    /// How much.
    pub amount: Fen,
    /// When.
    pub at: Timestamp,
}

/// What a stay costs, what was paid and what is still due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dues {
    /// By the tariff.
    pub fee: Fen,
    /// Taken off by coupons, at most the fee.
    pub discount: Fen,
    /// Everything received; a surplus stays with the stay.
    pub paid: Fen,
    /// Still to be paid before the vehicle may leave.
    pub due: Fen,
    /// The vehicle paid in full and may leave until then, although the fee has risen since or will.
    pub leave_by: Option<Timestamp>,
}

/// What a stay is charged by.
#[derive(Debug, Clone, Copy)]
pub struct Bill<'a> {
    /// None: the lot owes nothing to anybody.
    pub tariff: Option<&'a Tariff>,
    /// When the stay began.
    pub entered: Timestamp,
    /// Coupons.
    pub discount: Fen,
    /// Payments in any order.
    pub payments: &'a [Paid],
    /// How long a vehicle that has paid may take to leave.
    pub leave_minutes: u32,
}

impl Bill<'_> {
    /// What is due at `now`. Whoever paid everything owed at that moment has the leaving time to go; past it only the
    /// difference is due.
    pub fn dues(&self, now: Timestamp) -> Dues {
        let fee = self.fee(now);
        let discount = Fen(self.discount.0.clamp(0, fee.0));
        let paid = sum(self.payments.iter());
        let leave_by = self.leave_by();
        let open = (fee - discount - paid).0.max(0);
        let leaving = leave_by.is_some_and(|end| now <= end);
        Dues {
            fee,
            discount,
            paid,
            due: Fen(if leaving { 0 } else { open }),
            leave_by,
        }
    }

    /// The first moment after `now` at which another amount is due: a tariff step that counts, or the end of the leaving
    /// time. None where that is far beyond the life of any quote.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let dues = self.dues(now);
        let leaving_over = dues.leave_by.map(|end| end.plus_ms(1));
        let mut at = now;
        // Bounded, because a large surplus covers many steps; a quote lives minutes, a step lasts one at least.
        for _ in 0..1000 {
            let step = self
                .tariff
                .and_then(|tariff| tariff.next_change(self.entered, at));
            at = [step, leaving_over.filter(|end| *end > at)]
                .into_iter()
                .flatten()
                .min()?;
            if self.dues(at).due != dues.due {
                return Some(at);
            }
        }
        None
    }

    /// The end of the leaving time begun by the latest payment that settled everything owed when it was made.
    fn leave_by(&self) -> Option<Timestamp> {
        let settled = |paid: &&Paid| {
            let so_far = sum(self.payments.iter().filter(|other| other.at <= paid.at));
            so_far.0 > 0 && so_far.0 >= (self.fee(paid.at) - self.discount).0
        };
        let latest = self
            .payments
            .iter()
            .filter(settled)
            .map(|paid| paid.at)
            .max()?;
        Some(latest.plus_minutes(i64::from(self.leave_minutes)))
    }

    fn fee(&self, at: Timestamp) -> Fen {
        self.tariff
            .map_or(Fen(0), |tariff| tariff.fee(self.entered, at))
    }
}

fn sum<'a>(payments: impl Iterator<Item = &'a Paid>) -> Fen {
    payments.fold(Fen(0), |sum, paid| sum + paid.amount)
}

/// An amount told to a person or shown as a QR code, with what it was worked out for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The stay.
    pub stay: StayId,
    /// The plate in force then; none for an unlicensed vehicle.
    pub plate: Option<Plate>,
    /// The amounts.
    pub dues: Dues,
    /// When it was worked out.
    pub quoted_at: Timestamp,
    /// From then on the amount is another one.
    pub changes_at: Option<Timestamp>,
}

/// Why a quote must be asked anew before a QR code or an opening uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    /// It is too old.
    #[error("the quote is too old")]
    Old,
    /// The amount has changed since: a tariff step, or the end of the leaving time.
    #[error("the amount has changed since the quote")]
    Step,
    /// It was made for another stay or plate.
    #[error("the quote is for another vehicle")]
    OtherVehicle,
}

impl Quote {
    /// A quote for this bill.
    pub fn new(stay: StayId, plate: Option<Plate>, bill: &Bill<'_>, now: Timestamp) -> Self {
        Self {
            stay,
            plate,
            dues: bill.dues(now),
            quoted_at: now,
            changes_at: bill.next_change(now),
        }
    }

    /// Whether it may still be used for this stay and plate.
    pub fn check(
        &self,
        stay: &StayId,
        plate: Option<&Plate>,
        now: Timestamp,
        quote_seconds: u32,
    ) -> Result<(), Stale> {
        if self.stay != *stay || self.plate.as_ref() != plate {
            return Err(Stale::OtherVehicle);
        }
        if self.changes_at.is_some_and(|change| now >= change) {
            return Err(Stale::Step);
        }
        if now.since(self.quoted_at) > i64::from(quote_seconds) * 1000 {
            return Err(Stale::Old);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
