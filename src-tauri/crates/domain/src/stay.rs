//! One vehicle's time in a lot, and how an opening settles it (R37).

use crate::{
    assessment::Assessment,
    ids::StayId,
    lane::Direction,
    money::Fen,
    opening::{OpeningKind, Passage},
    order::OrderResult,
    plate::{self, Plate},
    time::Timestamp,
};

words! {
    /// Where a vehicle is, as far as the records say.
    pub enum VehicleStatus {
        /// 场内
        Inside = "inside",
        /// 离场
        Outside = "outside",
        /// The lookup failed or the plate is not known.
        Unknown = "unknown",
    }
}

words! {
    /// How a stay's vehicle was let out (or in).
    pub enum ReleaseKind {
        /// By the rules, paid or with a pass.
        Normal = "normal",
        /// By the rules, nothing due.
        Free = "free",
        /// Against the rules.
        Abnormal = "abnormal",
    }
}

/// What an opening's record says that settling looks at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct OpeningFacts {
    /// By the rules or against them.
    pub kind: OpeningKind,
    /// What became of the order.
    pub result: OrderResult,
    /// Whether its vehicle was already seen to pass, or not to.
    pub passage: Passage,
    /// Which way the vehicle goes.
    pub direction: Direction,
    /// What it was judged as.
    pub assessment: Assessment,
    /// The plate in force; none for an unlicensed vehicle.
    pub plate: Option<Plate>,
    /// The plate the camera read, right or wrong; none where it read none.
    pub plate_read: Option<Plate>,
    /// The vehicle's open stay: at an exit the one to end, at an entry one that was never ended.
    pub stay: Option<StayId>,
    /// Due at that moment.
    pub due: Fen,
    /// Collected for the stay by then.
    pub collected: Fen,
    /// When the order was made.
    pub at: Timestamp,
}

/// Something seen at the lane that may say whether the vehicle went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// The camera read a plate, or a vehicle without one. A vehicle's own read on arrival is no passage; the next
    /// vehicle's is.
    Read {
        /// What it read.
        plate: Option<Plate>,
        /// When it read it.
        at: Timestamp,
        /// The camera raised the barrier itself.
        opened_by_camera: bool,
        /// Kept by the camera during an outage and told now: it says nothing of this moment.
        history: bool,
    },
    /// The loop behind the arm was crossed.
    Loop {
        /// When.
        at: Timestamp,
    },
    /// The person said 「已通过」.
    PersonSaid,
    /// The vehicle turned back, by a device's word or a person's.
    BackedOut,
}

/// What becomes of an opening and its stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Nothing yet: no passage was seen.
    Waiting,
    /// The vehicle did not go through: the stay is as it was, the opening stands in the list of those without passage.
    NoPassage,
    /// It came in: a stay begins.
    Entered {
        /// When, by the opening: signs of a passage come late.
        at: Timestamp,
        /// How.
        release: ReleaseKind,
        /// It pays whatever its pass says, because the pass's spaces were taken.
        space_taken: bool,
        /// A stay of the same vehicle that was never ended; it is over, since the vehicle came in again.
        supersedes: Option<StayId>,
    },
    /// It left: its stay is over.
    Left {
        /// The stay; none where no entry is known.
        stay: Option<StayId>,
        /// When, by the opening.
        at: Timestamp,
        /// How.
        release: ReleaseKind,
        /// Due when it left.
        due: Fen,
        /// Collected by then.
        collected: Fen,
    },
}

/// What a sign means for an opening of ours. A settled opening is never settled again.
pub fn settle(opening: &OpeningFacts, sign: &Sign) -> Settlement {
    if opening.passage != Passage::Pending || !opening.result.may_have_moved() {
        return Settlement::Waiting;
    }
    match sign {
        Sign::BackedOut => Settlement::NoPassage,
        Sign::PersonSaid => passed(opening),
        Sign::Loop { at } if *at > opening.at => passed(opening),
        Sign::Read { plate, at, opened_by_camera, history: false }
            if *at > opening.at && (*opened_by_camera || is_next_vehicle(opening, plate.as_ref())) =>
        {
            passed(opening)
        }
        Sign::Loop { .. } | Sign::Read { .. } => Settlement::Waiting,
    }
}

/// A passage without an order of ours: the camera opened by itself.
///
/// `due` and `collected` are the stay's at that moment; `stay` is as in [`OpeningFacts`].
pub fn settle_automatic(
    direction: Direction,
    assessment: Assessment,
    stay: Option<StayId>,
    (due, collected): (Fen, Fen),
    at: Timestamp,
) -> Settlement {
    passed(&OpeningFacts {
        kind: OpeningKind::Normal,
        result: OrderResult::Opened,
        passage: Passage::Pending,
        direction,
        assessment,
        plate: None,
        plate_read: None,
        stay,
        due,
        collected,
        at,
    })
}

/// Whether a read after the opening is another vehicle's. The same vehicle may be read again while it waits, perhaps
/// wrongly again, so a plate that looks like its own says nothing; nor does a read without a plate.
fn is_next_vehicle(opening: &OpeningFacts, read: Option<&Plate>) -> bool {
    let Some(read) = read else { return false };
    let own = [&opening.plate, &opening.plate_read];
    !own.into_iter().flatten().any(|own| plate::same_vehicle(own, read))
}

fn passed(opening: &OpeningFacts) -> Settlement {
    let release = release_kind(opening);
    match opening.direction {
        Direction::Entry => Settlement::Entered {
            at: opening.at,
            release,
            space_taken: opening.assessment == Assessment::SpaceTaken,
            supersedes: opening.stay.clone(),
        },
        Direction::Exit => Settlement::Left {
            stay: opening.stay.clone(),
            at: opening.at,
            release,
            due: opening.due,
            collected: opening.collected,
        },
    }
}

fn release_kind(opening: &OpeningFacts) -> ReleaseKind {
    let by_pass = opening.assessment == Assessment::PassValid;
    let leaving = opening.direction == Direction::Exit;
    match opening.kind {
        OpeningKind::Abnormal => ReleaseKind::Abnormal,
        OpeningKind::Normal if leaving && !by_pass && opening.collected.0 == 0 => ReleaseKind::Free,
        OpeningKind::Normal => ReleaseKind::Normal,
    }
}

#[cfg(test)]
mod tests;
