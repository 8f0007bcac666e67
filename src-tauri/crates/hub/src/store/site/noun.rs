//! What each table of the site looks like beside the fields of its noun: what names a row, what is secret.

use super::import::Secrets;
use crate::{
    site::{
        self,
        noun::{ColumnKind, Field, FieldPlace, FieldValue, Noun},
    },
    store::Arg,
};
use lanedesk_wire::site::SiteTable;
use serde_json::json;

/// A key of a row that is no field in a column of its own, and the SQL that gives its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    key: &'static str,
    sql: &'static str,
    kind: ColumnKind,
}

const fn plain(key: &'static str, sql: &'static str) -> Column {
    of(ColumnKind::Plain, key, sql)
}

const fn of(kind: ColumnKind, key: &'static str, sql: &'static str) -> Column {
    Column { key, sql, kind }
}

/// A table of the site; its alias in every text is `x`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NounTable {
    /// The table's name, or the query that stands for it.
    pub(super) table: &'static str,
    /// What names a row: an upsert goes by it.
    pub(super) key: &'static [&'static str],
    /// What stands in the path.
    pub(super) id: &'static str,
    /// What people call a row.
    pub(super) label: &'static str,
    /// A lot the row belongs to; null: none.
    pub(super) lot: &'static str,
    /// More that is looked through by `q`.
    pub(super) also: &'static str,
    /// What is sealed of it; empty: nothing.
    pub(super) sealed: &'static str,
    /// The column in which that rests; empty: none.
    sealed_in: &'static str,
    fields: &'static [Field],
    more: &'static [Column],
    /// What a site file says of a field that stands in no column of its own, or is sealed there.
    said: &'static [(&'static str, &'static str)],
}

const fn noun_of<T: Noun>() -> NounTable {
    NounTable {
        table: T::SECTION,
        key: &["id"],
        id: "x.id",
        label: "x.name",
        lot: "cast(null as text)",
        also: "''",
        sealed: "''",
        sealed_in: "",
        fields: T::FIELDS,
        more: &[],
        said: &[],
    }
}

const AREA: NounTable = noun_of::<site::Area>();
const LOT: NounTable = NounTable { lot: "x.id", also: "x.manager || ' ' || x.area_id", ..noun_of::<site::Lot>() };
const LANE: NounTable = NounTable { lot: "x.lot_id", also: "x.code || ' ' || x.lot_id", ..noun_of::<site::Lane>() };
const DEVICE: NounTable = NounTable {
    label: "x.id",
    also: "x.settings",
    sealed: "x.secrets",
    sealed_in: "secrets",
    more: &[of(ColumnKind::Flat, "", "x.settings")],
    ..noun_of::<site::Device>()
};
const ROBOT: NounTable = NounTable {
    label: "x.number",
    also: "x.phone",
    sealed: "x.secret",
    sealed_in: "secret",
    said: &[("key", "x.secret")],
    ..noun_of::<site::Robot>()
};
const SEAT: NounTable = NounTable { key: &["number"], id: "x.number", label: "x.number", ..noun_of::<site::Seat>() };
const LOTS: &str = "select target_id as v from person_scope where person_id = x.id and kind = 'lot' order by target_id";
const AREAS: &str =
    "select target_id as v from person_scope where person_id = x.id and kind = 'area' order by target_id";
const PERSON: NounTable = NounTable {
    also: "x.username",
    more: &[
        of(ColumnKind::Many, "lots", LOTS),
        of(ColumnKind::Many, "areas", AREAS),
        of(ColumnKind::Truth, "disabled", "x.disabled_at is not null"),
        of(ColumnKind::Truth, "must_change", "x.must_change"),
        of(ColumnKind::Truth, "second_factor", "x.factor_at is not null"),
    ],
    said: &[
        // Only a hash is known.
        ("password", "null"),
        // Nothing is said of a password that only another machine's login has to change.
        ("must_change", "case when x.must_change or not x.handed then x.must_change end"),
    ],
    ..noun_of::<site::Person>()
};
const REASON: NounTable = NounTable { key: &["code"], id: "x.code", label: "x.text", ..noun_of::<site::Reason>() };
const PASS: NounTable = NounTable {
    label: "coalesce((select min(y.plate) from pass_plate y where y.pass_id = x.id), '')",
    lot: "x.lot_id",
    more: &[of(ColumnKind::Many, "plates", "select plate as v from pass_plate where pass_id = x.id order by plate")],
    ..noun_of::<site::Pass>()
};
const VEHICLE: NounTable = NounTable {
    key: &["lot_id", "plate"],
    id: "x.lot_id || ':' || x.plate",
    label: "x.plate",
    lot: "x.lot_id",
    ..noun_of::<site::Vehicle>()
};
const TARIFF: NounTable =
    NounTable { key: &["lot_id"], id: "x.lot_id", label: "x.lot_id", lot: "x.lot_id", ..noun_of::<site::Tariff>() };
const INTEGRATION: NounTable = NounTable {
    label: "x.id",
    sealed: "x.secret || ' ' || coalesce(x.next_secret, '')",
    sealed_in: "secret",
    said: &[("secret", "x.secret")],
    ..noun_of::<site::Integration>()
};
/// Written a row a language.
const TEMPLATE: NounTable =
    NounTable { key: &["scene", "lang"], id: "x.scene", label: "x.scene", ..noun_of::<site::Template>() };
