//! The hub beside a simulated lot, over real sockets: what devices tell, what people do, what the records then say.
#![expect(
    clippy::unwrap_used,
    reason = "a panic in a test's helper is the failure message"
)]

mod lot;
mod money;
mod pictures;
mod reads;
mod silence;
mod stays;
