//! What a noun of the site is: a struct whose fields are written once, each with how it is read and where it rests. The file,
//! the sheet, the tables, the comparison and the list of changes follow from it.

use super::{Site, read::FormRow};
use lanedesk_domain::{
    ids::{AreaId, DeviceId, IntegrationId, LaneId, LotId, RobotId},
    lane::LaneDirection,
    money::Fen,
    pass::PassStatus,
    person::Role,
    robot::{RobotLanguage, RobotScene},
    time::Timestamp,
};
use lanedesk_wire::site::{Cell, Cells, SiteTable};

/// How a key's value rests in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
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

/// Where a field rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldPlace {
    /// In this column.
    Column(&'static str),
    /// In the column `settings`, a JSON text; what is not so, or is not said, is left out there.
    Settings,
    /// Sealed; a file that says nothing of it leaves it as it is.
    Sealed,
    /// Taken for a new row only.
    First,
    /// In a table of its own.
    Apart,
}

/// One field of a noun.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// The key of the site file.
    pub(crate) key: &'static str,
    /// How its value rests.
    pub(crate) kind: ColumnKind,
    pub(crate) place: FieldPlace,
}

impl Field {
    /// Its own column, where it has one.
    pub(crate) fn column(&self) -> Option<&'static str> {
        match self.place {
            FieldPlace::Column(column) => Some(column),
            _ => None,
        }
    }
}

/// A field's value in a form that files, sheets and tables share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldValue {
    /// Text, a word or an id.
    Text(Option<String>),
    /// A whole number.
    Number(Option<i64>),
    /// Yes or no.
    Truth(Option<bool>),
    /// A moment.
    Time(Timestamp),
    /// Texts or ids.
    List(Vec<String>),
}

impl FieldValue {
    /// The value on one line, as a sheet has it.
    pub(crate) fn line(self) -> String {
        match self {
            Self::Text(text) => text.unwrap_or_default(),
            Self::Number(number) => number.map(|number| number.to_string()).unwrap_or_default(),
            Self::Truth(truth) => truth.map(|truth| truth.to_string()).unwrap_or_default(),
            Self::Time(at) => at.to_string(),
            Self::List(items) => items.join(" "),
        }
    }

    /// The value as a form has it.
    fn cell(self) -> Option<Cell> {
        match self {
            Self::Text(text) => text.map(Cell::Text),
            Self::Number(number) => number.map(Cell::Number),
            Self::Truth(truth) => truth.map(Cell::Truth),
            Self::Time(at) => Some(Cell::Text(at.to_string())),
            Self::List(items) => Some(Cell::List(items)),
        }
    }

    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.as_ref().is_none_or(String::is_empty),
            Self::Number(number) => number.is_none(),
            Self::Truth(truth) => truth.is_none(),
            Self::Time(_) => false,
            Self::List(items) => items.is_empty(),
        }
    }
}

/// A type fields have.
pub(super) trait FieldType {
    /// How it rests.
    const KIND: ColumnKind = ColumnKind::Plain;
    /// Its value.
    fn value(&self) -> FieldValue;
}

macro_rules! held {
    ($([$kind:ident] $($type:ty),+ => |$held:ident| $value:expr;)+) => {$($(
        impl FieldType for $type {
            const KIND: ColumnKind = ColumnKind::$kind;
            fn value(&self) -> FieldValue { let $held = self; $value }
        }
    )+)+};
}
held! {
    [Plain] LaneDirection, PassStatus, Role, RobotScene, RobotLanguage, IntegrationId => |word| FieldValue::Text(Some(word.to_string()));
    [Plain] i64 => |number| FieldValue::Number(Some(*number));
    [Plain] u32 => |number| FieldValue::Number(Some((*number).into()));
    [Plain] Fen => |fen| FieldValue::Number(Some(fen.0));
    [Plain] Option<Fen> => |fen| FieldValue::Number(fen.map(|fen| fen.0));
    [Truth] bool => |truth| FieldValue::Truth(Some(*truth));
    [Truth] Option<bool> => |truth| FieldValue::Truth(*truth);
    [Time] Timestamp => |at| FieldValue::Time(*at);
}
macro_rules! texts {
    ($($type:ty),+) => {
        held! {
            [Plain] $($type),+ => |text| FieldValue::Text(Some(text.to_string()));
            [Plain] $(Option<$type>),+ => |text| FieldValue::Text(text.as_ref().map(ToString::to_string));
            [Json] $(Vec<$type>),+ => |items| FieldValue::List(items.iter().map(ToString::to_string).collect());
        }
    };
}
texts!(String, AreaId, LotId, LaneId, DeviceId, RobotId);

/// A row of the site, whatever it is of.
pub(crate) trait NounRow: Sync {
    /// Its table.
    fn table(&self) -> SiteTable;
    /// Its fields, in the order of the contract.
    fn fields(&self) -> &'static [Field];
    /// Their values.
    fn values(&self) -> Vec<FieldValue>;
    /// What names it in a file.
    fn name(&self) -> String;
    /// What people call it.
    fn label(&self) -> String;
    /// Puts it into a site.
    fn put(&self, site: &mut Site);
    /// Its values by their keys.
    fn cells(&self) -> Cells {
        self.fields().iter().zip(self.values()).map(|(field, value)| (field.key.to_owned(), value.cell())).collect()
    }
}

