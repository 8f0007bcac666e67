//! One row as the text of a site file, so that every check of an import is every check of a change.

use super::words;
use crate::{
    error::{Error, Result},
    site::{Fault, Known, Site},
};
use lanedesk_wire::site::{Cell, Cells, SiteTable};

/// Reads the row as a site file of its own.
pub(super) fn read(table: SiteTable, cells: &Cells, known: &Known) -> Result<Site> {
    let text = line(table, cells)?;
    Site::parse(&text, known).map_err(|mut faults| {
        words::keys_of_the_form(table, &text, &mut faults);
        for fault in &mut faults {
            // There is only one row; where it would stand in a file tells nobody anything.
            fault.line = 0;
        }
        Error::Faults(faults)
    })
}

/// The row as a site file says it.
pub(super) fn line(table: SiteTable, cells: &Cells) -> Result<String> {
    written(table, cells).map_err(|_| Error::BadRequest("a row of texts, numbers and lists".to_owned()))
}

/// A row that is refused for something no site file can be wrong about.
pub(super) fn refused(column: &str, reason: &str) -> Error {
    Error::Faults(vec![Fault { line: 0, column: Some(column.to_owned()), reason: reason.to_owned() }])
}

fn written(table: SiteTable, cells: &Cells) -> Result<String, toml::ser::Error> {
    let value = |cell: &Cell| match cell {
        Cell::Truth(truth) => toml::Value::Boolean(*truth),
        Cell::Number(number) => toml::Value::Integer(*number),
        Cell::Text(text) => toml::Value::String(text.clone()),
        Cell::List(items) => toml::Value::Array(items.iter().cloned().map(toml::Value::String).collect()),
    };
    let said = cells.iter().filter_map(|(key, cell)| Some((key.clone(), value(cell.as_ref()?))));
    let row: toml::Table = said.collect();
    Ok(match table {
        SiteTable::Rule => format!("[rules]\n{}", toml::to_string(&row)?),
        SiteTable::Link => format!("[links]\n{}", toml::to_string(&row)?),
        SiteTable::Template => words::sections(&row)?,
        _ => format!("[[{}]]\n{}", table.word(), toml::to_string(&row)?),
    })
}

/// A text of a row.
pub(super) fn text<'a>(cells: &'a Cells, key: &str) -> Option<&'a str> {
    match cells.get(key)?.as_ref()? {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}
