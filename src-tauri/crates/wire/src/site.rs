//! The site as administrators change it: rows of one table at a time, with the keys of the site file (R34).

use crate::{account::OneTimeCode, problem::Holder};
use lanedesk_domain::{barrier::BarrierState, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{
    PartialSchema as _,
    openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type},
};

words_enum! {
    /// A table of the site; the word is the section of the site file (`rule` and `link`: one line of `[rules]` and of
    /// `[links]`; `template`: a scene of the robots with its words in every language).
    SiteTable {
        Area, Lot, Lane, Device, Robot, Seat, Person, Reason, Pass, Vehicle, Tariff, Integration, Rule, Template, Link
    }
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Cell {
    /// `true` or `false`.
    Truth(bool),
    /// A whole number; money is 分.
    Number(#[specta(type = f64)] i64),
    /// Texts or ids.
    List(Vec<String>),
    /// Text, a word, an id, or a time in RFC 3339.
    Text(String),
}

/// A row by the site file's keys. Null or left out: nothing is said.
pub type Cells = BTreeMap<String, Option<Cell>>;

/// A row in the contract: a value, or null where nothing is said. The derive knows no optional values of a map.
fn cells() -> Schema {
    let nothing = ObjectBuilder::new().schema_type(Type::Null);
    let value = OneOfBuilder::new().item(nothing).item(Cell::schema());
    ObjectBuilder::new().additional_properties(Some(Schema::OneOf(value.build()))).build().into()
}

/// A row with what is needed to change it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct SiteRow {
    /// Its table.
    pub table: SiteTable,
    /// What stands in the path.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Sent back with a change; it differs after every change of the row.
    pub version: String,
    /// Its values. Secrets never stand here.
    #[schema(schema_with = cells)]
    pub row: Cells,
    /// The secrets that are set: `password`, `push_key`, `next_push_key`, `key`, `secret`, `next_secret`.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// With what a new person sets their password, told in the answer to their making and never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_time_code: Option<OneTimeCode>,
}

/// `POST /api/site/{table}`: a new row. A new person gets a code made by the hub, to set their password with.
#[derive(Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct AddRow {
    /// Its values.
    #[schema(schema_with = cells)]
    pub row: Cells,
}

/// `PUT /api/site/{table}/{id}`: the row as it should be. A secret left out stays, null removes it.
#[derive(Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ChangeRow {
    /// The version the change was made from; another: 409 `changed_meanwhile` with `current`.
    pub version: String,
    /// Its values.
    #[schema(schema_with = cells)]
    pub row: Cells,
}

impl std::fmt::Debug for AddRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddRow { .. }")
    }
}

impl std::fmt::Debug for ChangeRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangeRow").field("version", &self.version).finish_non_exhaustive()
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct RowFault {
    /// The line of a site file or the row of a sheet, from 1 (the titles are row 1); absent for a single row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// The site file's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong, and what would be right.
    pub words: String,
}

words_enum! {
    /// What became of a row.
    ChangeKind { Added, Changed, Removed, Imported }
}

/// A change of the site. `GET /api/site/changes`, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct SiteChange {
    /// Its id.
    pub id: String,
    /// The table; absent for an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<SiteTable>,
    /// The row.
    pub row_id: String,
    /// What people call it.
    pub label: String,
    /// What became of it.
    pub kind: ChangeKind,
    /// Who.
    pub by: Holder,
    /// When.
    pub at: Timestamp,
    /// The row before; absent for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = cells, required = false)]
    pub before: Option<Cells>,
    /// The row after; absent for one that is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = cells, required = false)]
    pub after: Option<Cells>,
    /// Whether it can be taken back now: nobody has changed the row (of an import: any of its rows) since, and no
    /// secret went with it.
    pub undoable: bool,
    /// Who took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<Holder>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
    /// The change it took back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// It weakened a rule of control, and this second administrator confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<Holder>,
    /// It weakened a rule of control, and there was nobody else who could have confirmed it.
    #[serde(default)]
    pub alone: bool,
}

words_enum! {
    /// Where a change that weakens a rule of control stands.
    PendingState { Waiting, Confirmed, Refused }
}

