//! Faults of rows in the words of the one who asked.

use super::language::Language;
use crate::site::SiteFault;
use lanedesk_wire::site::RowFault;
use std::sync::LazyLock;

#[derive(serde::Deserialize)]
struct FaultCatalogue {
    fault: Vec<Pair>,
}

#[derive(serde::Deserialize)]
struct Pair {
    en: String,
    zh: String,
}

/// Read once; a test reads it too.
static WORDS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    let words: FaultCatalogue =
        toml::from_str(include_str!("faults.toml")).unwrap_or_else(|error| panic!("faults.toml: {error}"));
    words.fault
});

/// The faults of rows, in words.
pub(super) fn told(faults: &[SiteFault], language: Language) -> Vec<RowFault> {
    let told = |fault: &SiteFault| RowFault {
        row: u32::try_from(fault.line).ok().filter(|row| *row > 0),
        column: fault.column.clone(),
        words: match language {
            Language::Zh => in_chinese(&fault.reason),
            Language::En => fault.reason.clone(),
        },
    };
    faults.iter().map(told).collect()
}

fn in_chinese(reason: &str) -> String {
    // What it is about stands in `column`; the sentence begins behind it.
    let said = match reason.split_once(": ") {
        Some((about, rest)) if !about.contains([' ', '"']) => rest,
        _ => reason,
    };
    let found = WORDS.iter().find_map(|pair| Some((pair, holes(&pair.en, said)?)));
    match found {
        Some((pair, holes)) => holes.iter().fold(pair.zh.clone(), |text, hole| text.replacen("{}", hole, 1)),
        None => reason.to_owned(),
    }
}

/// What stands where the pattern has `{}`, if the text fits it.
fn holes<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    let parts: Vec<&str> = parts.collect();
    for (n, part) in parts.iter().enumerate() {
        let at =
            if part.is_empty() || n + 1 == parts.len() { rest.strip_suffix(part)?.len() } else { rest.find(part)? };
        found.push(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_in_chinese() {
        for (en, zh) in [
            ("lane: code is missing", "缺少“code”。"),
            ("pass.lot: there is no lot \"nowhere\"", "没有停车场 \"nowhere\"。"),
            ("pass.spaces: must be 1 or more", "须为 1 或以上。"),
            ("pass.valid_to: is before valid_from", "早于开始时间。"),
            ("rules: lock_minutes = 0: 1 to 240 are allowed", "lock_minutes = 0：可用范围 1 至 240。"),
            ("seat \"8001\" stands already in line 3", "seat \"8001\" 与第 3 行重复。"),
            ("something nobody thought of", "something nobody thought of"),
        ] {
            assert_eq!(in_chinese(en), zh);
        }
    }

    #[test]
    fn a_text_fits_a_pattern_only_as_a_whole() {
        assert_eq!(holes("must be {} or more", "must be 3 or more"), Some(vec!["3"]));
        assert_eq!(holes("must be {} or more", "must be 3 or more!"), None);
        assert_eq!(holes("is empty", "is empty too"), None);
    }
}
