//! The hub: the one place that owns locks, orders, records and field devices.
//!
//! `http` parses and maps, `ops` holds the sequence of each use case, `store` the records, `domain` (another crate) the
//! rules. Not here: anything about windows or desks.

pub mod actor;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod clock;
#[doc(hidden)]
pub mod crash_points;
pub mod directory;
pub mod error;
pub mod evidence;
pub mod expiry;
pub mod files;
pub mod http;
pub mod hub;
pub mod listen;
pub mod live;
pub mod metrics;
pub mod ops;
pub mod origin;
pub mod push;
pub mod refusal;
pub mod robots;
pub mod runtime;
pub mod search;
pub mod serve;
pub mod signature;
pub mod site;
pub mod stills;
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tls;
pub mod vault;
