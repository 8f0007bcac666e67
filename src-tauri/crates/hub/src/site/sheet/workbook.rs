//! A workbook of a stranger: looked over before the library reads it, then read cell by cell. A file of a kilobyte can name a
//! cell a million rows down, unpack to gigabytes, or announce more texts than memory holds.

use super::read::{BadSheet, MAX_CELL, MAX_COLUMNS, MAX_ROWS, moment};
use calamine::{Cell, DataRef, Reader as _, Xlsx, XlsxCellReader, XlsxError};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Most bytes of a workbook as it comes; three hundred thousand rows have some 15 million.
const MAX_FILE: usize = 32 * 1024 * 1024;
/// Most parts of a workbook; one of a single sheet has a dozen.
const MAX_PARTS: usize = 1_000;
/// Most bytes of a sheet, unpacked. It is read piece by piece.
const MAX_SHEET: u64 = 256 * 1024 * 1024;
/// Most bytes of the table of texts, unpacked. It is kept in memory while the sheet is read.
const MAX_TEXTS: u64 = 32 * 1024 * 1024;
/// Most bytes of any other part, unpacked.
const MAX_PART: u64 = 16 * 1024 * 1024;
/// Most bytes of all parts together, unpacked.
const MAX_TOGETHER: u64 = 320 * 1024 * 1024;
/// Most bytes between two tags: what the library holds at once. Each character of a cell may be written as an entity.
const MAX_BETWEEN: usize = 8 * MAX_CELL;
/// Most digits of an announced number of texts: the library makes room for that many at once.
const MAX_DIGITS: usize = 6;

pub(super) type MemoryWorkbook<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Opens a workbook that was looked over.
pub(super) fn open(bytes: &[u8]) -> Result<MemoryWorkbook<'_>, BadSheet> {
    look_over(bytes)?;
    Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))
}

fn broken(error: &dyn std::fmt::Display) -> BadSheet {
    BadSheet::NotXlsx(error.to_string().chars().take(200).collect())
}

/// Unpacks every part once, keeping nothing, and refuses what would fill memory.
fn look_over(bytes: &[u8]) -> Result<(), BadSheet> {
    if bytes.len() > MAX_FILE {
        return Err(BadSheet::TooLarge);
    }
    // Other containers that the library knows are never asked for.
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(broken(&"it is no ZIP archive"));
    }
    // Before the list of parts is read into memory: each begins with this mark.
    let parts = bytes.windows(4).filter(|four| four == b"PK\x01\x02");
    if parts.take(MAX_PARTS + 1).count() > MAX_PARTS {
        return Err(BadSheet::TooLarge);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut together = 0;
    for n in 0..archive.len() {
        let mut part = archive.by_index(n).map_err(|error| broken(&error))?;
        let name = part.name().map_err(|error| broken(&error))?;
        let name = name.to_ascii_lowercase();
        let most = most_of(&name).min(MAX_TOGETHER - together);
        together += unpacked(&mut part, is_text(&name), most)?;
    }
    Ok(())
}

fn most_of(name: &str) -> u64 {
    if name.contains("worksheets/") {
        MAX_SHEET
    } else if name.ends_with("sharedstrings.xml") {
        MAX_TEXTS
    } else {
        MAX_PART
    }
}

/// Pictures hold any bytes; all else is XML.
fn is_text(name: &str) -> bool {
    [".xml", ".rels", ".vml"].iter().any(|end| name.ends_with(end)) || name.contains("worksheets/")
}

/// How many bytes a part unpacks to.
fn unpacked(part: &mut impl Read, text: bool, most: u64) -> Result<u64, BadSheet> {
    let (mut piece, mut total, mut look) = (vec![0; 64 * 1024], 0_u64, TagScan::default());
    loop {
        let read = part.read(&mut piece).map_err(|error| broken(&error))?;
        if read == 0 {
            return Ok(total);
        }
        total += read as u64;
        if total > most {
            return Err(BadSheet::TooLarge);
        }
        if text {
            piece[..read].iter().try_for_each(|byte| look.at(*byte))?;
        }
    }
}

/// What is looked for while a part of text goes by.
#[derive(Default)]
struct TagScan {
    /// Bytes since the last tag began.
    between: usize,
    /// Letters of `uniqueCount` met so far, one after the other.
    met: usize,
    /// Behind that word: digits of its number so far.
    digits: Option<usize>,
}

