//! The hub's first judgement of why the barrier did not open (初步判断开闸原因).

use crate::{
    lane::Direction,
    pass::{self, PassFacts, PassStanding, PlateInside},
    plate::Plate,
    time::Timestamp,
};

words! {
    /// What a vehicle at a lane is judged as.
    pub enum Assessment {
        /// A lookup failed; never taken for `temporary`.
        Unknown = "unknown",
        /// 车主锁车: the owner locked the vehicle.
        VehicleLocked = "vehicle_locked",
        /// 黑名单: barred from this lot.
        Blacklisted = "blacklisted",
        /// 有效月卡: a valid pass.
        PassValid = "pass_valid",
        /// 月卡过期: the pass has ended.
        PassExpired = "pass_expired",
        /// 月卡共享车位被占: every space of the pass is taken by its other plates.
        SpaceTaken = "space_taken",
        /// 普通临停: pays by time.
        Temporary = "temporary",
        /// 无牌车: identified by the driver's phone number.
        Unlicensed = "unlicensed",
        /// 无进场信息: at an exit, and not known to be inside.
        NoEntryRecord = "no_entry_record",
    }
}

/// A lookup that gave no answer. Not the same as an answer that there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lookup failed")]
pub struct LookupFailed;

/// What a lookup told, or that it failed.
pub type Lookup<T> = Result<T, LookupFailed>;

/// What the lot says of one plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VehicleFacts {
    /// The owner locked it.
    pub locked: bool,
    /// The lot bars it.
    pub blacklisted: bool,
}

/// The vehicle's stay that is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StayFacts {
    /// When it came in.
    pub entered_at: Timestamp,
    /// It came in as temporary because its pass's spaces were taken; it pays on leaving whatever the pass says.
    pub space_taken: bool,
}

/// Everything the judgement looks at. The caller asks; a question that could not be answered is an `Err`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeFacts {
    /// Which way this vehicle goes; none on a `both` lane until it is known (R42).
    pub direction: Option<Direction>,
    /// The plate in force; `Ok(None)` is a vehicle without one.
    pub plate: Lookup<Option<Plate>>,
    /// Lock and blacklist.
    pub vehicle: Lookup<VehicleFacts>,
    /// The plate's passes at this lot, good or not.
    pub passes: Lookup<Vec<PassFacts>>,
    /// Vehicles inside that share one of those passes.
    pub sharing_inside: Lookup<Vec<PlateInside>>,
    /// The vehicle's own open stay.
    pub stay: Lookup<Option<StayFacts>>,
    /// The moment of judging.
    pub now: Timestamp,
}

/// Judges a vehicle at a lane. A failed lookup makes it [`Assessment::Unknown`], whichever lookup it was.
///
/// Where the direction is not known yet, it is judged both ways: what both agree on counts, else it is unknown.
pub fn judge(facts: &JudgeFacts) -> Assessment {
    let as_if = |direction| judge_going(facts, direction).unwrap_or(Assessment::Unknown);
    match facts.direction {
        Some(direction) => as_if(direction),
        None => match (as_if(Direction::Entry), as_if(Direction::Exit)) {
            (entry, exit) if entry == exit => entry,
            _ => Assessment::Unknown,
        },
    }
}

/// In the order of the offers' table: the first that fits wins.
fn judge_going(facts: &JudgeFacts, direction: Direction) -> Lookup<Assessment> {
    let plate = facts.plate.as_ref().map_err(|e| *e)?;
    let vehicle = facts.vehicle?;
    let passes = facts.passes.as_ref().map_err(|e| *e)?;
    let sharing = facts.sharing_inside.as_ref().map_err(|e| *e)?;
    let stay = facts.stay?;

    let Some(plate) = plate else {
        return Ok(Assessment::Unlicensed);
    };
    match direction {
        Direction::Exit if vehicle.locked => return Ok(Assessment::VehicleLocked),
        // At an exit it is shown, never detained.
        Direction::Entry if vehicle.blacklisted => return Ok(Assessment::Blacklisted),
        _ => {}
    }
    let leaving_as_temporary = direction == Direction::Exit && stay.is_some_and(|stay| stay.space_taken);
    if !leaving_as_temporary && let Some(pass) = pass::best(passes, facts.now) {
        match pass.standing(facts.now) {
            PassStanding::Valid if pass.is_full_for(plate, sharing) => {
                return Ok(Assessment::SpaceTaken);
            }
            PassStanding::Valid => return Ok(Assessment::PassValid),
            PassStanding::Expired { .. } => return Ok(Assessment::PassExpired),
            PassStanding::NotYet | PassStanding::Barred => {}
        }
    }
    match (direction, stay) {
        (Direction::Exit, None) => Ok(Assessment::NoEntryRecord),
        _ => Ok(Assessment::Temporary),
    }
}

#[cfg(test)]
mod tests;
