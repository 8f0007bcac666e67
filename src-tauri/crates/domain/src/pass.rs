//! Monthly passes (月卡): whether one is valid at a moment, and whether its spaces are taken.

use crate::{plate::Plate, time::Timestamp};

const DAY_MS: i64 = 24 * 60 * 60_000;

words! {
    /// A pass's status; `created` and `active` are valid.
    pub enum PassStatus {
        /// 已创建
        Created = "created",
        /// 使用中
        Active = "active",
        /// 已禁用
        Suspended = "suspended",
        /// 已取消
        Cancelled = "cancelled",
    }
}

impl PassStatus {
    /// Whether a pass of this status counts at all.
    pub const fn is_valid(self) -> bool {
        matches!(self, Self::Created | Self::Active)
    }
}

/// A pass of one lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassFacts {
    /// Its status.
    pub status: PassStatus,
    /// First moment it is good for.
    pub valid_from: Timestamp,
    /// Last moment it is good for.
    pub valid_to: Timestamp,
    /// Spaces its plates share; 1 for an ordinary pass.
    pub spaces: u32,
    /// Its plates.
    pub plates: Vec<Plate>,
}

/// How a pass stands at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassStanding {
    /// Good.
    Valid,
    /// Ended this many days ago; a day begun counts.
    Expired {
        /// At least 1.
        days_over: u32,
    },
    /// Its time has not come.
    NotYet,
    /// Suspended or cancelled: as good as none.
    Barred,
}

impl PassFacts {
    /// How it stands at `now`.
    pub fn standing(&self, now: Timestamp) -> PassStanding {
        if !self.status.is_valid() {
            return PassStanding::Barred;
        }
        if now < self.valid_from {
            return PassStanding::NotYet;
        }
        match self.days_over(now) {
            0 => PassStanding::Valid,
            days_over => PassStanding::Expired { days_over },
        }
    }

    /// Days since its end, a day begun counting whole; 0 while it has not ended.
    pub fn days_over(&self, now: Timestamp) -> u32 {
        let over = now.since(self.valid_to).max(0);
        u32::try_from(over.saturating_add(DAY_MS - 1) / DAY_MS).unwrap_or(u32::MAX)
    }

    /// Whether it ended so lately that it still opens: `grace_days` times 24 hours after its end.
    pub fn in_grace(&self, now: Timestamp, grace_days: u32) -> bool {
        matches!(self.standing(now), PassStanding::Expired { days_over } if days_over <= grace_days)
    }

    /// How many of its spaces its other plates take. The vehicle at the lane is not counted against itself, nor is
    /// one that came in as temporary because no space was left.
    pub fn taken_by_others(&self, me: &Plate, inside: &[PlateInside]) -> u32 {
        let others = self
            .plates
            .iter()
            .filter(|plate| *plate != me && inside.iter().any(|there| there.plate == **plate && !there.as_temporary));
        let distinct: std::collections::BTreeSet<&Plate> = others.collect();
        u32::try_from(distinct.len()).unwrap_or(u32::MAX)
    }

    /// Whether no space is left for `me`.
    pub fn is_full_for(&self, me: &Plate, inside: &[PlateInside]) -> bool {
        self.taken_by_others(me, inside) >= self.spaces.max(1)
    }
}

/// A vehicle inside the lot that shares a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlateInside {
    /// Its plate.
    pub plate: Plate,
    /// It came in as temporary because every space was taken; it pays and takes no space of the pass.
    pub as_temporary: bool,
}

/// The pass that decides where a plate has several: a valid one, else the one that ended last, else one that does not
/// count.
pub fn best(passes: &[PassFacts], now: Timestamp) -> Option<&PassFacts> {
    passes.iter().min_by_key(|pass| match pass.standing(now) {
        PassStanding::Valid => (0, 0),
        PassStanding::Expired { days_over } => (1, days_over),
        PassStanding::NotYet => (2, 0),
        PassStanding::Barred => (3, 0),
    })
}

#[cfg(test)]
mod tests;