words_enum! {
    /// What a second administrator says.
    PendingWord { Confirm, Refuse }
}

/// A change that weakens a rule of control. `GET /api/site/pending`: those that wait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct PendingChange {
    /// Its id.
    pub id: String,
    /// Rules or reasons.
    pub table: SiteTable,
    /// The row.
    pub row_id: String,
    /// What people call it.
    pub label: String,
    /// Who asks.
    pub by: Holder,
    /// When.
    pub at: Timestamp,
    /// The row as it was; absent for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = cells, required = false)]
    pub before: Option<Cells>,
    /// The row as it would be; absent for one that would go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = cells, required = false)]
    pub after: Option<Cells>,
    /// Where it stands.
    pub state: PendingState,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<Holder>,
    /// Whether the one who looks may answer it.
    pub answerable: bool,
}

/// `POST /api/site/pending/{pending}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct AnswerPending {
    /// What they say.
    pub answer: PendingWord,
}

/// One row an import adds or changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct WillChange {
    /// The table.
    pub table: SiteTable,
    /// What people call it.
    pub label: String,
    /// Added or changed.
    pub kind: ChangeKind,
    /// The keys that change; empty for a new row.
    pub fields: Vec<String>,
}

/// `POST /api/site/import`: what it did, or with `preview=true` would do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ImportResult {
    /// Whether it was written: whole or not at all.
    pub written: bool,
    /// Rows in the file.
    pub rows: u32,
    /// Of them, new.
    pub added: u32,
    /// Of them, different from what is there.
    pub changed: u32,
    /// Of them, as they are already.
    pub same: u32,
    /// What is wrong; one is enough for nothing to be written.
    pub faults: Vec<RowFault>,
    /// The first 200 rows that are added or changed.
    pub sample: Vec<WillChange>,
    /// Worth a look, but no fault: several lanes on one barrier, new people without a password.
    pub notes: Vec<String>,
}

words_enum! {
    /// Where an import stands.
    ImportPhase { Reading, Checking, Comparing, Writing }
}

/// One line of an import answered as `application/x-ndjson`; the last line has `result`, or `problem` in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ImportProgress {
    /// What is being done.
    pub phase: ImportPhase,
    /// Rows done of it.
    pub done: u32,
    /// Rows in all; 0 while they are not counted.
    pub total: u32,
    /// The end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ImportResult>,
    /// Why it ended without a result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<crate::problem::Problem>,
}

words_enum! {
    /// A part of a device that can be tried.
    TestedPart { Connection, Still, PlateCamera, Barrier, Live }
}

/// `POST /api/site/device/{id}/test`: what is tried.
#[derive(Clone, Default, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct TryDevice {
    /// The device as it stands in a form, which need not be saved. A secret left out is the saved one, null is none.
    /// Absent: as it is saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = cells, required = false)]
    pub row: Option<Cells>,
}

impl std::fmt::Debug for TryDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TryDevice { .. }")
    }
}

/// One thing tried on a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct DeviceCheck {
    /// What.
    pub part: TestedPart,
    /// Whether it worked.
    pub ok: bool,
    /// What failed, or what was found.
    pub words: String,
    /// How long it took.
    pub took_ms: u32,
}

/// `POST /api/site/device/{id}/test` 「测试」. Nothing is moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct DeviceTest {
    /// What was tried, in that order.
    pub checks: Vec<DeviceCheck>,
    /// A still, JPEG as base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still: Option<String>,
    /// The plate last read there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// Where the arm is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barrier: Option<BarrierState>,
}

words_enum! {
    /// A step of changing an integration's secret or a camera's push key: `begin` makes a new one that is accepted beside the old, `finish`
    /// puts it in its place, `cancel` forgets it.
    SecretStep { Begin, Finish, Cancel }
}

/// `POST /api/site/integration/{id}/secret`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct RotateSecret {
    /// What is wanted.
    pub step: SecretStep,
}

/// The new secret, told once by `begin`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct NewSecret {
    /// Absent after `finish` and `cancel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewSecret { .. }")
    }
}
