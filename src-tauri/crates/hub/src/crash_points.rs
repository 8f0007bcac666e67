//! Named points at which a test ends the hub as a power cut would, in the midst of a release.
//!
//! Only in debug builds: in a release build nothing of it is left. A test names a file in [`FILE`] and writes a point's
//! word into it; the first time the hub comes to that point it aborts, without a goodbye to clients, devices or records.

/// The points, in the order in which a release with a photo comes to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A photo's sealed object is kept, its row is not yet written.
    PhotoKept,
    /// A photo's row is committed, nobody was told.
    PhotoWritten,
    /// A release passed every check, nothing of it is written.
    OrderChecked,
    /// Order, opening, used photos and audit row stand in the transaction, which is not committed.
    OrderInWriting,
    /// They are committed, the device was not called.
    OrderWritten,
    /// Leave for a request that moves the bar was just given.
    OrderLeaving,
    /// The device has answered; nobody was told, nothing is written.
    OrderAnswered,
    /// The person was told; the result is not written.
    ResultTold,
    /// The result is written, the arm is not yet seen where it was sent.
    ResultWritten,
}

impl Point {
    /// Every point, in order.
    pub const ALL: [Self; 9] = [
        Self::PhotoKept,
        Self::PhotoWritten,
        Self::OrderChecked,
        Self::OrderInWriting,
        Self::OrderWritten,
        Self::OrderLeaving,
        Self::OrderAnswered,
        Self::ResultTold,
        Self::ResultWritten,
    ];

    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PhotoKept => "photo_kept",
            Self::PhotoWritten => "photo_written",
            Self::OrderChecked => "order_checked",
            Self::OrderInWriting => "order_in_writing",
            Self::OrderWritten => "order_written",
            Self::OrderLeaving => "order_leaving",
            Self::OrderAnswered => "order_answered",
            Self::ResultTold => "result_told",
            Self::ResultWritten => "result_written",
        }
    }
}

/// The variable that names the file.
pub const FILE: &str = "LANEDESK_HALT_FILE";

/// Ends the hub here, if a test asked for it.
#[cfg(debug_assertions)]
pub(crate) fn at(point: Point) {
    let asked = std::env::var_os(FILE).and_then(|file| std::fs::read_to_string(file).ok());
    if asked.is_some_and(|word| word.trim() == point.as_str()) {
        std::process::abort();
    }
}

/// Nothing: release builds have no such points.
#[cfg(not(debug_assertions))]
pub(crate) const fn at(_: Point) {}
