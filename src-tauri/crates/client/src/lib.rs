//! The hub's client: session, orders sent once, event stream with resume.
//!
//! It knows the hub's HTTP contract and nothing of windows or commands. It keeps no rules: what may be done is the
//! hub's to say. The token lives in here, is sent and never shown: not in `Debug`, not in errors, not in logs.

mod address;
mod case;
mod clock;
mod error;
mod hub;
mod lane;
mod language;
mod opening;
mod order;
mod pace;
mod picture;
mod search;
mod session;
mod stream;

pub use address::{Address, BadAddress};
pub use clock::HubClock;
pub use error::{CallError, problem_here};
pub use hub::{Hub, Token};
pub use language::Language;
pub use opening::OpeningFilter;
pub use order::Press;
pub use pace::Pace;
pub use picture::{PicturePath, StillImage};
pub use stream::{News, Stream};
