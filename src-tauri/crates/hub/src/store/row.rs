//! Rows as any engine gives them, and how they become values: by `serde`, columns by the names of fields, or a tuple by
//! their order.
//!
//! A field that no column has the name of is a part of the row: `holder: Holder` reads `holder__id`, `holder__name` and
//! `holder__role` where there are such columns, else `id`, `name` and `role`. A part that may be missing is missing where
//! each of its `holder__…` is null. Lists and maps stand in one column, as JSON.

use super::StoreError;
use serde::{
    Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess, SeqAccess, Visitor},
    forward_to_deserialize_any,
};
use sqlx::{
    Column, Decode, Row as _, Sqlite, TypeInfo as _, ValueRef as _,
    postgres::{PgRow, PgValueRef, Postgres},
    sqlite::{SqliteRow, SqliteValueRef},
};

/// A row type: `#[derive(serde::Deserialize)]` makes one. Times are milliseconds there.
pub trait Row: DeserializeOwned + Send {}
impl<T: DeserializeOwned + Send> Row for T {}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ColumnValue {
    Null,
    Int(i64),
    Real(f64),
    Bool(bool),
    Text(String),
}

/// The columns of a row.
#[derive(Debug)]
pub(super) struct Record<'n> {
    names: Vec<&'n str>,
    cells: Vec<ColumnValue>,
}

impl<'n> Record<'n> {
    pub(super) fn new(names: Vec<&'n str>, cells: Vec<ColumnValue>) -> Self {
        Self { names, cells }
    }

    pub(super) fn of_sqlite(row: &'n SqliteRow) -> Result<Self, StoreError> {
        let cell = |at| row.try_get_raw(at).map_err(|e| corrupt(&e)).and_then(|raw| of_sqlite(raw));
        let cells = (0..row.len()).map(cell).collect::<Result<_, _>>()?;
        Ok(Self::new(row.columns().iter().map(Column::name).collect(), cells))
    }

    pub(super) fn of_postgres(row: &'n PgRow) -> Result<Self, StoreError> {
        let cell = |at| row.try_get_raw(at).map_err(|e| corrupt(&e)).and_then(|raw| of_postgres(raw));
        let cells = (0..row.len()).map(cell).collect::<Result<_, _>>()?;
        Ok(Self::new(row.columns().iter().map(Column::name).collect(), cells))
    }

    pub(super) fn read<T: Row>(&self) -> Result<T, StoreError> {
        T::deserialize(RowPart { record: self, head: "" }).map_err(|error| corrupt(&error))
    }
}

fn corrupt(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

fn of_sqlite(raw: SqliteValueRef<'_>) -> Result<ColumnValue, StoreError> {
    if raw.is_null() {
        return Ok(ColumnValue::Null);
    }
    let kind = raw.type_info().into_owned();
    let cell = match kind.name() {
        "INTEGER" | "BOOLEAN" => <i64 as Decode<Sqlite>>::decode(raw).map(ColumnValue::Int),
        "REAL" => <f64 as Decode<Sqlite>>::decode(raw).map(ColumnValue::Real),
        _ => <String as Decode<Sqlite>>::decode(raw).map(ColumnValue::Text),
    };
    cell.map_err(|error| corrupt(&error))
}

fn of_postgres(raw: PgValueRef<'_>) -> Result<ColumnValue, StoreError> {
    if raw.is_null() {
        return Ok(ColumnValue::Null);
    }
    let kind = raw.type_info().into_owned();
    let cell = match kind.name() {
        "INT8" => <i64 as Decode<Postgres>>::decode(raw).map(ColumnValue::Int),
        "INT4" => <i32 as Decode<Postgres>>::decode(raw).map(|number| ColumnValue::Int(number.into())),
        "BOOL" => <bool as Decode<Postgres>>::decode(raw).map(ColumnValue::Bool),
        "FLOAT8" => <f64 as Decode<Postgres>>::decode(raw).map(ColumnValue::Real),
        "TEXT" | "VARCHAR" | "NAME" => <String as Decode<Postgres>>::decode(raw).map(ColumnValue::Text),
        other => return Err(StoreError::Corrupt(format!("no row holds a {other}"))),
    };
    cell.map_err(|error| corrupt(&error))
}

type RowError = de::value::Error;

/// A whole row, or a part of one.
#[derive(Clone, Copy)]
struct RowPart<'a> {
    record: &'a Record<'a>,
    /// What the names of the part's columns begin with; empty: it shares the row's own.
    head: &'a str,
}