/// One row a scene, its languages side by side.
const SCENE: NounTable = NounTable {
    table: "(select scene,
        max(case lang when 'zh' then text end) as text, max(case lang when 'zh' then speech end) as speech,
        max(case lang when 'en' then text end) as text_en, max(case lang when 'en' then speech end) as speech_en
        from template group by scene)",
    fields: &[],
    more: &[
        plain("scene", "x.scene"),
        plain("text", "x.text"),
        plain("speech", "x.speech"),
        plain("text_en", "x.text_en"),
        plain("speech_en", "x.speech_en"),
    ],
    ..TEMPLATE
};
const RULE: NounTable =
    NounTable { table: "rule", key: &["name"], id: "x.name", fields: &[], more: &[plain("value", "x.value")], ..AREA };
const LINK: NounTable = NounTable { table: "link", more: &[plain("name", "x.name"), plain("url", "x.url")], ..RULE };

/// The table of a word, as its rows are looked at.
pub(super) fn noun(table: SiteTable) -> &'static NounTable {
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
        SiteTable::Template => &SCENE,
        SiteTable::Link => &LINK,
    }
}

impl NounTable {
    /// The keys of a row with what their values are, in the order of [`NounTable::values`].
    pub(super) fn keys(&self) -> impl Iterator<Item = (&'static str, ColumnKind)> {
        let own = self.fields.iter().filter(|field| field.column().is_some());
        own.map(|field| (field.key, field.kind)).chain(self.more.iter().map(|column| (column.key, column.kind)))
    }

    /// SQL of one JSON object of all values.
    pub(super) fn values(&self, sqlite: bool) -> String {
        let own =
            self.fields.iter().filter_map(|field| Some((field.key, format!("x.{}", field.column()?), field.kind)));
        let more = self.more.iter().map(|column| (column.key, column.sql.to_owned(), column.kind));
        let value = |(key, sql, kind): (&str, String, ColumnKind)| match (kind, sqlite) {
            (ColumnKind::Json | ColumnKind::Flat, true) => format!("'{key}', json({sql})"),
            (ColumnKind::Json | ColumnKind::Flat, false) => format!("'{key}', ({sql})::json"),
            (ColumnKind::Many, _) => format!("'{key}', {}", many(&sql, sqlite)),
            _ => format!("'{key}', {sql}"),
        };
        let values = own.chain(more).map(value).collect::<Vec<_>>().join(", ");
        if sqlite { format!("json_object({values})") } else { format!("json_build_object({values})::text") }
    }
}

/// The texts of a query as JSON.
fn many(sql: &str, sqlite: bool) -> String {
    if sqlite {
        format!("(select json_group_array(v) from ({sql}))")
    } else {
        format!("(select coalesce(json_agg(v), '[]'::json) from ({sql}) t)")
    }
}

/// How a noun's rows are read and written as structs.
pub(crate) trait NounStore: Noun {
    /// Its table as rows are written.
    fn stored() -> &'static NounTable {
        match Self::TABLE {
            SiteTable::Template => &TEMPLATE,
            table => noun(table),
        }
    }

    /// The query that gives every row.
    fn all(sqlite: bool) -> String {
        let noun = Self::stored();
        let value = |field: &Field| {
            let said = noun.said.iter().find(|(key, _)| *key == field.key).map(|(_, sql)| (*sql).to_owned());
            let apart =
                || noun.more.iter().find(|column| column.key == field.key).map(|column| many(column.sql, sqlite));
            let sql = said.or_else(|| Some(format!("x.{}", field.column()?))).or_else(apart)?;
            let text = if sqlite || field.place != FieldPlace::Apart { "" } else { "::text" };
            Some(format!("{sql}{text} as \"{}\"", field.key))
        };
        let values: Vec<String> = Self::FIELDS.iter().filter_map(value).collect();
        format!("select {} from {} x", values.join(", "), noun.table)
    }

    /// The columns an import writes.
    fn columns() -> Vec<&'static str> {
        let mut columns: Vec<&str> = Self::FIELDS.iter().filter_map(Field::column).collect();
        if Self::FIELDS.iter().any(|field| field.place == FieldPlace::Settings) {
            columns.push("settings");
        }
        columns.extend(Some(Self::stored().sealed_in).filter(|column| !column.is_empty()));
        columns
    }

    /// The values of those columns.
    fn args(&self, secrets: &Secrets) -> Vec<Arg> {
        let own = Self::FIELDS.iter().zip(self.values()).filter(|(field, _)| field.column().is_some());
        let mut args: Vec<Arg> = own.map(|(_, value)| arg(value)).collect();
        if Self::FIELDS.iter().any(|field| field.place == FieldPlace::Settings) {
            args.push(self.settings().into());
        }
        if !Self::stored().sealed_in.is_empty() {
            args.push(secrets.rows.get(&(Self::TABLE, self.name())).map_or("", String::as_str).into());
        }
        args
    }

    /// Its settings as they rest, JSON.
    fn settings(&self) -> String {
        let settings = Self::FIELDS.iter().zip(self.values()).filter(|(field, _)| field.place == FieldPlace::Settings);
        let said = settings.filter_map(|(field, value)| {
            let value = match value {
                FieldValue::Text(text) => json!(text?),
                FieldValue::Number(number) => json!(number?),
                FieldValue::Truth(truth) => json!(truth.filter(|truth| *truth)?),
                FieldValue::Time(at) => json!(at),
                FieldValue::List(items) => json!(items),
            };
            Some((field.key.to_owned(), value))
        });
        serde_json::Value::Object(said.collect()).to_string()
    }
}
impl<T: Noun> NounStore for T {}

fn arg(value: FieldValue) -> Arg {
    match value {
        FieldValue::Text(text) => Arg::Text(text),
        FieldValue::Number(number) => Arg::Int(number),
        FieldValue::Truth(truth) => Arg::Bool(truth.unwrap_or_default()),
        FieldValue::Time(at) => at.into(),
        FieldValue::List(items) => json!(items).to_string().into(),
    }
}
