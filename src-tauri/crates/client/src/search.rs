//! Finding lots, lanes and records, and the board.

use crate::{CallError, Hub};
use lanedesk_wire::{board::BoardItem, list::Page, record::Records, search::SearchHits};

impl Hub {
    /// Lots and lanes while typing (R5).
    pub async fn search(&self, query: &str) -> Result<SearchHits, CallError> {
        self.get_with("/api/search", &[("q", query)]).await
    }

    /// Stays, payments, cases and openings of a plate, phone or order number (R41).
    pub async fn records(&self, query: &str) -> Result<Records, CallError> {
        self.get_with("/api/records", &[("q", query)]).await
    }

    /// What is being handled now, for every role (R7).
    pub async fn handled(&self) -> Result<Page<BoardItem>, CallError> {
        self.get("/api/handled").await
    }
}
