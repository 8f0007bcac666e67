//! What a supervisor looks at each morning: figures of a day, each beside its own past, each leading to its rows.

use crate::search::LotRef;
use lanedesk_domain::money::Fen;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words_enum! {
    /// A figure of a day.
    FigureName {
        AbnormalExitsPer100, UnpaidFen, Rises, UnresolvedOrders, WaitingP50, WaitingP90, Abandoned, HandlingP90,
        CorrectionsPer100, CallsPer100, OfflineMinutes, LongStays, DebtsFen, CashFen, Approvals, EvidenceToReview
    }
}

words_enum! {
    /// How a figure is read.
    Unit { Count, Percent, Seconds, Minutes, Fen }
}

words_enum! {
    /// The list a figure leads to.
    RowsOf { Openings, Rises, Cases, Calls, Debts, Cash, Devices, Approvals, Stays, Evidence }
}

/// A list and its filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct LeadsTo {
    /// Which list.
    pub rows: RowsOf,
    /// Its filter, as the list's query takes it.
    pub filter: BTreeMap<String, String>,
}

/// One part of a figure: a lane, a camera or a person that stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct FigurePart {
    /// What or who.
    pub label: String,
    /// Its value.
    pub value: f64,
    /// Its rows.
    pub leads_to: LeadsTo,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Figure {
    /// Which.
    pub name: FigureName,
    /// How it is read.
    pub unit: Unit,
    /// Its value of the day; absent where there was nothing to measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The median of the 28 days before; absent where none of them had a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// The 28 days before, oldest first, to be drawn; null where there was nothing to measure.
    pub past: Vec<Option<f64>>,
    /// Clearly above the median: more than half again.
    pub worse: bool,
    /// Its rows.
    pub leads_to: LeadsTo,
    /// The five largest parts.
    pub parts: Vec<FigurePart>,
}

/// `GET /api/morning/{day}?lot=`: one day (local, `2026-11-22`) of the lots in scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Morning {
    /// The day.
    pub day: String,
    /// The lot, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotRef>,
    /// The figures, in the order they are read.
    pub figures: Vec<Figure>,
}

words_enum! {
    /// What cases are counted by.
    CasesBy { Outcome, Lot, Hour, Person }
}

/// One bar of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CasesBar {
    /// An outcome's word (empty: none told), a lot's or person's id, or the hour as two digits, local time.
    pub key: String,
    /// Shown to people; empty for outcomes, which the page puts into words.
    pub label: String,
    /// Cases.
    pub cases: u32,
    /// Half of them were handled in this time or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_p50_s: Option<u32>,
    /// Nine in ten were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_p90_s: Option<u32>,
}

/// `GET /api/cases/statistics?by=&from=&to=&lot=&person=`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CaseStatistics {
    /// Cases that ended in the time asked for.
    pub cases: u32,
    /// Calls in it.
    pub calls: u32,
    /// Of them, given up by the driver.
    pub abandoned: u32,
    /// Half of the calls waited so long or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_p50_s: Option<u32>,
    /// Nine in ten did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_p90_s: Option<u32>,
    /// Half of the cases were handled in this time or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_p50_s: Option<u32>,
    /// Nine in ten were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_p90_s: Option<u32>,
    /// Money collected in cash in that time.
    pub cash_fen: Fen,
    /// The bars.
    pub bars: Vec<CasesBar>,
}
