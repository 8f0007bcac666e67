//! What is still due for a stay after payments and coupons, and how long an answer to that may be used.

use super::{Tariff, first_rise};
use crate::{ids::StayId, money::Fen, plate::Plate, time::Timestamp};

/// Money received for a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StayPayment {
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
    pub payments: &'a [StayPayment],
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
        Dues { fee, discount, paid, due: Fen(if leaving { 0 } else { open }), leave_by }
    }

    /// The first moment after `now` at which another amount is due: a tariff step that counts, or the end of the leaving
    /// time. None where that is far beyond the life of any quote.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let dues = self.dues(now);
        let mut from = now;
        if let Some(end) = dues.leave_by.filter(|end| *end >= now) {
            // Until the leaving time is over nothing is due, whatever the tariff does.
            from = end.plus_ms(1);
            if self.dues(from).due != dues.due {
                return Some(from);
            }
        }
        first_rise(from, |at| self.dues(at).due)
    }

    /// The end of the leaving time begun by the latest payment that settled everything owed when it was made.
    fn leave_by(&self) -> Option<Timestamp> {
        let settled = |paid: &&StayPayment| {
            let so_far = sum(self.payments.iter().filter(|other| other.at <= paid.at));
            so_far.0 > 0 && so_far.0 >= (self.fee(paid.at) - self.discount).0
        };
        let latest = self.payments.iter().filter(settled).map(|paid| paid.at).max()?;
        Some(latest.plus_minutes(i64::from(self.leave_minutes)))
    }

    fn fee(&self, at: Timestamp) -> Fen {
        self.tariff.map_or(Fen(0), |tariff| tariff.fee(self.entered, at))
    }
}

fn sum<'a>(payments: impl Iterator<Item = &'a StayPayment>) -> Fen {
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
pub enum Lapse {
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
        Self { stay, plate, dues: bill.dues(now), quoted_at: now, changes_at: bill.next_change(now) }
    }

    /// Whether it may still be used for this stay and plate.
    pub fn check(&self, stay: &StayId, plate: Option<&Plate>, now: Timestamp, quote_seconds: u32) -> Result<(), Lapse> {
        if self.stay != *stay || self.plate.as_ref() != plate {
            return Err(Lapse::OtherVehicle);
        }
        if self.changes_at.is_some_and(|change| now >= change) {
            return Err(Lapse::Step);
        }
        if now.since(self.quoted_at) > i64::from(quote_seconds) * 1000 {
            return Err(Lapse::Old);
        }
        Ok(())
    }
}
