//! Lanes and the way a vehicle goes through them.

words! {
    /// Which ways a lane lets vehicles pass.
    pub enum LaneDirection {
        /// Into the lot only.
        Entry = "entry",
        /// Out of the lot only.
        Exit = "exit",
        /// Either; each case then says which way its vehicle goes (R42).
        Both = "both",
    }
}

words! {
    /// Which way one vehicle goes.
    pub enum Direction {
        /// Into the lot.
        Entry = "entry",
        /// Out of the lot.
        Exit = "exit",
    }
}

impl LaneDirection {
    /// The way every vehicle of this lane goes; none where each case has to say (R42).
    pub const fn only(self) -> Option<Direction> {
        match self {
            Self::Entry => Some(Direction::Entry),
            Self::Exit => Some(Direction::Exit),
            Self::Both => None,
        }
    }

    /// Whether a vehicle may go this way here.
    pub fn admits(self, direction: Direction) -> bool {
        self.only().is_none_or(|only| only == direction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lane_for_both_ways_leaves_the_direction_open() {
        for lane in LaneDirection::ALL {
            let admitted = Direction::ALL.iter().filter(|way| lane.admits(**way)).count();
            assert_eq!(lane.only().is_none(), admitted == 2, "R42: {lane}");
            assert!(lane.only().is_none_or(|way| lane.admits(way)));
        }
    }
}
