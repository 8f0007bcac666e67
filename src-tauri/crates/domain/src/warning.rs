//! Patterns in the records that are worth a look (FIELD.md). A pattern accuses nobody: it leads to its rows.
//!
//! Every pattern is a function of rows already read and of limits from the rules; it knows no clock and no table.

mod money;
mod pace;
mod plate;
mod proof;
#[cfg(test)]
mod tests;

use crate::{
    assessment::Assessment,
    ids::{LaneId, LotId, OpeningId, PersonId, ReadId, StayId},
    lane::Direction,
    money::Fen,
    opening::Passage,
    plate::Plate,
    rules::Rules,
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

words! {
    /// Which pattern, in the order of FIELD.md.
    pub enum Pattern {
        /// One plate or phone let out against the rules again and again.
        SamePlate = "same_plate",
        /// Far more releases than others at the same lot in the same hours.
        ManyReleases = "many_releases",
        /// Released at once, or without anybody calling.
        Hasty = "hasty",
        /// Corrected to a plate with a pass that is hardly this vehicle's.
        BorrowedPass = "borrowed_pass",
        /// The cheapest candidate chosen, not the most alike.
        CheapCandidate = "cheap_candidate",
        /// Less due at the opening than at first, and nobody paid.
        DueDropped = "due_dropped",
        /// The records say otherwise than the reason.
        ReasonDoubtful = "reason_doubtful",
        /// One photo for two openings.
        SamePhoto = "same_photo",
        /// One opening and two vehicles, or none.
        PassageMismatch = "passage_mismatch",
        /// In without a plate, out against the rules, one person.
        NoPlateInOut = "no_plate_in_out",
        /// One remark for nearly everything, or releases at the end of shifts.
        SameRemark = "same_remark",
        /// Barriers rise without us far more often in one person's shift.
        ForeignRises = "foreign_rises",
    }
}

/// An opening as the patterns see it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "facts of one row, each its own question")]
pub struct OpeningTrace {
    /// Its id.
    pub id: OpeningId,
    /// When the order was made.
    pub at: Timestamp,
    /// When the lane was claimed.
    pub claimed_at: Timestamp,
    /// The lot.
    pub lot: LotId,
    /// The lane.
    pub lane: LaneId,
    /// Who opened.
    pub person: PersonId,
    /// They sit far away and see the lane only when somebody calls.
    pub far: bool,
    /// The lane has a robot that drivers call from.
    pub robot: bool,
    /// A call led there.
    pub by_call: bool,
    /// Against the rules.
    pub abnormal: bool,
    /// Which way.
    pub direction: Direction,
    /// The plate in force.
    pub plate: Option<Plate>,
    /// What the camera read.
    pub plate_read: Option<Plate>,
    /// The driver's phone.
    pub phone: Option<String>,
    /// The judgement then.
    pub assessment: Assessment,
    /// The reason's code.
    pub reason: Option<String>,
    /// The person's words.
    pub remark: Option<String>,
    /// Due then.
    pub due: Option<Fen>,
    /// First quoted.
    pub first_quote: Option<Fen>,
    /// The stay it settles.
    pub stay: Option<StayId>,
    /// The read it answers.
    pub read: Option<ReadId>,
    /// How sure the camera was of it, 0 to 100.
    pub confidence: Option<u8>,
    /// The arm may have moved.
    pub moved: bool,
    /// The device told its state before and said yes to the order.
    pub reached: bool,
    /// Whether the vehicle was seen to pass.
    pub passage: Passage,
}

/// A case somebody worked.
#[derive(Debug, Clone)]
pub struct CaseWork {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub lot: LotId,
    /// When it began.
    pub at: Timestamp,
}

/// A payment.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The lot.
    pub lot: LotId,
    /// The stay it was matched to.
    pub stay: Option<StayId>,
    /// The plate it was for.
    pub plate: Option<Plate>,
    /// How much.
    pub amount: Fen,
    /// When.
    pub at: Timestamp,
}

/// A vehicle's time in a lot.
#[derive(Debug, Clone)]
pub struct StayTrace {
    /// Its id.
    pub id: StayId,
    /// The lot.
    pub lot: LotId,
    /// The plate.
    pub plate: Plate,
    /// From.
    pub entered_at: Timestamp,
    /// To; none: still inside.
    pub left_at: Option<Timestamp>,
}

/// A plate read soon after an opening of its lane.
#[derive(Debug, Clone)]
pub struct PlateSighting {
    /// Its id.
    pub id: ReadId,
    /// The lane.
    pub lane: LaneId,
    /// The plate.
    pub plate: Plate,
    /// When.
    pub at: Timestamp,
}

