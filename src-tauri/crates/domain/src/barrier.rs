//! The barrier's arm.

words! {
    /// Where the arm is. A device that cannot say is `unknown`, never `closed`.
    pub enum BarrierState {
        /// Up.
        Open = "open",
        /// Down.
        Closed = "closed",
        /// On its way up.
        Opening = "opening",
        /// On its way down.
        Closing = "closing",
        /// Not reported, or reported as not wired.
        Unknown = "unknown",
    }
}
