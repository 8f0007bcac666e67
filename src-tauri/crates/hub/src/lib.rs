//! The hub: the one place that owns locks, orders, records and field devices.
//!
//! `http` parses and maps, `ops` holds the sequence of each use case, `store` the records, `domain` (another crate) the
//! rules. Not here: anything about windows or desks.

pub mod actor;
pub mod clock;
pub mod directory;
pub mod error;
pub mod hub;
pub mod search;
pub mod site;
pub mod store;
pub mod vault;
