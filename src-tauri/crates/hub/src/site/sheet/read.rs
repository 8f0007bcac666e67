//! A sheet as the text of a site file: row for line.

use super::{FORMULA, TextKind, Title, csv, titles, workbook};
use lanedesk_domain::{time::DAY_MS, zone::Zone};
use lanedesk_wire::site::SiteTable;
use std::{collections::HashMap, fmt::Write as _};

/// Most rows of a sheet, its titles among them.
pub(super) const MAX_ROWS: usize = 300_000;
/// Most columns; a sheet has nine that mean something.
pub(super) const MAX_COLUMNS: usize = 100;
/// Most bytes of one cell: a row with a thousand plates has some 10,000.
pub(super) const MAX_CELL: usize = 64 * 1024;
/// Most bytes of a sheet as the text of a site file.
const MAX_TEXT: usize = 64 * 1024 * 1024;

/// Why a sheet cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadSheet {
    /// Only passes, lots and people go as sheets.
    #[error("passes, lots and people can be taken from a sheet; everything else from a site file")]
    NoSheet,
    /// Not UTF-8.
    #[error("the text is not UTF-8; save it as \"CSV UTF-8\"")]
    NotText,
    /// No workbook, or one that is damaged.
    #[error("not an XLSX workbook: {0}")]
    NotXlsx(String),
    /// A title nobody knows.
    #[error("there is no column {0:?}; known are {1}")]
    UnknownTitle(String, String),
    /// Nothing in it.
    #[error("the sheet has no rows")]
    Empty,
    /// A cell so far down that what lies between would fill memory.
    #[error("more than {MAX_ROWS} rows: take the file in in parts")]
    TooManyRows,
    /// A cell so far to the right.
    #[error("row {0} has a cell beyond column {MAX_COLUMNS}: remove what stands beside the list")]
    TooManyColumns(usize),
    /// A cell that no list has.
    #[error("row {0} has a cell with more than {MAX_CELL} bytes")]
    LongCell(usize),
    /// More text than is taken at once.
    #[error("unpacked the file is larger than is taken: take it in in parts")]
    TooLarge,
    /// Rows that go up and down.
    #[error("the sheet's rows are out of order; save it again with a spreadsheet")]
    OutOfOrder,
}

/// The days of a spreadsheet are counted from 1899-12-30.
const DAYS_BEFORE_1970: f64 = 25_569.0;

/// Reads a CSV. `lots`: ids by name.
pub(crate) fn read_csv(table: SiteTable, bytes: &[u8], lots: &HashMap<String, String>) -> Result<String, BadSheet> {
    let text = std::str::from_utf8(bytes).map_err(|_| BadSheet::NotText)?;
    text_of(table, csv::rows(text), lots)
}

/// Reads the first sheet of an XLSX workbook.
pub(crate) fn read_xlsx(table: SiteTable, bytes: &[u8], lots: &HashMap<String, String>) -> Result<String, BadSheet> {
    let damaged = || BadSheet::NotXlsx("it is damaged".to_owned());
    // A hostile file may trip the library itself; that is the file's fault and must not take more with it.
    let read = std::panic::catch_unwind(|| {
        let mut book = workbook::open(bytes)?;
        let rows = workbook::SheetRows::of(&mut book)?;
        text_of(table, rows, lots)
    });
    read.unwrap_or_else(|_| Err(damaged()))
}

/// A sheet's times have no zone; here they are the lots'.
pub(super) fn moment(days: f64) -> String {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a day has 86.4 million ms")]
    let ms = ((days - DAYS_BEFORE_1970) * DAY_MS as f64).round() as i64;
    let at = Zone::local().at_clock_ms(ms);
    if ms.rem_euclid(DAY_MS) == 0 { at.local_day() } else { at.to_string() }
}

fn text_of(
    table: SiteTable,
    mut rows: impl Iterator<Item = Result<Vec<String>, BadSheet>>,
    lots: &HashMap<String, String>,
) -> Result<String, BadSheet> {
    let known = titles(table).ok_or(BadSheet::NoSheet)?;
    let mut out = String::new();
    let head = loop {
        let row = rows.next().ok_or(BadSheet::Empty)??;
        if row.iter().any(|cell| !cell.trim().is_empty()) {
            break row;
        }
        out.push('\n');
    };
    let columns = columns(known, &head)?;
    // The titles' line opens the list; line for line the rows follow.
    let _ = writeln!(out, "{} = [", table.word());
    for row in rows {
        line(&mut out, &columns, &row?, lots);
        if out.len() > MAX_TEXT {
            return Err(BadSheet::TooLarge);
        }
    }
    out.push_str("]\n");
    Ok(out)
}

