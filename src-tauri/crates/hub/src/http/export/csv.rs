//! CSV as spreadsheets take it: UTF-8 with a byte order mark, lines ended by CR LF (RFC 4180).

use super::{
    Sheet,
    cells::{Cell, Words, text as safe, yuan},
};
use lanedesk_wire::opening::Opening;
use std::io;

pub(super) struct Csv {
    words: Words,
    out: Vec<u8>,
}

impl Csv {
    pub(super) fn new(words: Words) -> Self {
        let mut out = "\u{feff}".as_bytes().to_vec();
        line(&mut out, words.titles());
        Self { words, out }
    }
}

impl Sheet for Csv {
    fn rows(&mut self, openings: &[Opening]) -> io::Result<()> {
        for opening in openings {
            line(&mut self.out, self.words.cells(opening));
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}

/// A small table; its first row is the titles.
pub(super) fn table(rows: &[Vec<String>]) -> Vec<u8> {
    let mut out = "\u{feff}".as_bytes().to_vec();
    for row in rows {
        line(&mut out, row.iter().map(|cell| safe(cell)));
    }
    out
}

fn line<'a>(out: &mut Vec<u8>, cells: impl IntoIterator<Item = Cell<'a>>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => field(out, &text),
            Cell::Money(fen) => out.extend(yuan(fen).bytes()),
            Cell::Count(count) => out.extend(count.to_string().bytes()),
        }
    }
    out.extend(b"\r\n");
}

fn field(out: &mut Vec<u8>, text: &str) {
    if !text.contains(['"', ',', '\r', '\n', '\'']) {
        return out.extend(text.bytes());
    }
    out.push(b'"');
    out.extend(text.replace('"', "\"\"").bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_quotes_and_line_ends_stay_within_their_field() {
        let mut out = Vec::new();
        let cells = ["a,b", "c\"d", "e\nf", "plain"].map(|text| Cell::Text(text.into()));
        line(&mut out, cells);
        line(&mut out, [Cell::Empty, Cell::Money(lanedesk_domain::money::Fen(150)), Cell::Count(2)]);
        assert_eq!(String::from_utf8(out).unwrap(), "\"a,b\",\"c\"\"d\",\"e\nf\",plain\r\n,1.50,2\r\n");
    }
}
