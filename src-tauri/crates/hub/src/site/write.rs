//! A site as TOML, keys in the order of the contract, values that equal their default left out.

use super::{
    Site,
    noun::{FieldPlace, FieldValue, NounRow},
};
use std::fmt::{Display, Write as _};

pub(super) fn to_toml(site: &Site) -> String {
    let mut out = String::new();
    for row in site.rows() {
        section(&mut out, row);
    }
    lines(&mut out, "links", site.links.iter().map(|(link, url)| (link, quoted(url))));
    lines(&mut out, "rules", &site.rules);
    out.trim_start().to_owned()
}

fn section(out: &mut String, row: &dyn NounRow) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "\n[[{}]]", row.table().word());
    for (field, value) in row.fields().iter().zip(row.values()) {
        let text = match value {
            // Nothing said reads back as nothing.
            value if value.is_empty() => continue,
            FieldValue::Truth(Some(false)) if field.place == FieldPlace::Settings => continue,
            value @ (FieldValue::Number(_) | FieldValue::Truth(_)) => value.line(),
            FieldValue::List(items) => {
                let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
                format!("[{}]", items.join(", "))
            }
            value => quoted(&value.line()),
        };
        let _ = writeln!(out, "{} = {text}", field.key);
    }
}

/// A section of single values.
fn lines<K: Display, V: Display>(out: &mut String, section: &str, values: impl IntoIterator<Item = (K, V)>) {
    for (at, (key, value)) in values.into_iter().enumerate() {
        let head = if at == 0 { format!("\n[{section}]\n") } else { String::new() };
        let _ = writeln!(out, "{head}{key} = {value}");
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