impl RowPart<'_> {
    fn is_null(self) -> bool {
        let mut cells = self.record.names.iter().zip(&self.record.cells);
        cells.all(|(name, cell)| !name.starts_with(self.head) || *cell == ColumnValue::Null)
    }
}

impl<'de> Deserializer<'de> for RowPart<'_> {
    type Error = RowError;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, RowError> {
        Err(RowError::custom(format_args!("no such column among {}", self.record.names.join(", "))))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.head {
            // A row is never missing, so what is looked for is a column.
            "" => self.deserialize_any(visitor),
            _ if self.is_null() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, RowError> {
        visitor.visit_map(NamedColumns { whole: self, fields: fields.iter(), name: "", at: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_seq(ColumnSequence(self.record.cells.iter()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple_struct map enum identifier ignored_any
    }
}

struct NamedColumns<'a> {
    whole: RowPart<'a>,
    fields: std::slice::Iter<'static, &'static str>,
    name: &'static str,
    /// Where the next column is looked for first: most rows name theirs in the order of the fields.
    at: usize,
}

impl NamedColumns<'_> {
    fn column(&self) -> Option<usize> {
        let names = &self.whole.record.names;
        let is = |name: &&str| name.strip_prefix(self.whole.head) == Some(self.name);
        let near = names.get(self.at).is_some_and(is).then_some(self.at);
        near.or_else(|| names.iter().position(is))
    }
}

impl<'de> MapAccess<'de> for NamedColumns<'_> {
    type Error = RowError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, RowError> {
        let Some(name) = self.fields.next() else { return Ok(None) };
        self.name = name;
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, RowError> {
        let RowPart { record, head } = self.whole;
        let value = if let Some(at) = self.column() {
            self.at = at + 1;
            seed.deserialize(ValueReader(&record.cells[at]))
        } else {
            let own = format!("{head}{}__", self.name);
            let has_own = record.names.iter().any(|name| name.starts_with(&own));
            seed.deserialize(RowPart { record, head: if has_own { &own } else { head } })
        };
        value.map_err(|error| RowError::custom(format_args!("{}: {error}", self.name)))
    }
}

struct ColumnSequence<'a>(std::slice::Iter<'a, ColumnValue>);

impl<'de> SeqAccess<'de> for ColumnSequence<'_> {
    type Error = RowError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, RowError> {
        self.0.next().map(|cell| seed.deserialize(ValueReader(cell))).transpose()
    }
}

struct ValueReader<'a>(&'a ColumnValue);

impl ValueReader<'_> {
    /// What JSON text says; another cell as it is.
    fn json<'de, V, F>(self, visitor: V, read: F) -> Result<V::Value, RowError>
    where
        V: Visitor<'de>,
        F: FnOnce(&mut Json<'_>, V) -> serde_json::Result<V::Value>,
    {
        let ColumnValue::Text(text) = self.0 else { return self.deserialize_any(visitor) };
        let mut json = Json::from_reader(text.as_bytes());
        let value = read(&mut json, visitor).map_err(RowError::custom)?;
        json.end().map_err(RowError::custom)?;
        Ok(value)
    }
}

/// What is read of it is owned, whereas text that is at hand might be borrowed.
type Json<'a> = serde_json::Deserializer<serde_json::de::IoRead<&'a [u8]>>;

