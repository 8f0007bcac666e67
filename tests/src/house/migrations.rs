//! The rules of migrations/README.md.

use super::{Source, none, sources};

fn scripts() -> Vec<Source> {
    sources(&[".sql"]).into_iter().filter(|source| source.under("migrations/")).collect()
}

#[test]
fn scripts_are_numbered_without_a_gap() {
    let mut faults = Vec::new();
    for folder in ["migrations/hub/", "migrations/desk/"] {
        let mut names: Vec<String> = scripts()
            .into_iter()
            .filter_map(|source| source.path.strip_prefix(folder).map(ToOwned::to_owned))
            .collect();
        names.sort();
        for (index, name) in names.iter().enumerate() {
            if !name.starts_with(&format!("{:04}_", index + 1)) {
                faults.push(format!("{folder}{name} should be number {}", index + 1));
            }
        }
    }
    none("NNNN_noun.sql, counted from 0001", &faults);
}

#[test]
fn every_column_tells_its_unit_and_what_null_means() {
    let mut faults = Vec::new();
    for script in scripts() {
        for (index, line) in script.text.lines().enumerate() {
            let (code, comment) = line.split_once("--").unwrap_or((line, ""));
            let Some((name, kind, rules)) = column(code) else {
                continue;
            };
            let place = format!("{}:{}: {}", script.path, index + 1, code.trim());
            let unit_in_name = ["_minutes", "_days", "_fen"].iter().any(|unit| name.ends_with(unit));
            if kind == "bigint" && comment.is_empty() && !unit_in_name {
                faults.push(format!("{place} has no unit"));
            }
            if !rules.contains("not null") && !rules.contains("primary key") && !comment.contains("null") {
                faults.push(format!("{place} does not tell what null means"));
            }
        }
    }
    none("every column commented with unit and null meaning", &faults);
}

/// A column's name, its type and the rest of its line, where the line is one.
fn column(code: &str) -> Option<(&str, &str, &str)> {
    let mut words = code.trim().splitn(3, ' ');
    let name = words.next()?;
    let kind = words.next()?.trim_end_matches(',');
    let types = ["text", "bigint", "boolean", "integer", "blob", "bytea"];
    types.contains(&kind).then(|| (name, kind, words.next().unwrap_or("")))
}

#[test]
fn one_text_serves_both_engines() {
    let single =
        ["autoincrement", "serial", "jsonb", "timestamptz", "without rowid", "real", "integer", "blob", "bytea"];
    let mut faults = Vec::new();
    for script in scripts().iter().filter(|script| script.under("migrations/hub/")) {
        for (index, line) in script.text.lines().enumerate() {
            let code = line.split("--").next().unwrap_or_default().to_lowercase();
            let words: Vec<&str> = code.split(|sign: char| !sign.is_alphanumeric() && sign != '_').collect();
            if single.iter().any(|word| words.contains(word)) {
                faults.push(format!("{}:{}: {}", script.path, index + 1, line.trim()));
            }
        }
    }
    none("text, bigint and boolean are the same in SQLite and PostgreSQL", &faults);
}
