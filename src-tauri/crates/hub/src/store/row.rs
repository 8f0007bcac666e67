//! Rows as any engine gives them, and how they become values: by `serde`, columns by the names of fields, or a tuple by
//! their order.
//!
//! A field that no column has the name of is a part of the row with columns of its own.

use super::StoreError;
use serde::{
    Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess, SeqAccess, Visitor},
    forward_to_deserialize_any,
};
use sqlx::{
    Column as _, Decode, Row as _, Sqlite, TypeInfo as _, ValueRef as _,
    postgres::{PgRow, PgValueRef, Postgres},
    sqlite::{SqliteRow, SqliteValueRef},
};

/// A row type: `#[derive(serde::Deserialize)]` makes one. Times are milliseconds there.
pub trait Row: DeserializeOwned + Send {}
impl<T: DeserializeOwned + Send> Row for T {}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
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
    cells: Vec<Cell>,
}

impl<'n> Record<'n> {
    pub(super) fn new(names: Vec<&'n str>, cells: Vec<Cell>) -> Self {
        Self { names, cells }
    }

    pub(super) fn of_sqlite(row: &'n SqliteRow) -> Result<Self, StoreError> {
        let cell = |at| row.try_get_raw(at).map_err(|e| corrupt(&e)).and_then(|raw| of_sqlite(raw));
        let cells = (0..row.len()).map(cell).collect::<Result<_, _>>()?;
        Ok(Self::new(row.columns().iter().map(|column| column.name()).collect(), cells))
    }

    pub(super) fn of_postgres(row: &'n PgRow) -> Result<Self, StoreError> {
        let cell = |at| row.try_get_raw(at).map_err(|e| corrupt(&e)).and_then(|raw| of_postgres(raw));
        let cells = (0..row.len()).map(cell).collect::<Result<_, _>>()?;
        Ok(Self::new(row.columns().iter().map(|column| column.name()).collect(), cells))
    }

    pub(super) fn read<T: Row>(&self) -> Result<T, StoreError> {
        T::deserialize(Whole(self)).map_err(|error| corrupt(&error))
    }
}

fn corrupt(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

fn of_sqlite(raw: SqliteValueRef<'_>) -> Result<Cell, StoreError> {
    if raw.is_null() {
        return Ok(Cell::Null);
    }
    let kind = raw.type_info().into_owned();
    let cell = match kind.name() {
        "INTEGER" | "BOOLEAN" => <i64 as Decode<Sqlite>>::decode(raw).map(Cell::Int),
        "REAL" => <f64 as Decode<Sqlite>>::decode(raw).map(Cell::Real),
        _ => <String as Decode<Sqlite>>::decode(raw).map(Cell::Text),
    };
    cell.map_err(|error| corrupt(&error))
}

fn of_postgres(raw: PgValueRef<'_>) -> Result<Cell, StoreError> {
    if raw.is_null() {
        return Ok(Cell::Null);
    }
    let kind = raw.type_info().into_owned();
    let cell = match kind.name() {
        "INT8" => <i64 as Decode<Postgres>>::decode(raw).map(Cell::Int),
        "INT4" => <i32 as Decode<Postgres>>::decode(raw).map(|number| Cell::Int(number.into())),
        "BOOL" => <bool as Decode<Postgres>>::decode(raw).map(Cell::Bool),
        "FLOAT8" => <f64 as Decode<Postgres>>::decode(raw).map(Cell::Real),
        "TEXT" | "VARCHAR" | "NAME" => <String as Decode<Postgres>>::decode(raw).map(Cell::Text),
        other => return Err(StoreError::Corrupt(format!("no row holds a {other}"))),
    };
    cell.map_err(|error| corrupt(&error))
}

type Error = de::value::Error;

/// A whole row, or a part of one whose columns are named by its fields.
#[derive(Clone, Copy)]
struct Whole<'a>(&'a Record<'a>);

impl<'de> Deserializer<'de> for Whole<'_> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom(format_args!("no such column among {}", self.0.names.join(", "))))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(ByName { record: self.0, fields: fields.iter(), asked: "", at: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(InOrder(self.0.cells.iter()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple_struct map enum identifier ignored_any
    }
}

struct ByName<'a> {
    record: &'a Record<'a>,
    fields: std::slice::Iter<'static, &'static str>,
    asked: &'static str,
    /// Where the next column is looked for first: most rows name theirs in the order of the fields.
    at: usize,
}

impl<'de> MapAccess<'de> for ByName<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(field) = self.fields.next() else { return Ok(None) };
        self.asked = field;
        seed.deserialize(field.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let names = &self.record.names;
        let near = names.get(self.at).is_some_and(|name| *name == self.asked).then_some(self.at);
        match near.or_else(|| names.iter().position(|name| *name == self.asked)) {
            Some(at) => {
                self.at = at + 1;
                let value = seed.deserialize(Value(&self.record.cells[at]));
                value.map_err(|error| Error::custom(format_args!("{}: {error}", self.asked)))
            }
            None => seed.deserialize(Whole(self.record)),
        }
    }
}

struct InOrder<'a>(std::slice::Iter<'a, Cell>);

impl<'de> SeqAccess<'de> for InOrder<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|cell| seed.deserialize(Value(cell))).transpose()
    }
}

struct Value<'a>(&'a Cell);

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Cell::Null => visitor.visit_unit(),
            Cell::Int(number) => visitor.visit_i64(*number),
            Cell::Real(number) => visitor.visit_f64(*number),
            Cell::Bool(truth) => visitor.visit_bool(*truth),
            Cell::Text(text) => visitor.visit_str(text),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            // SQLite has no other truth.
            Cell::Int(number) => visitor.visit_bool(*number != 0),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Cell::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Cell::Text(text) => text.as_str().into_deserializer().deserialize_enum(name, variants, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanedesk_domain::{ids::LaneId, lane::Direction, time::Timestamp};

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

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn columns_become_fields_by_name_and_a_part_has_its_own() {
        let names = vec!["open", "lane", "at", "until", "name", "direction"];
        let cells = vec![Cell::Int(1), text("E01"), Cell::Int(5), Cell::Null, text("张三"), text("exit")];
        let lease: Lease = Record::new(names, cells).read().unwrap();
        let holder = Holder { name: "张三".to_owned(), open: true };
        let (lane, direction) = ("E01".parse().unwrap(), Some(Direction::Exit));
        assert_eq!(lease, Lease { lane, direction, at: Timestamp(5), until: None, holder });
    }

    #[test]
    fn a_tuple_takes_them_in_order_and_what_does_not_fit_is_named() {
        let record = Record::new(vec!["a", "b"], vec![Cell::Int(7), Cell::Null]);
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