impl<'de> Deserializer<'de> for ValueReader<'_> {
    type Error = RowError;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.0 {
            ColumnValue::Null => visitor.visit_unit(),
            ColumnValue::Int(number) => visitor.visit_i64(*number),
            ColumnValue::Real(number) => visitor.visit_f64(*number),
            ColumnValue::Bool(truth) => visitor.visit_bool(*truth),
            ColumnValue::Text(text) => visitor.visit_str(text),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.0 {
            // SQLite has no other truth.
            ColumnValue::Int(number) => visitor.visit_bool(*number != 0),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.0 {
            ColumnValue::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, RowError> {
        match self.0 {
            ColumnValue::Text(text) => text.as_str().into_deserializer().deserialize_enum(name, variants, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.0 {
            // The only bytes a row holds are those of ids, written out.
            ColumnValue::Text(text) => {
                visitor.visit_bytes(uuid::Uuid::parse_str(text).map_err(RowError::custom)?.as_bytes())
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        self.json(visitor, |json, visitor| json.deserialize_seq(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, RowError> {
        self.json(visitor, |json, visitor| json.deserialize_tuple(len, visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        self.json(visitor, |json, visitor| json.deserialize_map(visitor))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string byte_buf unit unit_struct tuple_struct struct
        identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanedesk_domain::{
        ids::{LaneId, OrderId},
        lane::Direction,
        time::Timestamp,
    };
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Holder {
        name: String,
        open: bool,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Lease {
        lane: LaneId,
        direction: Option<Direction>,
        at: Timestamp,
        until: Option<Timestamp>,
        holder: Holder,
    }

    fn text(text: &str) -> ColumnValue {
        ColumnValue::Text(text.to_owned())
    }

    #[test]
    fn columns_become_fields_by_name_and_a_part_has_its_own() {
        let names = vec!["open", "lane", "at", "until", "name", "direction"];
        let cells =
            vec![ColumnValue::Int(1), text("E01"), ColumnValue::Int(5), ColumnValue::Null, text("张三"), text("exit")];
        let lease: Lease = Record::new(names, cells).read().unwrap();
        let holder = Holder { name: "张三".to_owned(), open: true };
        let (lane, direction) = ("E01".parse().unwrap(), Some(Direction::Exit));
        assert_eq!(lease, Lease { lane, direction, at: Timestamp(5), until: None, holder });
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Parts {
        id: OrderId,
        seen: Option<Seen>,
        by: Option<Holder>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Seen {
        at: Option<Timestamp>,
        by: Option<Holder>,
        doubtful: Vec<u8>,
        plate_box: Option<[f32; 2]>,
        facts: BTreeMap<String, String>,
    }

    #[test]
    fn a_part_may_have_columns_of_its_own_and_be_missing() {
        let id = OrderId::new();
        let columns = [
            ("id", text(&id.to_string())),
            ("by__name", text("李四")),
            ("by__open", ColumnValue::Bool(false)),
            ("seen__at", ColumnValue::Null),
            ("seen__doubtful", text("[1,2]")),
            ("seen__plate_box", text("[0.5,1]")),
            ("seen__facts", text(r#"{"a":"b"}"#)),
            ("seen__by__name", ColumnValue::Null),
            ("seen__by__open", ColumnValue::Null),
        ];
        let (names, mut cells): (Vec<&str>, Vec<ColumnValue>) = columns.into_iter().unzip();
        let facts = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        let seen = Seen { at: None, by: None, doubtful: vec![1, 2], plate_box: Some([0.5, 1.0]), facts };
        let by = Some(Holder { name: "李四".to_owned(), open: false });
        let parts: Parts = Record::new(names.clone(), cells.clone()).read().unwrap();
        assert_eq!(parts, Parts { id, seen: Some(seen), by });
        cells[4] = text("[1,2] 3");
        let trailing = Record::new(names.clone(), cells.clone()).read::<Parts>().unwrap_err().to_string();
        assert!(trailing.contains("seen: "), "{trailing}");
        cells[1..].fill(ColumnValue::Null);
        let parts: Parts = Record::new(names, cells).read().unwrap();
        assert_eq!(parts, Parts { id, seen: None, by: None });
    }

    #[test]
    fn a_tuple_takes_them_in_order_and_what_does_not_fit_is_named() {
        let record = Record::new(vec!["a", "b"], vec![ColumnValue::Int(7), ColumnValue::Null]);
        assert_eq!(record.read::<(i64, Option<String>)>().unwrap(), (7, None));
        let wrong = record.read::<(String, Option<String>)>().unwrap_err().to_string();
        assert!(wrong.contains("integer `7`"), "{wrong}");
        let lacks = record.read::<Holder>().unwrap_err().to_string();
        assert!(lacks.contains("no such column among a, b"), "{lacks}");
        let bad = Record::new(vec!["name", "open"], vec![text("x"), text("y")]);
        let bad = bad.read::<Holder>().unwrap_err().to_string();
        assert!(bad.contains("open: "), "{bad}");
    }
}
