//! Reads one row key by key, and notes what is missing, of the wrong kind or not known.

use super::{
    check::{Names, SiteContext},
    fault::Faults,
};
use lanedesk_domain::{money::Fen, time::Timestamp};
use lanedesk_wire::site::{Cell, Cells, SiteTable};
use std::{
    collections::BTreeSet,
    fmt::{Display, Write as _},
    str::FromStr,
};
use toml::de::{DeTable, DeValue};

/// Where a row comes from.
#[derive(Clone, Copy)]
pub(super) enum RowSource<'a, 'i> {
    /// A table of a text.
    Text(&'a DeTable<'i>),
    /// A form, or a row as a change keeps it.
    Cells(&'a Cells),
}

/// A value as it is given.
pub(super) enum SourceValue<'a> {
    Text(&'a str),
    /// None: one that is too large.
    Number(Option<i64>),
    Decimal,
    Truth(bool),
    Time(String),
    /// Each with the byte it stands at.
    List(Vec<(usize, Self)>),
    Table,
}

impl<'a> SourceValue<'a> {
    pub(super) fn of(value: &'a DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text),
            DeValue::Integer(number) => {
                Self::Number(i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok())
            }
            DeValue::Float(_) => Self::Decimal,
            DeValue::Boolean(truth) => Self::Truth(*truth),
            DeValue::Datetime(at) => Self::Time(at.to_string()),
            DeValue::Array(items) => {
                Self::List(items.iter().map(|item| (item.span().start, Self::of(item.get_ref()))).collect())
            }
            DeValue::Table(_) => Self::Table,
        }
    }

    pub(super) fn of_cell(cell: &'a Cell) -> Self {
        match cell {
            Cell::Truth(truth) => Self::Truth(*truth),
            Cell::Number(number) => Self::Number(Some(*number)),
            Cell::List(items) => Self::List(items.iter().map(|item| (0, Self::Text(item))).collect()),
            Cell::Text(text) => Self::Text(text),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "a whole number",
            Self::Decimal => "a decimal number",
            Self::Truth(_) => "true or false",
            Self::Time(_) => "a time",
            Self::List(_) => "a list",
            Self::Table => "a table",
        }
    }
}

/// One row. Every key must be asked for once; [`FormRow::end`] notes the others as unknown.
pub(crate) struct FormRow<'a, 'i> {
    section: &'static str,
    table: SiteTable,
    source: RowSource<'a, 'i>,
    /// Where the row begins, for faults that concern it as a whole.
    at: usize,
    asked: BTreeSet<&'static str>,
    excused: bool,
    /// What the database already has.
    pub(super) known: &'a SiteContext,
    pub(super) names: &'a mut Names,
    faults: &'a mut Faults,
}

