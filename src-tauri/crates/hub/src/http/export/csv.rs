//! CSV as spreadsheets take it: UTF-8 with a byte order mark, lines ended by CR LF (RFC 4180).

use super::{
    Sheet,
    cells::{CellWriter, ExportCell, text as safe, yuan},
};
use ::csv::{IntoInnerError, Terminator, Writer, WriterBuilder};
use lanedesk_wire::opening::Opening;
use std::io;

const MARK: &[u8] = "\u{feff}".as_bytes();

pub(super) struct Csv {
    words: CellWriter,
    /// What no rows were given away with yet: the mark and the titles.
    out: Vec<u8>,
}

impl Csv {
    pub(super) fn new(words: CellWriter) -> io::Result<Self> {
        let mut lines = lines(MARK.to_vec());
        line(&mut lines, words.titles())?;
        let out = written(lines)?;
        Ok(Self { words, out })
    }
}

impl Sheet for Csv {
    fn rows(&mut self, openings: &[Opening]) -> io::Result<Vec<u8>> {
        let mut lines = lines(std::mem::take(&mut self.out));
        for opening in openings {
            line(&mut lines, self.words.cells(opening))?;
        }
        written(lines)
    }

    fn end(self: Box<Self>) -> io::Result<Vec<u8>> {
        Ok(self.out)
    }
}

/// A small table; its first row is the titles.
pub(super) fn table(rows: &[Vec<String>]) -> io::Result<Vec<u8>> {
    let mut lines = lines(MARK.to_vec());
    for row in rows {
        line(&mut lines, row.iter().map(|cell| safe(cell)))?;
    }
    written(lines)
}

/// Adds lines to what is written.
fn lines(out: Vec<u8>) -> Writer<Vec<u8>> {
    // There are no comments: this has every text quoted that holds an apostrophe, as those have that began like a formula.
    WriterBuilder::new().terminator(Terminator::CRLF).comment(Some(b'\'')).from_writer(out)
}

fn line<'a>(lines: &mut Writer<Vec<u8>>, cells: impl IntoIterator<Item = ExportCell<'a>>) -> io::Result<()> {
    for cell in cells {
        match cell {
            ExportCell::Empty => lines.write_field(""),
            ExportCell::Text(text) => lines.write_field(text.as_bytes()),
            ExportCell::Money(fen) => lines.write_field(yuan(fen)),
            ExportCell::Count(count) => lines.write_field(count.to_string()),
        }?;
    }
    Ok(lines.write_record(None::<&[u8]>)?)
}

fn written(lines: Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    lines.into_inner().map_err(IntoInnerError::into_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_quotes_and_line_ends_stay_within_their_field() {
        let mut out = lines(Vec::new());
        let cells = ["a,b", "c\"d", "e\nf", "plain"].map(|text| ExportCell::Text(text.into()));
        line(&mut out, cells).unwrap();
        let mut out = lines(written(out).unwrap());
        line(&mut out, [ExportCell::Empty, ExportCell::Money(lanedesk_domain::money::Fen(150)), ExportCell::Count(2)])
            .unwrap();
        let out = String::from_utf8(written(out).unwrap()).unwrap();
        assert_eq!(out, "\"a,b\",\"c\"\"d\",\"e\nf\",plain\r\n,1.50,2\r\n");
    }
}
