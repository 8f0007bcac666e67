//! What is known of a vehicle at a lot, each thing looked up by itself: one that cannot be told makes the judgement
//! `unknown` and spoils nothing else.

use crate::{
    directory::Directory,
    ops::lease::rules,
    store::{Conn, Passes, StayRow, StoreError},
};
use lanedesk_domain::{
    assessment::{Assessment, JudgeFacts, Lookup, LookupFailed, StayFacts, VehicleFacts, judge},
    ids::{CaseId, LotId, StayId},
    lane::Direction,
    money::Fen,
    offers::Money,
    pass::{self, PassFacts},
    phone::Phone,
    plate::Plate,
    stay::VehicleStatus,
    tariff::{Bill, Quote, StayPayment, Tariff, TariffParts},
    time::Timestamp,
};
use lanedesk_wire::{
    debt::DebtNow,
    lane::{Pass, Payment, Vehicle},
};

/// How far back abnormal releases are counted, ms.
const HABIT_MS: i64 = 30 * 24 * 60 * 60_000;

/// Everything looked up of a vehicle.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The plate in force; none: a vehicle without one.
    pub plate: Option<Plate>,
    /// Lock and blacklist.
    pub vehicle: Lookup<VehicleFacts>,
    /// Its passes, and who shares them inside.
    pub passes: Lookup<Passes>,
    /// Its open stay.
    pub stay: Lookup<Option<StayRow>>,
    /// What was paid for that stay.
    pub paid: Lookup<Vec<StayPayment>>,
    /// Abnormal releases in the last 30 days.
    pub abnormal: Lookup<u32>,
    /// What is owed from before.
    pub debt: Lookup<Option<DebtNow>>,
    /// When it was looked up.
    pub now: Timestamp,
}

/// Looks a thing up. Inside a transaction a failed look must not spoil the rest of it, so it has a savepoint.
macro_rules! look {
    ($conn:expr, $inside_tx:expr, $look:expr) => {{
        let guarded = begin($conn, $inside_tx).await;
        let told: Result<_, StoreError> = match guarded {
            Ok(()) => $look.await,
            Err(error) => Err(error),
        };
        let ended = end($conn, $inside_tx, told.is_ok()).await;
        match (told, ended) {
            (Ok(told), Ok(())) => Ok(told),
            (Err(error), _) | (_, Err(error)) => {
                // The driver's words name tables and constraints, never what was looked for.
                tracing::error!(%error, "a lookup failed");
                Err(LookupFailed)
            }
        }
    }};
}

async fn begin(conn: &mut Conn<'_>, inside_tx: bool) -> Result<(), StoreError> {
    if inside_tx {
        conn.execute("savepoint look", vec![]).await?;
    }
    Ok(())
}

async fn end(conn: &mut Conn<'_>, inside_tx: bool, told: bool) -> Result<(), StoreError> {
    if inside_tx {
        if !told {
            conn.execute("rollback to look", vec![]).await?;
        }
        conn.execute("release look", vec![]).await?;
    }
    Ok(())
}

/// Whose stay is asked for, besides the plate's.
#[derive(Debug, Clone, Copy, Default)]
pub struct StayQuery<'a> {
    /// The plate in force; none: a vehicle without one.
    pub plate: Option<&'a Plate>,
    /// The stay a person chose, instead of the plate's own.
    pub stay: Option<&'a StayId>,
    /// The driver's phone.
    pub phone: Option<&'a Phone>,
    /// The case it is worked in: what that case filed is not owed from before.
    pub case: Option<&'a CaseId>,
}

/// Looks a vehicle up at a lot. `inside_tx`: `conn` is in a transaction that must survive a failed look.
pub async fn look_up(
    conn: &mut Conn<'_>,
    lot: &LotId,
    asked: StayQuery<'_>,
    inside_tx: bool,
    now: Timestamp,
) -> Dossier {
    let StayQuery { plate, stay, phone, case } = asked;
    let mut known = Dossier {
        plate: plate.cloned(),
        vehicle: Ok(VehicleFacts::default()),
        passes: Ok(Passes::default()),
        stay: Ok(None),
        paid: Ok(Vec::new()),
        abnormal: Ok(0),
        debt: Ok(None),
        now,
    };
    if plate.is_some() || phone.is_some() {
        known.debt = look!(conn, inside_tx, conn.debt_now(lot, plate, phone, case));
    }
    if let Some(plate) = plate {
        known.vehicle = look!(conn, inside_tx, conn.vehicle(lot, plate));
        known.passes = look!(conn, inside_tx, conn.passes(lot, plate));
        known.abnormal = look!(conn, inside_tx, conn.abnormal_since(plate, now.plus_ms(-HABIT_MS)));
    }
    known.stay = match (stay, plate) {
        (Some(stay), _) => look!(conn, inside_tx, conn.stay(stay))
            .map(|stay| stay.filter(|stay| stay.left_at.is_none() && stay.lot == *lot)),
        (None, Some(plate)) => look!(conn, inside_tx, conn.stay_inside(lot, plate)),
        (None, None) => Ok(None),
    };
    if let Ok(Some(stay)) = &known.stay {
        known.paid = look!(conn, inside_tx, conn.payments_of(&stay.id));
    }
    known
}