impl<'a, 'i> FormRow<'a, 'i> {
    pub(super) fn new(
        (section, table): (&'static str, SiteTable),
        (source, at): (RowSource<'a, 'i>, usize),
        known: &'a SiteContext,
        names: &'a mut Names,
        faults: &'a mut Faults,
    ) -> Self {
        Self { section, table, source, at, asked: BTreeSet::new(), excused: false, known, names, faults }
    }

    pub(super) fn find(&mut self, key: &'static str) -> Option<SourceValue<'a>> {
        self.asked.insert(key);
        match self.source {
            RowSource::Text(table) => table.get(key).map(|value| SourceValue::of(value.get_ref())),
            RowSource::Cells(cells) => cells.get(key)?.as_ref().map(SourceValue::of_cell),
        }
    }

    fn stands(&self, key: &str) -> Option<usize> {
        match self.source {
            RowSource::Text(table) => table.get(key).map(|value| value.span().start),
            RowSource::Cells(cells) => cells.get(key)?.as_ref().map(|_| 0),
        }
    }

    /// Where the value of `key` stands, or the row where there is none.
    pub(super) fn place(&self, key: &str) -> usize {
        self.stands(key).unwrap_or(self.at)
    }

    fn note(&mut self, at: usize, reason: String) {
        if !self.excused {
            self.faults.at(at, reason);
        }
    }

    /// Notes a fault at the value of `key`.
    pub(super) fn fault(&mut self, key: &str, reason: impl Display) {
        self.note(self.place(key), format!("{}.{key}: {reason}", self.section));
    }

    fn wrong_kind(&mut self, key: &'static str, wanted: &str, given: &SourceValue<'_>) {
        self.fault(key, format_args!("must be {wanted}, not {}", given.kind()));
    }

    fn required<T>(&mut self, key: &'static str, value: Option<T>) -> Option<T> {
        if self.stands(key).is_none() {
            self.note(self.at, format!("{}: {key} is missing", self.section));
        }
        value
    }

    /// Notes a second `what` of the same name, for example two passes for one lot and plate.
    pub(super) fn only_once(&mut self, what: &'static str, name: String, key: &str) {
        if !self.excused {
            self.names.only_once(what, name, self.place(key), self.faults);
        }
    }

    /// Lets the other keys pass unread: the row is refused for another reason.
    pub(super) fn excuse(&mut self) {
        self.excused = true;
    }

    /// Notes every key nobody asked for.
    pub(super) fn end(mut self) {
        let keys: Vec<(usize, &str)> = match self.source {
            RowSource::Text(table) => table.keys().map(|key| (key.span().start, &**key.get_ref())).collect(),
            RowSource::Cells(cells) => {
                cells.iter().filter(|(_, cell)| cell.is_some()).map(|(key, _)| (0, key.as_str())).collect()
            }
        };
        for (at, key) in keys {
            if !self.asked.contains(key) {
                self.note(at, format!("{}: there is no key {key:?}", self.section));
            }
        }
    }
}

/// Texts.
impl FormRow<'_, '_> {
    /// Text that may be absent; empty text counts as absent.
    pub(super) fn text_or_none(&mut self, key: &'static str) -> Option<String> {
        match self.find(key)? {
            SourceValue::Text(text) if text.trim().is_empty() => None,
            SourceValue::Text(text) => Some(text.trim().to_owned()),
            other => {
                self.wrong_kind(key, "text in quotes", &other);
                None
            }
        }
    }

    /// Text that must be there and not empty.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let text = self.text_or_none(key);
        if matches!(self.find(key), Some(SourceValue::Text(given)) if given.trim().is_empty()) {
            self.fault(key, "is empty");
        }
        self.required(key, text)
    }

    /// Text that may be absent and is then empty.
    pub(super) fn text_or_empty(&mut self, key: &'static str) -> String {
        self.text_or_none(key).unwrap_or_default()
    }

    /// Text that names the row: there is only one `what` of it.
    pub(super) fn only(&mut self, key: &'static str, what: &'static str) -> Option<String> {
        let text = self.text(key)?;
        self.only_once(what, text.clone(), key);
        Some(text)
    }

    /// Text that is taken as given, blanks at its ends included: passwords and keys.
    pub(super) fn secret(&mut self, key: &'static str) -> Option<String> {
        match self.find(key)? {
            SourceValue::Text("") => {
                self.fault(key, "is empty");
                None
            }
            SourceValue::Text(text) => Some(text.to_owned()),
            other => {
                self.wrong_kind(key, "text in quotes", &other);
                None
            }
        }
    }

    /// One of these words, where it is given.
    fn word(&mut self, key: &'static str, word: Option<String>, words: &[&str]) -> Option<String> {
        if let Some(word) = word.as_deref().filter(|word| !words.contains(word)) {
            self.fault(key, format_args!("{word:?} is none of {}", words.join(", ")));
        }
        word
    }

    /// One of these words.
    pub(super) fn one_of(&mut self, key: &'static str, words: &[&str]) -> Option<String> {
        let word = self.text(key);
        self.word(key, word, words)
    }

    /// One of these words, or none.
    pub(super) fn one_of_or_none(&mut self, key: &'static str, words: &[&str]) -> Option<String> {
        let word = self.text_or_none(key);
        self.word(key, word, words)
    }

    /// One of these words, or `usual` where it is absent.
    pub(super) fn one_of_or(&mut self, key: &'static str, words: &[&str], usual: &str) -> String {
        self.one_of_or_none(key, words).unwrap_or_else(|| usual.to_owned())
    }
}

/// Ids, words of closed sets, and lists of them.
impl FormRow<'_, '_> {
    fn parse<T: Word>(&mut self, key: &'static str, text: &str) -> Option<T> {
        text.parse().map_err(|error: T::Err| self.fault(key, explained(text, &error))).ok()
    }

    /// Text that must be there and parse.
    pub(super) fn parsed<T: Word>(&mut self, key: &'static str) -> Option<T> {
        let text = self.text(key)?;
        self.parse(key, &text)
    }

    /// The id that other rows name this one by.
    pub(super) fn declared<T: Word>(&mut self, key: &'static str) -> Option<T> {
        let id: T = self.parsed(key)?;
        self.names.declare((self.section, self.table), id.to_string(), self.place(key), self.faults);
        Some(id)
    }

    fn mention(&mut self, key: &'static str, stands: &str, table: SiteTable, id: String) {
        self.names.mention((table, id), self.place(stands), (self.section, key));
    }

    /// The id of a row of another table.
    pub(super) fn refers<T: Word>(&mut self, key: &'static str, table: SiteTable) -> Option<T> {
        let id: T = self.parsed(key)?;
        self.mention(key, key, table, id.to_string());
        Some(id)
    }

    /// The same, where it is given.
    pub(super) fn refers_or_none<T: Word>(&mut self, key: &'static str, table: SiteTable) -> Option<T> {
        let text = self.text_or_none(key)?;
        let id: T = self.parse(key, &text)?;
        self.mention(key, key, table, id.to_string());
        Some(id)
    }

