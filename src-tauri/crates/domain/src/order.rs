//! Orders to devices: sent twice they act once, late they are dead (R26).

words! {
    /// What a barrier is told to do.
    pub enum BarrierAction {
        /// Rise.
        Open = "open",
        /// Come down.
        Close = "close",
    }
}

words! {
    /// What became of an order.
    pub enum OrderResult {
        /// Committed, not yet answered by the device.
        Running = "running",
        /// The device said yes; movement is not confirmed.
        Accepted = "accepted",
        /// The arm was seen up.
        Opened = "opened",
        /// The arm was seen down.
        Closed = "closed",
        /// The device said no.
        Refused = "refused",
        /// Nothing was sent, or the device could not be reached before anything was sent.
        Failed = "failed",
        /// Sent and unanswered: it may have moved. Never repeated by the program.
        Unknown = "unknown",
    }
}
