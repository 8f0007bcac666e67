//! One vehicle's time in a lot.

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
