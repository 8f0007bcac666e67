//! What an import would change: its rows beside those that are there.

use crate::site::{NounRow, Site, noun::FieldPlace};
use lanedesk_wire::site::{ChangeKind, ImportResult, SiteTable, WillChange};
use std::collections::HashMap;

/// Changes that are told one by one.
const SAMPLE: usize = 200;

/// Counts what is new, different and the same. `there`: the whole site as it is.
pub(super) fn compare(new: &Site, there: &Site) -> ImportResult {
    let mut out = ImportResult::default();
    let rows: HashMap<(SiteTable, String), &dyn NounRow> =
        there.rows().map(|row| ((row.table(), row.name()), row)).collect();
    for row in new.rows() {
        let was = rows.get(&(row.table(), row.name()));
        count(&mut out, row.table(), || row.label(), was.map(|was| differing(*was, row)));
    }
    let value = |key: &str, same: bool| if same { Vec::new() } else { vec![key.to_owned()] };
    for (link, url) in &new.links {
        let differs = there.links.get(link).map(|was| value("url", was == url));
        count(&mut out, SiteTable::Link, || link.to_string(), differs);
    }
    for (name, number) in &new.rules {
        let differs = there.rules.get(name).map(|was| value("value", was == number));
        count(&mut out, SiteTable::Rule, || name.clone(), differs);
    }
    out
}

/// Counts a row by the keys that differ; none: there is no such row yet.
fn count(out: &mut ImportResult, table: SiteTable, label: impl Fn() -> String, differs: Option<Vec<String>>) {
    out.rows += 1;
    let (counted, kind) = match &differs {
        None => (&mut out.added, ChangeKind::Added),
        Some(keys) if keys.is_empty() => return out.same += 1,
        Some(_) => (&mut out.changed, ChangeKind::Changed),
    };
    *counted += 1;
    if out.sample.len() < SAMPLE {
        // A link or a rule has one value only, new or not.
        let one = match table {
            SiteTable::Link => vec!["url".to_owned()],
            SiteTable::Rule => vec!["value".to_owned()],
            _ => Vec::new(),
        };
        out.sample.push(WillChange { table, label: label(), kind, fields: differs.unwrap_or(one) });
    }
}

/// The keys two rows differ in. What an import says nothing of stays as it is: secrets, and whether a password is for the
/// first login.
fn differing(was: &dyn NounRow, row: &dyn NounRow) -> Vec<String> {
    let both = row.fields().iter().zip(was.values().into_iter().zip(row.values()));
    let differ = both.filter(|(field, (was, now))| match field.place {
        FieldPlace::First => false,
        FieldPlace::Sealed => !now.is_empty() && was != now,
        _ => was != now,
    });
    let mut keys: Vec<String> = differ.map(|(field, _)| field.key.to_owned()).collect();
    keys.sort();
    keys
}