/// A noun: rows of one table.
pub(crate) trait Noun: NounRow + Clone {
    /// The section of the site file.
    const SECTION: &'static str;
    const TABLE: SiteTable;
    /// The fields, in the order of the contract.
    const FIELDS: &'static [Field];
    /// Reads a row. None: it has a fault, which is noted.
    fn read(row: &mut FormRow<'_, '_>) -> Option<Self>;
}

/// Where a field rests: in the column of its name, `at "another"`, or `in` a [`FieldPlace`].
macro_rules! place {
    ($key:ident) => {
        FieldPlace::Column(stringify!($key))
    };
    ($key:ident at $column:literal) => {
        FieldPlace::Column($column)
    };
    ($key:ident in $place:ident) => {
        FieldPlace::$place
    };
}
pub(super) use place;

/// What a reader of [`FormRow`] takes for a field; one that `must` be there may be none, which is a fault that is noted.
macro_rules! take {
    ($row:ident, $field:ident, must $how:ident, $($arg:expr),*) => {
        $row.$how(stringify!($field) $(, $arg)*)
    };
    ($row:ident, $field:ident, $how:ident, $($arg:expr),*) => {
        Some($row.$how(stringify!($field) $(, $arg)*))
    };
}
pub(super) use take;

/// Declares a noun: `"section" Struct in its list, what names a row, the field people call it by`, and each field with its
/// type and the reader of [`FormRow`] that takes it from a row. `check` sees the fields that could be read, each an `Option`, and
/// notes what is wrong with them together.
macro_rules! noun {
    (
        $(#[$doc:meta])*
        $section:literal $kind:ident in $list:ident, $name:expr, called $label:ident {
            $($(#[$note:meta])* $field:ident: $type:ty = $($how:ident)+ ($($arg:expr),*) $(at $column:literal)? $(in $place:ident)?),+ $(,)?
        }
        $(check($row:ident) $check:block)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, serde::Deserialize)]
        pub struct $kind {
            $($(#[$note])* pub $field: $type),+
        }

        impl NounRow for $kind {
            fn table(&self) -> SiteTable { SiteTable::$kind }
            fn fields(&self) -> &'static [Field] { Self::FIELDS }
            fn values(&self) -> Vec<FieldValue> { vec![$(FieldType::value(&self.$field)),+] }
            fn name(&self) -> String { let name: fn(&Self) -> String = $name; name(self) }
            fn label(&self) -> String {
                match FieldType::value(&self.$label) {
                    FieldValue::List(items) => items.into_iter().next().unwrap_or_default(),
                    value => value.line(),
                }
            }
            fn put(&self, site: &mut Site) { site.$list.push(self.clone()); }
        }

        impl Noun for $kind {
            const SECTION: &'static str = $section;
            const TABLE: SiteTable = SiteTable::$kind;
            const FIELDS: &'static [Field] = &[$(Field {
                key: stringify!($field),
                kind: <$type as FieldType>::KIND,
                place: place!($field $(at $column)? $(in $place)?),
            }),+];
            fn read(row: &mut FormRow<'_, '_>) -> Option<Self> {
                $(let $field: Option<$type> = take!(row, $field, $($how)+, $($arg),*);)+
                $({ let $row = &mut *row; $check })?
                Some(Self { $($field: $field?),+ })
            }
        }

        /// Shows what names it: some rows hold secrets.
        impl std::fmt::Debug for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($kind)).field("name", &self.name()).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use noun;

/// Declares the site of all its nouns.
macro_rules! site {
    ($($(#[$note:meta])* $list:ident: $kind:ident),+ $(,)?) => {
        /// Everything a site file can say.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct Site {
            $($(#[$note])* pub $list: Vec<$kind>,)+
            /// Where codes lead; the others keep what they have.
            pub links: BTreeMap<Link, String>,
            /// Settings that hold for every lot, by name; the others keep what they have.
            pub rules: BTreeMap<String, i64>,
        }

        impl Site {
            /// Every row but those of links and rules, in the order of the contract.
            pub(crate) fn rows(&self) -> impl Iterator<Item = &dyn NounRow> {
                std::iter::empty() $(.chain(self.$list.iter().map(|row| row as &dyn NounRow)))+
            }

            /// Takes out the rows that are not to stay.
            pub(crate) fn retain(&mut self, stays: impl Fn(&dyn NounRow) -> bool) {
                $(self.$list.retain(|row| stays(row));)+
            }

            /// Takes the rows of another site.
            pub(crate) fn append(&mut self, other: Self) {
                $(self.$list.extend(other.$list);)+
                self.links.extend(other.links);
                self.rules.extend(other.rules);
            }
        }

        /// The sections that are lists, each with its table and what reads one row of it.
        pub(super) const SECTIONS: &[Section] = &[$(Section {
            name: $kind::SECTION,
            table: $kind::TABLE,
            read: |row, site| site.$list.extend($kind::read(row)),
        }),+];
    };
}
pub(super) use site;

/// A section that is a list.
pub(super) struct Section {
    /// Its word.
    pub(super) name: &'static str,
    pub(super) table: SiteTable,
    /// Reads one row of it. A row with a fault is left out; the fault is noted and the whole text will be refused.
    pub(super) read: fn(&mut FormRow<'_, '_>, &mut Site),
}
