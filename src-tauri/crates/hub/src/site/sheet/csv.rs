//! CSV taken apart (RFC 4180): quoted fields may hold commas, quotes and line ends; lines end in LF or CR LF. Field by field,
//! so that a text of commas alone fills no memory.

use super::read::{BadSheet, MAX_CELL, MAX_COLUMNS, MAX_ROWS};
use csv_core::{ReadFieldResult, Reader, ReaderBuilder, Terminator};

/// The fields of every line. Commas, semicolons and tabs separate, whichever the first line uses.
pub(super) fn rows(text: &str) -> CsvRows<'_> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    // Of several as frequent the last one wins: a first line of one field says comma.
    let separators = [b';', b'\t', b','].into_iter();
    let separator = separators.max_by_key(|c| first.matches(char::from(*c)).count()).unwrap_or(b',');
    let reader = ReaderBuilder::new().delimiter(separator).terminator(Terminator::Any(b'\n')).build();
    CsvRows { rest: text.as_bytes(), reader, field: vec![0; MAX_CELL + 1], read: 0 }
}

/// Rows still to be read; ends with the first fault.
pub(super) struct CsvRows<'a> {
    rest: &'a [u8],
    reader: Reader,
    /// Room for the field at hand; a longer one than is taken fills it.
    field: Vec<u8>,
    read: usize,
}

impl Iterator for CsvRows<'_> {
    type Item = Result<Vec<String>, BadSheet>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.read += 1;
        let row = self.row();
        if row.is_err() {
            // Nothing is read behind a fault.
            self.rest = &[];
        }
        Some(row)
    }
}

impl CsvRows<'_> {
    fn row(&mut self) -> Result<Vec<String>, BadSheet> {
        if self.read > MAX_ROWS {
            return Err(BadSheet::TooManyRows);
        }
        // The library passes over empty lines; here each is a row, so that lines and rows keep the same numbers.
        if let Some(rest) = self.rest.strip_prefix(b"\n") {
            self.rest = rest;
            return Ok(vec![String::new()]);
        }
        let (mut row, mut filled) = (Vec::new(), 0);
        loop {
            let (met, read, written) = self.reader.read_field(self.rest, &mut self.field[filled..]);
            self.rest = &self.rest[read..];
            filled += written;
            match met {
                // Asked again with nothing left, it gives the last field.
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => return Err(BadSheet::LongCell(self.read)),
                ReadFieldResult::Field { record_end } => {
                    row.push(text(&self.field[..filled], record_end)?);
                    filled = 0;
                    if record_end {
                        return Ok(row);
                    }
                    if row.len() >= MAX_COLUMNS {
                        return Err(BadSheet::TooManyColumns(self.read));
                    }
                }
                ReadFieldResult::End => return Ok(row),
            }
        }
    }
}

/// A field's text; the CR of a line's end is no part of its last one.
fn text(field: &[u8], last: bool) -> Result<String, BadSheet> {
    let field = field.strip_suffix(b"\r").filter(|_| last).unwrap_or(field);
    String::from_utf8(field.to_vec()).map_err(|_| BadSheet::NotText)
}

#[cfg(test)]
mod tests {
    use super::{BadSheet, MAX_COLUMNS, MAX_ROWS};

    fn rows(text: &str) -> Vec<Vec<String>> {
        super::rows(text).map(Result::unwrap).collect()
    }

    #[test]
    fn fields_hold_whatever_stands_between_quotes() {
        let text = "\u{feff}a,b,c\r\n\"x,1\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n,,last";
        let wanted = vec![vec!["a", "b", "c"], vec!["x,1", "say \"hi\"", "two\nlines"], vec!["", "", "last"]];
        assert_eq!(rows(text), wanted);
        assert_eq!(rows("a;b\n1;2\n"), vec![vec!["a", "b"], vec!["1", "2"]]);
        // An empty line is a row: the rows behind it keep the numbers of their lines.
        assert_eq!(rows("a\r\n\r\n\n\"b\"\r\n"), vec![vec!["a"], vec![""], vec![""], vec!["b"]]);
        assert!(rows("").is_empty());
    }

    #[test]
    fn what_no_list_has_ends_the_reading() {
        let last = |text: &str| super::rows(text).last().unwrap();
        assert_eq!(last(&format!("a\n{}", ",".repeat(MAX_COLUMNS))), Err(BadSheet::TooManyColumns(2)));
        assert_eq!(last(&format!("a,\"{}", "x".repeat(70_000))), Err(BadSheet::LongCell(1)));
        let blank = "\n".repeat(MAX_ROWS + 5);
        let mut many = super::rows("").chain(super::rows(&blank));
        assert_eq!(many.find(Result::is_err), Some(Err(BadSheet::TooManyRows)));
    }
}
