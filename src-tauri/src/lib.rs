//! The desk: the app people hold.

pub mod commands;
pub mod contract;
pub mod desk;
pub mod events;
