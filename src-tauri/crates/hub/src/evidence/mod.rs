//! Photos of documents (R23, R24, R36): what is taken in, and how they are shown.
//!
//! Everything here is pure work on bytes. Who may see a photo, and what is written down about it, is in `ops::evidence`.

mod bitmap_font;
mod container;
mod dhash;
mod intake;
mod raster;
mod text_mask;
mod thumb;
mod watermark;

pub use dhash::distance;
pub use intake::{BadImage, Intake, MAX_BYTES, MAX_PIXELS, MAX_SIDE, intake, take_in};
pub use thumb::masked;
pub use watermark::{Viewer, marked};

/// Pictures worked on at once; each takes one processor and up to 300 MB.
static AT_ONCE: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// Runs work on a picture off the threads that serve requests, a few at a time. None: it panicked.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    // The semaphore is never closed; without a turn the work would only be done at once.
    let _turn = AT_ONCE.acquire().await;
    tokio::task::spawn_blocking(work).await.ok()
}
