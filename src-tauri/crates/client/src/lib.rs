//! The hub's client.

mod language;
mod opening;

pub use language::Language;
pub use opening::OpeningFilter;
