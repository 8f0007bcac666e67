//! Reads one table of the text field by field, and notes what is missing, of the wrong kind or not known.

use super::fault::Faults;
use lanedesk_domain::{ids::UnknownWord, time::Timestamp};
use std::{collections::BTreeSet, str::FromStr};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

/// One table of the text. Every key must be asked for once; [`Row::end`] notes the others as unknown.
pub(super) struct Row<'a, 'i> {
    section: &'static str,
    table: &'a DeTable<'i>,
    /// Where the table begins, for faults that concern it as a whole.
    pub(super) at: usize,
    asked: BTreeSet<&'static str>,
    excused: bool,
    pub(super) faults: &'a mut Faults,
}

impl<'a, 'i> Row<'a, 'i> {
    pub(super) fn new(section: &'static str, table: &'a DeTable<'i>, at: usize, faults: &'a mut Faults) -> Self {
        Self { section, table, at, asked: BTreeSet::new(), excused: false, faults }
    }

    fn find(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.asked.insert(key);
        self.table.get(key)
    }

    /// Where the value of `key` stands, or the table where there is none.
    pub(super) fn place(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.at, |value| value.span().start)
    }

    /// Notes a fault at the value of `key`.
    pub(super) fn fault(&mut self, key: &str, reason: impl std::fmt::Display) {
        self.faults.at(self.place(key), format!("{}.{key}: {reason}", self.section));
    }

    fn required<T>(&mut self, key: &'static str, value: Option<T>) -> Option<T> {
        if !self.table.contains_key(key) {
            self.faults.at(self.at, format!("{}: {key} is missing", self.section));
        }
        value
    }

    /// Text that may be absent; empty text counts as absent.
    pub(super) fn text_or_none(&mut self, key: &'static str) -> Option<String> {
        match self.find(key)?.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => None,
            DeValue::String(text) => Some(text.trim().to_owned()),
            other => {
                self.wrong_kind(key, "text in quotes", other);
                None
            }
        }
    }

    /// Text that may be absent and is then empty.
    pub(super) fn text_or_empty(&mut self, key: &'static str) -> String {
        self.text_or_none(key).unwrap_or_default()
    }

    /// Text that is taken as given, blanks at its ends included: passwords and keys.
    pub(super) fn secret(&mut self, key: &'static str) -> Option<String> {
        match self.find(key)?.get_ref() {
            DeValue::String(text) if text.is_empty() => {
                self.fault(key, "is empty");
                None
            }
            DeValue::String(text) => Some(text.clone().into_owned()),
            other => {
                self.wrong_kind(key, "text in quotes", other);
                None
            }
        }
    }

    /// Text that must be there and not empty.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let text = self.text_or_none(key);
        if let Some(DeValue::String(given)) = self.table.get(key).map(Spanned::get_ref)
            && given.trim().is_empty()
        {
            self.fault(key, "is empty");
        }
        self.required(key, text)
    }

    /// Text that must be there and parse: an id or a word of a closed set.
    pub(super) fn parsed<T: FromStr<Err: Explained>>(&mut self, key: &'static str) -> Option<T> {
        let text = self.text(key)?;
        self.parse(key, &text)
    }

    /// Text that may be absent, and parses where it is given.
    pub(super) fn parsed_or_none<T: FromStr<Err: Explained>>(&mut self, key: &'static str) -> Option<T> {
        let text = self.text_or_none(key)?;
        self.parse(key, &text)
    }

    fn parse<T: FromStr<Err: Explained>>(&mut self, key: &'static str, text: &str) -> Option<T> {
        text.parse().map_err(|error: T::Err| self.fault(key, error.explain(text))).ok()
    }

    /// A list of texts; absent: empty.
    pub(super) fn list<T: FromStr<Err: Explained>>(&mut self, key: &'static str) -> Vec<T> {
        let Some(value) = self.find(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_kind(key, "a list", value.get_ref());
            return Vec::new();
        };
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            let at = item.span().start;
            match item.get_ref() {
                DeValue::String(text) => match text.trim().parse::<T>() {
                    Ok(one) => list.push(one),
                    Err(error) => self.fault_at(at, key, &error.explain(text)),
                },
                other => {
                    self.fault_at(at, key, &format!("must hold texts, not {}", kind_of(other)));
                }
            }
        }
        list
    }

    /// Words as one text with commas between them, or as a list; absent: none.
    pub(super) fn words(&mut self, key: &'static str) -> Vec<String> {
        let text = match self.find(key).map(Spanned::get_ref) {
            Some(DeValue::Array(_)) => self.list::<String>(key).join(","),
            Some(_) => self.text_or_empty(key),
            None => String::new(),
        };
        let words = text.split(',').map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn fault_at(&mut self, at: usize, key: &str, reason: &str) {
        self.faults.at(at, format!("{}.{key}: {reason}", self.section));
    }

    /// A whole number of at least `least`, or `default` where it is absent.
    pub(super) fn number(&mut self, key: &'static str, default: i64, least: i64) -> i64 {
        self.number_or_none(key, least).unwrap_or(default)
    }

    /// A whole number that must be there.
    pub(super) fn number_required(&mut self, key: &'static str, least: i64) -> Option<i64> {
        let number = self.number_or_none(key, least);
        self.required(key, number)
    }

    /// A whole number of at least `least` that may be absent.
    pub(super) fn number_or_none(&mut self, key: &'static str, least: i64) -> Option<i64> {
        let number = whole(self.find(key)?.get_ref());
        match number {
            Some(number) if number >= least => return Some(number),
            Some(_) => self.fault(key, format!("must be {least} or more")),
            None => self.fault(key, "must be a whole number"),
        }
        None
    }

    /// `true` or `false`, or `default` where it is absent.
    pub(super) fn truth(&mut self, key: &'static str, default: bool) -> bool {
        self.truth_or_none(key).unwrap_or(default)
    }

    /// `true` or `false`, where it is said.
    pub(super) fn truth_or_none(&mut self, key: &'static str) -> Option<bool> {
        match self.find(key)?.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            other => {
                self.wrong_kind(key, "true or false", other);
                None
            }
        }
    }

    /// A point in time: RFC 3339, or a date at the lots. A date's `last` moment is meant where something ends.
    pub(super) fn time(&mut self, key: &'static str, last: bool) -> Option<Timestamp> {
        let value = self.find(key);
        let text = match value.map(Spanned::get_ref) {
            Some(DeValue::String(text)) => Some(text.trim().to_owned()),
            Some(DeValue::Datetime(at)) => Some(at.to_string()),
            Some(other) => {
                self.wrong_kind(key, "a time or date", other);
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

    fn wrong_kind(&mut self, key: &'static str, wanted: &str, given: &DeValue<'_>) {
        self.fault(key, format!("must be {wanted}, not {}", kind_of(given)));
    }

    /// Lets the keys nobody asks for pass: the row is refused for another reason.
    pub(super) fn excuse(&mut self) {
        self.excused = true;
    }

    /// Notes every key nobody asked for.
    pub(super) fn end(self) {
        if self.excused {
            return;
        }
        for key in self.table.keys() {
            let name: &DeString<'_> = key.get_ref();
            if !self.asked.contains(name.as_ref()) {
                let reason = format!("{}: there is no key {:?}", self.section, name.as_ref());
                self.faults.at(key.span().start, reason);
            }
        }
    }
}

/// The whole number a value is, if it is one.
pub(super) fn whole(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()
}

fn moment(text: &str, last: bool) -> Option<Timestamp> {
    if text.len() != "2026-05-01".len() {
        return text.parse().ok();
    }
    let midnight = Timestamp::of_local_day(text).ok()?;
    Some(if last { midnight.local_midnight(1).plus_ms(-1) } else { midnight })
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Why a text did not parse, in a sentence that names the text.
pub(super) trait Explained {
    fn explain(&self, text: &str) -> String;
}
impl Explained for lanedesk_domain::ids::BadId {
    fn explain(&self, text: &str) -> String {
        format!("{text:?} is {self}")
    }
}
impl Explained for UnknownWord {
    fn explain(&self, _: &str) -> String {
        self.to_string()
    }
}
impl Explained for std::convert::Infallible {
    fn explain(&self, _: &str) -> String {
        match *self {}
    }
}
