//! How lists are told page by page.

use crate::error::{Error, Result};
use lanedesk_wire::list::Page;
use std::str::FromStr;

/// Most rows of a page.
const MOST: u32 = 500;

/// How many rows a page has at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length(u32);

impl Length {
    /// As many as are asked for, within bounds; 50 where nobody says how many.
    pub(super) fn of(limit: Option<u32>) -> Self {
        Self(limit.unwrap_or(50).clamp(1, MOST))
    }

    /// Rows to read: one more than asked for tells whether there is another page.
    pub(super) fn and_one(self) -> i64 {
        i64::from(self.0) + 1
    }

    /// The page of the rows read; `place` is the cursor behind a row.
    pub(super) fn page<T>(self, mut items: Vec<T>, place: impl Fn(&T) -> String) -> Page<T> {
        let more = items.len() > self.0 as usize;
        items.truncate(self.0 as usize);
        let next = items.last().filter(|_| more).map(place);
        Page { items, next }
    }
}

/// Where a page begins, as a cursor says it.
pub(super) fn behind<P: FromStr>(cursor: Option<&str>) -> Result<Option<P>> {
    cursor.map(str::parse).transpose().map_err(|_| Error::BadRequest("cursor".to_owned()))
}

/// A page with nothing in it.
pub(super) const fn nothing<T>() -> Page<T> {
    Page { items: Vec::new(), next: None }
}
