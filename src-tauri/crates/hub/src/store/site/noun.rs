//! What each table of the site looks like: where its rows' keys stand, what names a row, what is secret.

use lanedesk_wire::site::SiteTable;

/// How a key's value rests in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As it is: text or a whole number, or null.
    Plain,
    /// Yes or no; SQLite answers 1 and 0.
    Truth,
    /// Milliseconds UTC.
    Time,
    /// A JSON text whose value is meant.
    Json,
    /// A JSON text whose keys stand in the row themselves.
    Flat,
    /// A query of texts in a column `v`, in order.
    Many,
}

/// One key of a row, and the SQL that gives its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) key: &'static str,
    pub(crate) sql: &'static str,
    pub(crate) kind: Kind,
}

const fn plain(key: &'static str, sql: &'static str) -> Column {
    Column { key, sql, kind: Kind::Plain }
}

const fn of(kind: Kind, key: &'static str, sql: &'static str) -> Column {
    Column { key, sql, kind }
}

/// A table of the site; its alias in every text is `x`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noun {
    /// The table's name.
    pub(crate) table: &'static str,
    /// What stands in the path.
    pub(crate) id: &'static str,
    /// The key of the site file that is the id; none: the hub made it.
    pub(crate) key: Option<&'static str>,
    /// What people call a row.
    pub(crate) label: &'static str,
    /// A lot the row belongs to; null: none.
    pub(crate) lot: &'static str,
    /// More that is looked through by `q`.
    pub(crate) also: &'static str,
    /// What is sealed of it; empty: nothing.
    pub(crate) sealed: &'static str,
    /// Its keys.
    pub(crate) columns: &'static [Column],
}

const NOTHING: Noun = Noun {
    table: "",
    id: "x.id",
    key: Some("id"),
    label: "x.name",
    lot: "cast(null as text)",
    also: "''",
    sealed: "''",
    columns: &[],
};

const AREA: Noun =
    Noun { table: "area", columns: &[plain("name", "x.name"), plain("parent", "x.parent_id")], ..NOTHING };

const LOT: Noun = Noun {
    table: "lot",
    lot: "x.id",
    also: "x.manager || ' ' || x.area_id",
    columns: &[
        plain("name", "x.name"),
        plain("area", "x.area_id"),
        plain("manager", "x.manager"),
        plain("manager_phone", "x.manager_phone"),
        of(Kind::Truth, "outsiders", "x.outsiders"),
        plain("address", "x.address"),
        plain("leave_minutes", "x.leave_minutes"),
    ],
    ..NOTHING
};

const LANE: Noun = Noun {
    table: "lane",
    lot: "x.lot_id",
    also: "x.code || ' ' || x.lot_id",
    columns: &[
        plain("lot", "x.lot_id"),
        plain("name", "x.name"),
        plain("code", "x.code"),
        plain("direction", "x.direction"),
        plain("barrier", "x.barrier_id"),
        plain("plate_camera", "x.plate_camera_id"),
        of(Kind::Json, "environment_cameras", "x.environment_cameras"),
        plain("id_camera", "x.id_camera_id"),
        plain("robot", "x.robot_id"),
    ],
    ..NOTHING
};

const DEVICE: Noun = Noun {
    table: "device",
    label: "x.id",
    also: "x.settings",
    sealed: "x.secrets",
    columns: &[plain("driver", "x.driver"), of(Kind::Flat, "", "x.settings")],
    ..NOTHING
};

const ROBOT: Noun = Noun {
    table: "robot",
    label: "x.number",
    also: "x.phone",
    sealed: "x.secret",
    columns: &[plain("number", "x.number"), plain("phone", "x.phone")],
    ..NOTHING
};

const SEAT: Noun = Noun { table: "seat", id: "x.number", key: Some("number"), label: "x.number", ..NOTHING };

const PERSON: Noun = Noun {
    table: "person",
    key: None,
    also: "x.username",
    columns: &[
        plain("username", "x.username"),
        plain("name", "x.name"),
        plain("role", "x.role"),
        of(
            Kind::Many,
            "lots",
            "select target_id as v from person_scope where person_id = x.id and kind = 'lot' order by target_id",
        ),
        of(
            Kind::Many,
            "areas",
            "select target_id as v from person_scope where person_id = x.id and kind = 'area' order by target_id",
        ),
        of(Kind::Truth, "disabled", "x.disabled_at is not null"),
        of(Kind::Truth, "must_change", "x.must_change"),
        of(Kind::Truth, "second_factor", "x.factor_at is not null"),
    ],
    ..NOTHING
};

