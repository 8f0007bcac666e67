//! Section by section: what each row may say.

mod device;
mod people;
mod place;
mod robot;
mod vehicle;

pub(crate) use device::push_key_fault;

use super::{
    Fault, Known, Site,
    check::Names,
    fault::{Faults, MOST_FAULTS},
    read::{Row, whole},
};
use lanedesk_domain::rules::Rules;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Most words, marks and gaps of a text. What stands for each while it is read takes more room than the text itself; three
/// hundred thousand passes have some 20 million.
const MAX_WORDS: usize = 24_000_000;

/// Whether a text has more words, marks and gaps than are taken.
fn says_too_much(text: &str) -> bool {
    let kind = |byte: u8| match byte {
        b' ' | b'\t' => 1,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | 0x80.. => 2,
        // Marks stand each for itself.
        _ => 0,
    };
    let (mut words, mut last) = (0, 0);
    for byte in text.bytes() {
        let now = kind(byte);
        words += usize::from(now == 0 || now != last);
        last = now;
    }
    words > MAX_WORDS
}

pub(super) fn parse(text: &str, known: &Known) -> Result<Site, Vec<Fault>> {
    if says_too_much(text) {
        return Err(vec![Fault {
            line: 0,
            column: None,
            reason: "the file says too much at once: take it in in parts".to_owned(),
        }]);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut faults = Faults::new(text);
    for error in errors.iter().take(MOST_FAULTS) {
        let at = error.span().map_or(0, |span| span.start);
        faults.at(at, error.message().replace('\n', "; "));
    }
    let mut reader = Reader { site: Site::default(), names: Names::default(), faults };
    for (key, value) in table.get_ref() {
        reader.section(key, value);
    }
    let Reader { site, names, mut faults } = reader;
    names.check(known, &mut faults);
    let faults = faults.into_sorted();
    if faults.is_empty() { Ok(site) } else { Err(faults) }
}

struct Reader {
    site: Site,
    names: Names,
    faults: Faults,
}

type Read = fn(&mut Row<'_, '_>, &mut Names, &mut Site) -> Option<()>;

/// The sections that are lists, each with what reads one row of it.
const SECTIONS: &[(&str, Read)] = &[
    ("area", place::area),
    ("lot", place::lot),
    ("lane", place::lane),
    ("device", device::device),
    ("robot", device::robot),
    ("seat", people::seat),
    ("person", people::person),
    ("reason", people::reason),
    ("pass", vehicle::pass),
    ("vehicle", vehicle::vehicle),
    ("tariff", vehicle::tariff),
    ("integration", device::integration),
    ("template", robot::template),
];

impl Reader {
    fn section(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Spanned<DeValue<'_>>) {
        let name = key.get_ref().as_ref();
        if name == "rules" {
            return self.rules(value);
        }
        if name == "links" {
            return self.links(value);
        }
        let Some((section, read)) = SECTIONS.iter().find(|(section, _)| *section == name) else {
            return self.faults.at(key.span().start, format!("there is no section {name:?}"));
        };
        let DeValue::Array(rows) = value.get_ref() else {
            return self.faults.at(key.span().start, format!("write [[{section}]], not [{section}]"));
        };
        for row in rows {
            let at = row.span().start;
            let DeValue::Table(table) = row.get_ref() else {
                self.faults.at(at, format!("{section} must hold tables"));
                continue;
            };
            let mut row = Row::new(section, table, at, &mut self.faults);
            // A row with a fault is left out; the fault is noted and the whole text will be refused.
            let _ = read(&mut row, &mut self.names, &mut self.site);
            row.end();
        }
    }

    fn links(&mut self, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::Table(table) => robot::links(table, &mut self.site, &mut self.faults),
            _ => self.faults.at(value.span().start, "write [links]"),
        }
    }

    fn rules(&mut self, value: &Spanned<DeValue<'_>>) {
        let DeValue::Table(table) = value.get_ref() else {
            return self.faults.at(value.span().start, "write [rules]");
        };
        for (key, value) in table {
            let (name, at) = (key.get_ref().as_ref(), value.span().start);
            let number = match value.get_ref() {
                DeValue::Boolean(truth) => Some(i64::from(*truth)),
                other => whole(other),
            };
            match number.map(|number| Rules::default().set(name, number).map(|()| number)) {
                Some(Ok(number)) => drop(self.site.rules.insert(name.to_owned(), number)),
                Some(Err(error)) => self.faults.at(at, format!("rules: {error}")),
                None => self.faults.at(at, format!("rules.{name}: must be a whole number")),
            }
        }
    }
}
