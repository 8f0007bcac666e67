//! The hub's client: session, orders sent once, event stream with resume.
//!
//! It knows the hub's HTTP contract and nothing of windows or commands. It keeps no rules: what may be done is the
//! hub's to say. The token lives in here, is sent and never shown: not in `Debug`, not in errors, not in logs.

mod account;
mod address;
mod clock;
mod endpoint;
mod error;
mod hub;
mod language;
mod live;
mod morning;
mod once;
mod opening;
mod order;
mod pace;
mod photo;
mod picture;
mod release;
mod report;
mod robot;
mod segment;
mod session;
mod site;
mod socket;
mod stream;
mod trust;

pub use address::{Address, BadAddress};
pub use clock::HubClock;
pub use error::{CallError, problem_here};
pub use hub::{Hub, Token};
pub use language::Language;
pub use live::{LiveNews, LivePicture};
pub use opening::ExportFormat;
pub use pace::Pace;
pub use photo::TakenPhoto;
pub use picture::{PicturePath, StillImage};
pub use release::ReleaseDone;
pub use report::{BadDay, Day};
pub use site::{Import, SiteFormat};
pub use stream::{Stream, StreamNews};
pub use trust::{BadAuthority, Trust};
