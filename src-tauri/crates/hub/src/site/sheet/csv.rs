//! CSV taken apart (RFC 4180): quoted fields may hold commas, quotes and line ends; lines end in LF or CR LF. Row by row, so
//! that a text of commas alone fills no memory.

use super::read::{BadSheet, MAX_CELL, MAX_COLUMNS, MAX_ROWS};
use std::{iter::Peekable, str::Chars};

/// The fields of every line. Commas, semicolons and tabs separate, whichever the first line uses.
pub(super) fn rows(text: &str) -> CsvRows<'_> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    // Of several as frequent the last one wins: a first line of one field says comma.
    let separator = [';', '\t', ','].into_iter().max_by_key(|c| first.matches(*c).count()).unwrap_or(',');
    CsvRows { chars: text.chars().peekable(), separator, read: 0 }
}

/// Rows still to be read; ends with the first fault.
pub(super) struct CsvRows<'a> {
    chars: Peekable<Chars<'a>>,
    separator: char,
    read: usize,
}

impl Iterator for CsvRows<'_> {
    type Item = Result<Vec<String>, BadSheet>;

    fn next(&mut self) -> Option<Self::Item> {
        self.chars.peek()?;
        self.read += 1;
        let row = self.row();
        if row.is_err() {
            // Nothing is read behind a fault.
            self.chars = "".chars().peekable();
        }
        Some(row)
    }
}

impl CsvRows<'_> {
    fn row(&mut self) -> Result<Vec<String>, BadSheet> {
        if self.read > MAX_ROWS {
            return Err(BadSheet::TooManyRows);
        }
        let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
        while let Some(c) = self.chars.next() {
            match c {
                '"' if quoted && self.chars.peek() == Some(&'"') => {
                    self.chars.next();
                    field.push('"');
                }
                '"' if quoted || field.is_empty() => quoted = !quoted,
                c if quoted => field.push(c),
                c if c == self.separator => row.push(std::mem::take(&mut field)),
                '\r' => {}
                '\n' => break,
                c => field.push(c),
            }
            if field.len() > MAX_CELL {
                return Err(BadSheet::LongCell(self.read));
            }
            if row.len() >= MAX_COLUMNS {
                return Err(BadSheet::TooManyColumns(self.read));
            }
        }
        row.push(field);
        Ok(row)
    }
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
