//! What a list may be asked for, as the page fills it in and the query carries it.

use crate::{debt::DebtState, maintenance::MaintenanceState, site::SiteTable, warning::Pattern};
use lanedesk_domain::{
    ids::{DeviceId, LaneId, LotId, PersonId},
    lane::Direction,
    opening::{OpeningKind, Passage, Source},
    order::OrderResult,
    time::Timestamp,
};
use std::collections::BTreeMap;

/// A figure's own filter, as the list's query takes it; `cursor` asks for the page behind.
pub type PastFilter = BTreeMap<String, String>;

/// Every part may be left out, and is then not sent.
macro_rules! filters {
    ($($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $type:ty,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, specta::Type)]
        #[serde(default)]
        pub struct $name {$(
            $(#[$about])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>,
        )+}
    )+};
}

filters! {
    /// Which openings are wanted; a part left out filters nothing.
    OpeningFilter {
        /// Of this lot.
        lot: LotId,
        /// Of this lane.
        lane: LaneId,
        /// Of this plate.
        plate: String,
        /// Of this reason's code.
        reason: String,
        /// In or out.
        direction: Direction,
        /// By this person.
        person: PersonId,
        /// By lookup or by call.
        source: Source,
        /// By the rules or against them.
        kind: OpeningKind,
        /// With this result.
        result: OrderResult,
        /// Whether the vehicle was seen to pass.
        passage: Passage,
        /// Only those that owe photos (补录).
        owing: bool,
        /// With money due and no matching payment.
        unpaid: bool,
        /// Whose device failed, or never said what it did.
        unresolved: bool,
        /// In this hour of the day, 0 to 23, by the hub's clock.
        hour: u8,
        /// From this moment on.
        from: Timestamp,
        /// Before this moment.
        to: Timestamp,
        /// At most so many, 500 at most.
        limit: u32,
        /// The page after the one that gave this `next`.
        cursor: String,
    }
    /// Which debts are wanted; a part left out filters nothing.
    DebtFilter {
        /// Of this lot.
        lot: LotId,
        /// Of this plate.
        plate: String,
        /// That stand so.
        state: DebtState,
        /// Filed by this person.
        person: PersonId,
        /// Filed from this moment on.
        from: Timestamp,
        /// Filed before this moment.
        to: Timestamp,
        /// At most so many, 500 at most.
        limit: u32,
        /// The page after the one that gave this `next`.
        cursor: String,
    }
    /// Which rises are wanted; a part left out filters nothing.
    RiseFilter {
        /// Of this lot.
        lot: LotId,
        /// Of this lane.
        lane: LaneId,
        /// From this moment on.
        from: Timestamp,
        /// Before this moment.
        to: Timestamp,
        /// At most so many, 500 at most.
        limit: u32,
        /// The page after the one that gave this `next`.
        cursor: String,
    }
    /// Which warnings are wanted; a part left out filters nothing.
    WarningFilter {
        /// Of this lot.
        lot: LotId,
        /// Of this pattern.
        pattern: Pattern,
        /// From this moment on.
        from: Timestamp,
        /// Before this moment.
        to: Timestamp,
        /// At most so many, 500 at most.
        limit: u32,
        /// The page after the one that gave this `next`.
        cursor: String,
    }
    /// A time and what of it; a part left out filters nothing. For cash, and for counts of cases.
    WorkFilter {
        /// Of this lot.
        lot: LotId,
        /// By this person.
        person: PersonId,
        /// From this moment on.
        from: Timestamp,
        /// Before this moment.
        to: Timestamp,
        /// The page after the one that gave this `next`.
        cursor: String,
    }
    /// Which repairs are wanted.
    MaintenanceFilter {
        /// Open or closed.
        state: MaintenanceState,
        /// Of this lot.
        lot: LotId,
        /// Of this device.
        device: DeviceId,
        /// The page after the one that gave this `next`.
        cursor: String,
    }
    /// Which rows are wanted; a part left out filters nothing.
    RowFilter {
        /// In their name or id.
        q: String,
        /// Of this lot, where rows have one.
        lot: String,
        /// At most so many.
        limit: u32,
        /// The page after the one that gave this `next`.
        cursor: String,
    }
    /// Which changes are wanted.
    ChangeFilter {
        /// Of this table.
        table: SiteTable,
        /// Of this row.
        id: String,
        /// What this import did, row by row.
        import: String,
        /// The page after the one that gave this `next`.
        cursor: String,
    }
}