/// An ID photo that proves an opening.
#[derive(Debug, Clone)]
pub struct PhotoProof {
    /// The opening.
    pub opening: OpeningId,
    /// SHA-256 of the picture.
    pub sha256: String,
    /// Difference hash: alike pictures differ in few bits.
    pub near: u64,
}

/// A barrier that rose without us.
#[derive(Debug, Clone)]
pub struct UnorderedRise {
    /// Its id.
    pub id: String,
    /// The lot.
    pub lot: LotId,
    /// When.
    pub at: Timestamp,
}

/// What is looked through.
#[derive(Debug, Clone, Default)]
pub struct OpeningHistory {
    /// Openings.
    pub opened: Vec<OpeningTrace>,
    /// Cases.
    pub worked: Vec<CaseWork>,
    /// Payments.
    pub paid: Vec<Receipt>,
    /// Stays that openings might have taken for one another.
    pub stays: Vec<StayTrace>,
    /// Reads soon after openings.
    pub seen: Vec<PlateSighting>,
    /// Photos.
    pub proofs: Vec<PhotoProof>,
    /// Rises without us.
    pub raised: Vec<UnorderedRise>,
}

/// A pattern found.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternMatch {
    /// Which one.
    pub pattern: Pattern,
    /// Which of its forms, for the sentence.
    pub form: &'static str,
    /// The lots its rows are of.
    pub lots: BTreeSet<LotId>,
    /// Whom it is about, where it is one person.
    pub person: Option<PersonId>,
    /// The plate, where it is one.
    pub plate: Option<String>,
    /// The openings, newest first.
    pub openings: Vec<OpeningId>,
    /// Rows it is about that are no openings.
    pub others: Vec<String>,
    /// When the newest row was made.
    pub at: Timestamp,
    /// Sets it apart from others of the same pattern about the same, for example a day.
    pub part: String,
    /// Numbers of its sentence.
    pub facts: BTreeMap<&'static str, String>,
}

impl PatternMatch {
    fn of(pattern: Pattern, form: &'static str, rows: &[&OpeningTrace]) -> Self {
        let mut rows = rows.to_vec();
        rows.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        rows.dedup_by(|a, b| a.id == b.id);
        let first = rows.first();
        let one_person = rows.windows(2).all(|pair| pair[0].person == pair[1].person);
        Self {
            pattern,
            form,
            lots: rows.iter().map(|row| row.lot.clone()).collect(),
            person: first.filter(|_| one_person).map(|row| row.person.clone()),
            plate: None,
            openings: rows.iter().map(|row| row.id.clone()).collect(),
            others: Vec::new(),
            at: first.map_or(Timestamp(0), |row| row.at),
            part: String::new(),
            facts: BTreeMap::new(),
        }
        .fact("count", &rows.len())
    }

    fn plate(mut self, plate: Option<&Plate>) -> Self {
        self.plate = plate.map(|plate| plate.as_str().to_owned());
        self
    }

    fn part(mut self, part: &(impl ToString + ?Sized)) -> Self {
        self.part = part.to_string();
        self
    }

    fn fact(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.facts.insert(name, value.to_string());
        self
    }
}

/// Looks for every pattern.
pub fn find(past: &OpeningHistory, rules: &Rules, now: Timestamp) -> Vec<PatternMatch> {
    [
        plate::same_plate(&past.opened, rules),
        pace::many_releases(&past.opened, &past.worked, rules),
        pace::hasty(&past.opened, rules),
        plate::borrowed_pass(&past.opened, &past.stays),
        money::cheap_candidate(&past.opened, &past.stays),
        money::due_dropped(&past.opened, &past.paid),
        money::reason_doubtful(&past.opened, &past.paid, rules),
        proof::same_photo(&past.opened, &past.proofs, rules),
        proof::passage_mismatch(&past.opened, &past.seen, now),
        plate::no_plate_in_out(&past.opened),
        pace::same_remark(&past.opened, &past.worked, rules),
        pace::foreign_rises(&past.worked, &past.raised, rules),
    ]
    .concat()
}

/// Rows by something they have in common.
fn by<K: Ord, T>(rows: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> BTreeMap<K, Vec<T>> {
    let mut groups: BTreeMap<K, Vec<T>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

/// Openings against the rules.
fn releases(opened: &[OpeningTrace]) -> impl Iterator<Item = &OpeningTrace> {
    opened.iter().filter(|row| row.abnormal && row.moved)
}

/// A number of rows as the rules count them.
fn count<T>(rows: &[T]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}
