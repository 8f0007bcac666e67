//! Photos of documents (R23, R24, R36): what is taken in, and how they are shown.
//!
//! Everything here is pure work on bytes. Who may see a photo, and what is written down about it, is in `ops::evidence`.

mod container;
mod intake;
mod near;
mod raster;

pub use intake::{BadImage, Intake, MAX_BYTES, MAX_PIXELS, MAX_SIDE, intake, take_in};
pub use near::distance;