    /// The ids of rows of another table; absent: none.
    pub(super) fn refers_each<T: Word>(&mut self, key: &'static str, table: SiteTable) -> Vec<T> {
        let ids: Vec<T> = self.list(key);
        for id in &ids {
            self.mention(key, key, table, id.to_string());
        }
        ids
    }

    /// The ids of devices, as a list or as a text under the key of `one`.
    pub(super) fn cameras<T: Word>(&mut self, key: &'static str, one: &'static str) -> Vec<T> {
        let mut ids: Vec<T> = self.list(key);
        if let Some(text) = self.text_or_none(one) {
            ids.extend(self.parse(one, &text));
        }
        let stands = if ids.len() > 1 { key } else { one };
        for id in &ids {
            self.mention(key, stands, SiteTable::Device, id.to_string());
        }
        ids
    }

    /// A list of texts; absent: empty.
    pub(super) fn list<T: Word>(&mut self, key: &'static str) -> Vec<T> {
        let items = match self.find(key) {
            Some(SourceValue::List(items)) => items,
            Some(other) => {
                self.wrong_kind(key, "a list", &other);
                return Vec::new();
            }
            None => return Vec::new(),
        };
        let mut list = Vec::with_capacity(items.len());
        for (at, item) in items {
            let mut why = format!("{}.{key}: ", self.section);
            match item {
                SourceValue::Text(text) => match text.trim().parse::<T>() {
                    Ok(one) => {
                        list.push(one);
                        continue;
                    }
                    Err(error) => why.push_str(&explained(text, &error)),
                },
                // Writing to a String cannot fail.
                other => drop(write!(why, "must hold texts, not {}", other.kind())),
            }
            self.note(at, why);
        }
        list
    }
}

/// Numbers, truths and times.
impl FormRow<'_, '_> {
    /// A whole number of at least `least`, where it is given.
    fn whole<T: TryFrom<i64>>(&mut self, key: &'static str, least: i64) -> Option<T> {
        let SourceValue::Number(Some(number)) = self.find(key)? else {
            self.fault(key, "must be a whole number");
            return None;
        };
        if number < least {
            self.fault(key, format_args!("must be {least} or more"));
            return None;
        }
        T::try_from(number).map_err(|_| self.fault(key, format_args!("must be {} or less", u32::MAX))).ok()
    }

    /// A whole number of at least `least`, or `usual` where it is absent.
    pub(super) fn number<T: TryFrom<i64>>(&mut self, key: &'static str, usual: T, least: i64) -> T {
        self.whole(key, least).unwrap_or(usual)
    }

    /// A whole number that must be there.
    pub(super) fn number_required<T: TryFrom<i64>>(&mut self, key: &'static str, least: i64) -> Option<T> {
        let number = self.whole(key, least);
        self.required(key, number)
    }

    /// An amount that must be there.
    pub(super) fn fen(&mut self, key: &'static str) -> Option<Fen> {
        self.number_required(key, 0).map(Fen)
    }

    /// An amount that may be absent.
    pub(super) fn fen_or_none(&mut self, key: &'static str) -> Option<Fen> {
        self.whole(key, 0).map(Fen)
    }

    /// `true` or `false`, or `usual` where it is absent.
    pub(super) fn truth(&mut self, key: &'static str, usual: bool) -> bool {
        self.truth_or_none(key).unwrap_or(usual)
    }

    /// `true` or `false`, where it is said.
    pub(super) fn truth_or_none(&mut self, key: &'static str) -> Option<bool> {
        match self.find(key)? {
            SourceValue::Truth(truth) => Some(truth),
            other => {
                self.wrong_kind(key, "true or false", &other);
                None
            }
        }
    }

    /// A point in time: RFC 3339, or a date at the lots. A date's `last` moment is meant where something ends.
    pub(super) fn time(&mut self, key: &'static str, last: bool) -> Option<Timestamp> {
        let text = match self.find(key) {
            Some(SourceValue::Text(text)) => Some(text.trim().to_owned()),
            Some(SourceValue::Time(text)) => Some(text),
            Some(other) => {
                self.wrong_kind(key, "a time or date", &other);
                None
            }
            None => None,
        };
        let text = self.required(key, text)?;
        let time = moment(&text, last);
        if time.is_none() {
            self.fault(key, "must be a time like 2026-05-01T08:00:00+08:00 or a date like 2026-05-01");
        }
        time
    }
}

fn moment(text: &str, last: bool) -> Option<Timestamp> {
    if text.len() != "2026-05-01".len() {
        return text.parse().ok();
    }
    let midnight = Timestamp::of_local_day(text).ok()?;
    Some(if last { midnight.local_midnight(1).plus_ms(-1) } else { midnight })
}

/// An id, or a word of a closed set.
pub(super) trait Word: FromStr<Err: Display> + Display {}
impl<T: FromStr<Err: Display> + Display> Word for T {}

/// Why a text did not parse, in a sentence that names the text.
fn explained(text: &str, error: &impl Display) -> String {
    let (text, why) = (format!("{text:?}"), error.to_string());
    if why.starts_with(&text) { why } else { format!("{text} is {why}") }
}