const REASON: Noun = Noun {
    table: "reason",
    id: "x.code",
    key: Some("code"),
    label: "x.text",
    columns: &[
        plain("text", "x.text"),
        plain("direction", "x.direction"),
        of(Kind::Truth, "remark", "x.remark"),
        plain("photos_min", "x.photos_min"),
        plain("photos_max", "x.photos_max"),
        of(Kind::Truth, "approval", "x.approval"),
    ],
    ..NOTHING
};

const PASS: Noun = Noun {
    table: "pass",
    key: None,
    label: "coalesce((select min(y.plate) from pass_plate y where y.pass_id = x.id), '')",
    lot: "x.lot_id",
    columns: &[
        plain("lot", "x.lot_id"),
        of(Kind::Many, "plates", "select plate as v from pass_plate where pass_id = x.id order by plate"),
        plain("status", "x.status"),
        of(Kind::Time, "valid_from", "x.valid_from"),
        of(Kind::Time, "valid_to", "x.valid_to"),
        plain("spaces", "x.spaces"),
    ],
    ..NOTHING
};

const VEHICLE: Noun = Noun {
    table: "vehicle",
    id: "x.lot_id || ':' || x.plate",
    key: None,
    label: "x.plate",
    lot: "x.lot_id",
    columns: &[
        plain("lot", "x.lot_id"),
        plain("plate", "x.plate"),
        of(Kind::Truth, "locked", "x.locked"),
        of(Kind::Truth, "blacklisted", "x.blacklisted"),
    ],
    ..NOTHING
};

const TARIFF: Noun = Noun {
    table: "tariff",
    id: "x.lot_id",
    key: Some("lot"),
    label: "x.lot_id",
    lot: "x.lot_id",
    columns: &[
        plain("free_minutes", "x.free_minutes"),
        plain("first_minutes", "x.first_minutes"),
        plain("first_fen", "x.first_fen"),
        plain("step_minutes", "x.step_minutes"),
        plain("step_fen", "x.step_fen"),
        plain("day_cap_fen", "x.day_cap_fen"),
    ],
    ..NOTHING
};

const INTEGRATION: Noun = Noun {
    table: "integration",
    label: "x.id",
    sealed: "x.secret || ' ' || coalesce(x.next_secret, '')",
    columns: &[plain("kind", "x.kind")],
    ..NOTHING
};

const RULE: Noun = Noun { table: "rule", id: "x.name", key: None, columns: &[plain("value", "x.value")], ..NOTHING };

/// One row a scene, its languages side by side.
const TEMPLATE: Noun = Noun {
    table: "(select scene,
        max(case lang when 'zh' then text end) as text, max(case lang when 'zh' then speech end) as speech,
        max(case lang when 'en' then text end) as text_en, max(case lang when 'en' then speech end) as speech_en
        from template group by scene)",
    id: "x.scene",
    key: Some("scene"),
    label: "x.scene",
    columns: &[
        plain("text", "x.text"),
        plain("speech", "x.speech"),
        plain("text_en", "x.text_en"),
        plain("speech_en", "x.speech_en"),
    ],
    ..NOTHING
};

const LINK: Noun =
    Noun { table: "link", id: "x.name", key: Some("name"), columns: &[plain("url", "x.url")], ..NOTHING };

/// The table of a word.
pub(crate) fn noun(table: SiteTable) -> &'static Noun {
    match table {
        SiteTable::Area => &AREA,
        SiteTable::Lot => &LOT,
        SiteTable::Lane => &LANE,
        SiteTable::Device => &DEVICE,
        SiteTable::Robot => &ROBOT,
        SiteTable::Seat => &SEAT,
        SiteTable::Person => &PERSON,
        SiteTable::Reason => &REASON,
        SiteTable::Pass => &PASS,
        SiteTable::Vehicle => &VEHICLE,
        SiteTable::Tariff => &TARIFF,
        SiteTable::Integration => &INTEGRATION,
        SiteTable::Rule => &RULE,
        SiteTable::Template => &TEMPLATE,
        SiteTable::Link => &LINK,
    }
}
