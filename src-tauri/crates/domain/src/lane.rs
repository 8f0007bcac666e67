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