fn columns(known: &'static [Title], head: &[String]) -> Result<Vec<Option<&'static Title>>, BadSheet> {
    let find = |name: &String| {
        let name = name.trim();
        if name.is_empty() {
            return Ok(None);
        }
        let named = |title: &&Title| title.key == name || title.names.contains(&name);
        known.iter().find(named).map(Some).ok_or_else(|| {
            let all: Vec<String> = known.iter().map(|t| format!("{} ({})", t.names[0], t.key)).collect();
            let name = name.chars().take(60).collect();
            BadSheet::UnknownTitle(name, all.join(", "))
        })
    };
    head.iter().map(find).collect()
}

/// One row as one line; an empty one stays an empty line, so that lines and rows keep the same numbers.
fn line(out: &mut String, columns: &[Option<&Title>], row: &[String], lots: &HashMap<String, String>) {
    let filled = row.iter().any(|cell| !cell.trim().is_empty());
    if filled {
        out.push('{');
        let mut first = true;
        for (title, cell) in columns.iter().zip(row) {
            let (Some(title), text) = (title, plain(cell.trim())) else {
                continue;
            };
            if text.is_empty() {
                continue;
            }
            if !std::mem::take(&mut first) {
                out.push_str(", ");
            }
            let _ = write!(out, "{} = {}", title.key, value(title.means, text, lots));
        }
        out.push_str("},");
    }
    out.push('\n');
}

/// A text without the apostrophe it went out with.
fn plain(text: &str) -> &str {
    let rest = text.strip_prefix('\'');
    rest.filter(|_| text.trim_start_matches('\'').starts_with(FORMULA)).unwrap_or(text)
}

fn value(means: TextKind, text: &str, lots: &HashMap<String, String>) -> String {
    let lot = |text: &str| lots.get(text).map_or(text, String::as_str).to_owned();
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    let split = || text.split([' ', ',', '，', ';', '；', '、', '\n']).filter(|part| !part.is_empty());
    match means {
        TextKind::Text => quoted(text),
        // What is no number is told as what it is.
        TextKind::Number => text.parse::<i64>().map_or_else(|_| quoted(text), |number| number.to_string()),
        TextKind::Truth => match text {
            "是" | "true" | "TRUE" | "1" => "true".to_owned(),
            "否" | "false" | "FALSE" | "0" => "false".to_owned(),
            _ => quoted(text),
        },
        TextKind::Word(words) => {
            let word = words.iter().find(|(said, _)| *said == text);
            quoted(word.map_or(text, |(_, word)| *word))
        }
        TextKind::List => list(split().map(quoted).collect()),
        TextKind::Lot => quoted(&lot(text)),
        TextKind::Lots => list(split().map(|part| quoted(&lot(part))).collect()),
    }
}

/// A text on one line, whatever it holds.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{Site, SiteContext};

    fn read(text: &str) -> Result<String, BadSheet> {
        let lots = HashMap::from([("彩悦大厦".to_owned(), "cyds".to_owned())]);
        read_csv(SiteTable::Pass, text.as_bytes(), &lots)
    }

    #[test]
    fn a_fault_names_the_row_and_column_of_the_sheet() {
        let text = "停车场,车牌,状态,开始,结束,车位数\n\
                    彩悦大厦,粤B12345,使用中,2026-01-01,2026-12-31,1\n\
                    \n\
                    cyds,粤B66R58 粤BF06789,active,2026-01-01,2026-12-31,x\n\
                    cyds,粤B88888,在用,2026-01-01,2026-12-31,1\n";
        let known = SiteContext { lots: ["cyds".to_owned()].into(), ..SiteContext::default() };
        let faults = Site::parse(&read(text).unwrap(), &known).unwrap_err();
        let told: Vec<_> = faults.iter().map(|f| (f.line, f.column.as_deref())).collect();
        assert_eq!(told, [(4, Some("spaces")), (5, Some("status"))], "{faults:?}");
    }

    #[test]
    fn names_words_and_dates_become_the_site_file_s() {
        let text = "lot,plates,status,valid_from,valid_to\n彩悦大厦,粤B12345,使用中,2026-01-01,2026-12-31\n";
        let known = SiteContext { lots: ["cyds".to_owned()].into(), ..SiteContext::default() };
        let site = Site::parse(&read(text).unwrap(), &known).unwrap();
        assert_eq!(site.passes[0].lot.as_str(), "cyds");
        assert_eq!(moment(46_143.0), "2026-05-01");
        assert_eq!(
            read("颜色\n红\n").unwrap_err().to_string().split(';').next().unwrap(),
            "there is no column \"颜色\""
        );
    }
}
