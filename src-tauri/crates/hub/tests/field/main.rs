//! The hub beside a simulated lot, over real sockets: what devices tell, what people do, what the records then say.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure message")]

mod approval;
mod debt;
mod desk;
mod evidence;
mod late;
mod live;
mod live_faults;
mod live_limits;
mod lot;
mod money;
mod passages;
mod pictures;
mod races;
mod reads;
mod recording;
mod release;
mod rises;
mod silence;
mod stays;
mod stream;
mod watch;
mod watcher;
