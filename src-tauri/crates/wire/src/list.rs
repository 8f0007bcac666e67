//! How lists answer.

use serde::{Deserialize, Serialize};

/// One page of a list. `next` is the cursor of the page after this one; absent on the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows, best or newest first.
    pub items: Vec<T>,
    /// Send back as `cursor` for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
