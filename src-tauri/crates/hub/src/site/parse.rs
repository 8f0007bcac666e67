//! A text section by section, and rows of forms one by one.

use super::{
    Site, SiteContext, SiteFault,
    check::Names,
    fault::{Faults, MOST_FAULTS},
    noun::Section,
    read::{FormRow, RowSource, SourceValue},
    special::link_fault,
    table::SECTIONS,
};
use lanedesk_domain::{robot::Link, rules::Rules};
use lanedesk_wire::site::{Cells, SiteTable};
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

pub(super) fn parse(text: &str, known: &SiteContext) -> Result<Site, Vec<SiteFault>> {
    if says_too_much(text) {
        return Err(vec![SiteFault {
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
    let mut reader = SiteReader::new(known, faults);
    for (key, value) in table.get_ref() {
        reader.section(key, value);
    }
    reader.end()
}

/// Rows as forms and changes say them, by the checks of a text; no fault has a line.
pub(super) fn of_rows(rows: &[(SiteTable, Cells)], known: &SiteContext) -> Result<Site, Vec<SiteFault>> {
    let mut reader = SiteReader::new(known, Faults::new(""));
    for (table, cells) in rows {
        reader.row(*table, cells);
    }
    reader.end().map_err(|mut faults| {
        for fault in &mut faults {
            // Where it would stand in a file tells nobody anything.
            fault.line = 0;
        }
        faults
    })
}

/// Reads a line of a section of single values: its name, where name and value stand, the value.
type ReadLine<'k> = fn(&mut SiteReader<'k>, &str, (usize, usize), &SourceValue<'_>);

struct SiteReader<'k> {
    known: &'k SiteContext,
    site: Site,
    names: Names,
    faults: Faults,
}

impl<'k> SiteReader<'k> {
    fn new(known: &'k SiteContext, faults: Faults) -> Self {
        Self { known, site: Site::default(), names: Names::default(), faults }
    }

    fn end(mut self) -> Result<Site, Vec<SiteFault>> {
        self.names.check(self.known, &mut self.faults);
        let faults = self.faults.into_sorted();
        if faults.is_empty() { Ok(self.site) } else { Err(faults) }
    }

    fn section(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Spanned<DeValue<'_>>) {
        let (name, at) = (key.get_ref().as_ref(), key.span().start);
        let line: Option<ReadLine<'k>> = match name {
            "rules" => Some(Self::rule),
            "links" => Some(Self::link),
            _ => None,
        };
        if let Some(line) = line {
            let DeValue::Table(table) = value.get_ref() else {
                return self.faults.at(value.span().start, format!("write [{name}]"));
            };
            for (key, value) in table {
                line(self, key.get_ref(), (key.span().start, value.span().start), &SourceValue::of(value.get_ref()));
            }
            return;
        }
        let Some(section) = SECTIONS.iter().find(|section| section.name == name) else {
            return self.faults.at(at, format!("there is no section {name:?}"));
        };
        let DeValue::Array(rows) = value.get_ref() else {
            return self.faults.at(at, format!("write [[{name}]], not [{name}]"));
        };
        for row in rows {
            let at = row.span().start;
            let DeValue::Table(table) = row.get_ref() else {
                self.faults.at(at, format!("{name} must hold tables"));
                continue;
            };
            self.list_row(section, RowSource::Text(table), at);
        }
    }

    fn list_row(&mut self, section: &Section, source: RowSource<'_, '_>, at: usize) {
        let name = (section.name, section.table);
        let mut row = FormRow::new(name, (source, at), self.known, &mut self.names, &mut self.faults);
        (section.read)(&mut row, &mut self.site);
        row.end();
    }

    fn row(&mut self, table: SiteTable, cells: &Cells) {
        if let Some(section) = SECTIONS.iter().find(|section| section.table == table) {
            return self.list_row(section, RowSource::Cells(cells), 0);
        }
        for (name, cell) in cells {
            let Some(value) = cell.as_ref().map(SourceValue::of_cell) else { continue };
            match table {
                SiteTable::Rule => self.rule(name, (0, 0), &value),
                _ => self.link(name, (0, 0), &value),
            }
        }
    }

    fn link(&mut self, name: &str, (key, at): (usize, usize), value: &SourceValue<'_>) {
        let Ok(link) = name.parse::<Link>() else {
            return self.faults.at(key, format!("links: there is no link {name:?}"));
        };
        let SourceValue::Text(url) = value else {
            return self.faults.at(at, format!("links.{name}: must be text in quotes"));
        };
        match link_fault(url.trim()) {
            None => drop(self.site.links.insert(link, url.trim().to_owned())),
            Some(why) => self.faults.at(at, format!("links.{name}: {why}")),
        }
    }

    fn rule(&mut self, name: &str, (_, at): (usize, usize), value: &SourceValue<'_>) {
        let number = match value {
            SourceValue::Truth(truth) => Some(i64::from(*truth)),
            SourceValue::Number(number) => *number,
            _ => None,
        };
        match number.map(|number| Rules::default().set(name, number).map(|()| number)) {
            Some(Ok(number)) => drop(self.site.rules.insert(name.to_owned(), number)),
            Some(Err(error)) => self.faults.at(at, format!("rules: {error}")),
            None => self.faults.at(at, format!("rules.{name}: must be a whole number")),
        }
    }
}
