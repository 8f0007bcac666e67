//! Rows of forms and changes, read by the checks of a site file: every check of an import is every check of a change.

use super::words;
use crate::{
    error::{Error, Result},
    site::{Site, SiteContext, SiteFault},
};
use lanedesk_wire::site::{Cell, Cells, SiteTable};

/// Reads a row.
pub(super) fn read(table: SiteTable, cells: &Cells, known: &SiteContext) -> Result<Site> {
    let (mut site, mut faults) = (Site::default(), Vec::new());
    for (row, of_form) in rows(table, cells) {
        match Site::of_rows(&[(table, row)], known) {
            Ok(read) => site.append(read),
            Err(found) => faults.extend(found.into_iter().map(|mut fault| {
                fault.column = fault.column.map(of_form);
                fault
            })),
        }
    }
    if faults.is_empty() { Ok(site) } else { Err(Error::Faults(faults)) }
}

/// What a key of the site file is called in a form.
pub(super) type FormName = fn(String) -> String;

/// The rows of a site file that a row of a form is: one, or one a language.
pub(super) fn rows(table: SiteTable, cells: &Cells) -> Vec<(Cells, FormName)> {
    match table {
        SiteTable::Template => words::sections(cells),
        SiteTable::Link => vec![(cells.clone(), |_| "url".to_owned())],
        _ => vec![(cells.clone(), |column| column)],
    }
}

/// A row that is refused for something no site file can be wrong about.
pub(super) fn refused(column: &str, reason: &str) -> Error {
    Error::Faults(vec![SiteFault { line: 0, column: Some(column.to_owned()), reason: reason.to_owned() }])
}

/// A text of a row.
pub(super) fn text<'a>(cells: &'a Cells, key: &str) -> Option<&'a str> {
    match cells.get(key)?.as_ref()? {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}
