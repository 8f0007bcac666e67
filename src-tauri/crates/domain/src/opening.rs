//! The record of every manual opening (开闸列表).

words! {
    /// Whether an opening kept the rules.
    pub enum OpeningKind {
        /// Offered by the rules.
        Normal = "normal",
        /// Against the rules, with reason and proof.
        Abnormal = "abnormal",
    }
}

words! {
    /// How the person came to the lane.
    pub enum Source {
        /// By looking it up.
        Query = "query",
        /// By a driver's call.
        Call = "call",
    }
}

words! {
    /// Whether the vehicle of an opening was seen to pass (R37).
    pub enum Passage {
        /// Not yet seen.
        Pending = "pending",
        /// The vehicle went through.
        Passed = "passed",
        /// The vehicle backed out or never came.
        None = "none",
    }
}