impl Dossier {
    /// The hub's judgement of it.
    pub fn judge(&self, direction: Option<Direction>) -> Assessment {
        let passes = self.passes.as_ref().map_err(|e| *e);
        judge(&JudgeFacts {
            direction,
            plate: Ok(self.plate.clone()),
            vehicle: self.vehicle,
            passes: passes.map(|passes| passes.passes.clone()),
            sharing_inside: passes.map(|passes| passes.inside.clone()),
            stay: self.stay.as_ref().map_err(|e| *e).map(|stay| {
                stay.as_ref().map(|stay| StayFacts { entered_at: stay.entered_at, space_taken: stay.space_taken })
            }),
            now: self.now,
        })
    }

    /// The stay, where one is known.
    pub fn stay(&self) -> Option<&StayRow> {
        self.stay.as_ref().ok()?.as_ref()
    }

    fn pass(&self) -> Option<&PassFacts> {
        pass::best(&self.passes.as_ref().ok()?.passes, self.now)
    }

    /// Whether its pass has ended, but within the grace days.
    pub fn in_grace(&self, directory: &Directory) -> bool {
        let grace_days = rules(directory).grace_days;
        self.pass().is_some_and(|pass| pass.in_grace(self.now, grace_days))
    }

    /// What its stay costs now; none where no stay is known, or what was paid is not. A pass that counts pays for all.
    pub fn quote(&self, directory: &Directory, lot: &LotId, assessment: Assessment) -> Option<Quote> {
        let stay = self.stay()?;
        let payments = self.paid.as_ref().ok()?;
        let by_pass =
            assessment == Assessment::PassValid || (assessment == Assessment::PassExpired && self.in_grace(directory));
        let tariff = tariff(directory, lot).filter(|_| !by_pass);
        let bill = Bill {
            tariff: tariff.as_ref(),
            entered: stay.entered_at,
            discount: Fen(0),
            payments,
            leave_minutes: directory.lots.get(lot)?.leave_minutes,
        };
        Some(Quote::new(stay.id.clone(), stay.plate.clone(), &bill, self.now))
    }

    /// What is to be paid before leaving. A lot without tariff owes nothing; a lookup that failed leaves it open.
    pub fn money(&self, directory: &Directory, lot: &LotId, quote: Option<&Quote>) -> Money {
        if self.stay.is_err() || self.paid.is_err() {
            return Money::NoStay;
        }
        match quote {
            Some(quote) if quote.dues.due.0 > 0 => Money::Due,
            Some(_) => Money::NothingDue,
            None if tariff(directory, lot).is_none() => Money::NothingDue,
            None => Money::NoStay,
        }
    }

    /// What the page shows of the money.
    pub fn payment(&self, quote: &Quote) -> Option<Payment> {
        let stay = self.stay()?;
        Some(Payment {
            stay: stay.id.clone(),
            entered_at: stay.entered_at,
            fee_fen: quote.dues.fee,
            discount_fen: quote.dues.discount,
            due_fen: quote.dues.due,
            paid_fen: quote.dues.paid,
            paid_at: stay.paid_at,
            paid: quote.dues.due.0 == 0,
            quoted_at: quote.quoted_at,
        })
    }

    /// What the page shows of the vehicle.
    pub fn shown(&self, color: Option<String>) -> Vehicle {
        let facts = self.vehicle.unwrap_or_default();
        Vehicle {
            plate: self.plate.as_ref().map(|plate| plate.as_str().to_owned()),
            color,
            pass: self.pass().map(|pass| self.shown_pass(pass)),
            status: match &self.stay {
                Ok(Some(_)) => VehicleStatus::Inside,
                Ok(None) if self.plate.is_some() => VehicleStatus::Outside,
                _ => VehicleStatus::Unknown,
            },
            locked: facts.locked,
            blacklisted: facts.blacklisted,
            abnormal_30d: self.abnormal.unwrap_or_default(),
        }
    }

    fn shown_pass(&self, pass: &PassFacts) -> Pass {
        let days_over = pass.days_over(self.now);
        let inside = self.passes.as_ref().map_or(&[][..], |p| &p.inside);
        let taken = |plate| pass.taken_by_others(plate, inside);
        Pass {
            status: pass.status,
            valid_from: pass.valid_from,
            valid_to: pass.valid_to,
            expired: days_over > 0,
            days_over,
            spaces: pass.spaces,
            spaces_taken: self.plate.as_ref().map_or(0, taken),
            plates: pass.plates.iter().map(|p| p.as_str().to_owned()).collect(),
        }
    }
}

/// A lot's tariff; none where nothing is charged. Numbers that make no tariff were refused when the site was read.
pub fn tariff(directory: &Directory, lot: &LotId) -> Option<Tariff> {
    let row = directory.tariffs.get(lot)?;
    Tariff::new(TariffParts {
        free_minutes: row.free_minutes,
        first_minutes: row.first_minutes,
        first_fen: row.first_fen,
        step_minutes: row.step_minutes,
        step_fen: row.step_fen,
        day_cap_fen: row.day_cap_fen,
    })
    .ok()
}
