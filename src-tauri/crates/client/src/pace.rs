//! How long things may take.

use std::time::Duration;

/// Every period the client keeps to; tests shorten them.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// A call that moves nothing gives up after this.
    pub call: Duration,
    /// A photo of several megabytes over a phone's line is given up after this; it is sent again later.
    pub photo: Duration,
    /// The largest export is given up after this.
    pub export: Duration,
    /// The pause before a photo the hub could not take is sent again.
    pub photo_again: Duration,
    /// An order is made and sent again only within this from the press (invariant 6).
    pub order_deadline: Duration,
    /// The hub answers an order within 12 s; this waits a little longer.
    pub order_answer: Duration,
    /// Between two sendings of the same order, and between two lookups.
    pub order_again: Duration,
    /// How long lookups go on once an order can no longer act.
    pub order_lookup: Duration,
    /// The stream's connection must stand within this.
    pub connect: Duration,
    /// The hub beats every 15 s; a stream silent for this long is dead.
    pub silence: Duration,
    /// The first pause before connecting again; each further one doubles.
    pub first_pause: Duration,
    /// The longest pause before connecting again.
    pub longest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(10),
            photo: Duration::from_secs(120),
            export: Duration::from_secs(3600),
            photo_again: Duration::from_secs(5),
            order_deadline: Duration::from_secs(10),
            order_answer: Duration::from_secs(13),
            order_again: Duration::from_millis(400),
            order_lookup: Duration::from_secs(4),
            connect: Duration::from_secs(5),
            silence: Duration::from_secs(35),
            first_pause: Duration::from_millis(400),
            longest_pause: Duration::from_secs(8),
        }
    }
}