impl TagScan {
    fn at(&mut self, byte: u8) -> Result<(), BadSheet> {
        const WORD: &[u8] = b"uniqueCount";
        self.between = if byte == b'<' { 0 } else { self.between + 1 };
        // Zeros stand in UTF-16, whose letters this does not know.
        if self.between > MAX_BETWEEN || byte == 0 {
            return Err(BadSheet::TooLarge);
        }
        self.digits = match (self.digits, byte) {
            (Some(digits), b'0'..=b'9') if digits >= MAX_DIGITS => return Err(BadSheet::TooLarge),
            (Some(digits), b'0'..=b'9') => Some(digits + 1),
            (Some(0), b'=' | b'"' | b'\'' | b' ' | b'\t' | b'\r' | b'\n' | b'+') => Some(0),
            _ => None,
        };
        self.met = match WORD.get(self.met) {
            Some(letter) if *letter == byte => self.met + 1,
            _ => usize::from(byte == WORD[0]),
        };
        if self.met == WORD.len() {
            (self.met, self.digits) = (0, Some(0));
        }
        Ok(())
    }
}

/// The rows of the first sheet, one after the other, empty ones too: lines and rows keep the same numbers.
pub(super) struct SheetRows<'a, 'b> {
    cells: XlsxCellReader<'a, Cursor<&'b [u8]>>,
    /// A cell that belongs to a later row than the next one.
    ahead: Option<(usize, usize, String)>,
    /// The row to be given next, from 0.
    next: usize,
    /// All cells were read: the library is not asked again, it would take the end for a cut.
    drained: bool,
    ended: bool,
}

impl<'a, 'b> SheetRows<'a, 'b> {
    pub(super) fn of(book: &'a mut MemoryWorkbook<'b>) -> Result<Self, BadSheet> {
        let first = book.sheet_names().first().cloned();
        let first = first.ok_or(BadSheet::Empty)?;
        let cells = book.worksheet_cells_reader(&first);
        Ok(Self { cells: cells.map_err(|error| broken(&error))?, ahead: None, next: 0, drained: false, ended: false })
    }

    /// The next cell that holds something; none: there is no more.
    fn cell(&mut self) -> Result<Option<(usize, usize, String)>, BadSheet> {
        while !self.drained {
            let cell: Result<Option<Cell<DataRef<'_>>>, XlsxError> = self.cells.next_cell();
            let Some(cell) = cell.map_err(|error| broken(&error))? else {
                self.drained = true;
                break;
            };
            let (row, column) = cell.get_position();
            let (row, column) = (row as usize, column as usize);
            let text = text(cell.get_value());
            if text.is_empty() {
                continue;
            }
            if row >= MAX_ROWS {
                return Err(BadSheet::TooManyRows);
            }
            if column >= MAX_COLUMNS {
                return Err(BadSheet::TooManyColumns(row + 1));
            }
            if text.len() > MAX_CELL {
                return Err(BadSheet::LongCell(row + 1));
            }
            return Ok(Some((row, column, text)));
        }
        Ok(None)
    }

    /// The cells of the next row.
    fn row(&mut self) -> Result<Option<Vec<String>>, BadSheet> {
        let mut row: Vec<String> = Vec::new();
        loop {
            let cell = match self.ahead.take() {
                Some(cell) => Some(cell),
                None => self.cell()?,
            };
            match cell {
                None if row.is_empty() => return Ok(None),
                None => break,
                Some(cell) if cell.0 > self.next => {
                    self.ahead = Some(cell);
                    break;
                }
                Some((at, ..)) if at < self.next => return Err(BadSheet::OutOfOrder),
                Some((_, column, text)) => {
                    if row.len() <= column {
                        row.resize(column + 1, String::new());
                    }
                    row[column] = text;
                }
            }
        }
        self.next += 1;
        Ok(Some(row))
    }
}

impl Iterator for SheetRows<'_, '_> {
    type Item = Result<Vec<String>, BadSheet>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.row().transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}

fn text(data: &DataRef<'_>) -> String {
    match data {
        DataRef::String(text) | DataRef::DateTimeIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        #[expect(clippy::cast_possible_truncation, reason = "a whole number as a sheet holds it")]
        DataRef::Float(number) if number.fract() == 0.0 => (*number as i64).to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(at) => moment(at.as_f64()),
        DataRef::DurationIso(_) | DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}
