//! The columns of an exported file and an opening's values in them, in words people read.

use super::super::Language;
use crate::{directory::Directory, site::sheet::FORMULA};
use lanedesk_domain::{money::Fen, time::Timestamp};
use lanedesk_wire::{
    opening::{Opening, PhotosOwed},
    release::Unpaid,
};
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, LazyLock},
};

/// One value of a row.
#[derive(Debug, PartialEq)]
pub(super) enum ExportCell<'a> {
    Empty,
    /// Made safe for programs that take text for a formula.
    Text(Cow<'a, str>),
    /// In yuan.
    Money(Fen),
    Count(usize),
}

/// Titles and words in both languages.
#[derive(serde::Deserialize)]
struct Catalogue {
    columns: Vec<[String; 2]>,
    words: HashMap<String, [String; 2]>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    toml::from_str(include_str!("columns.toml")).unwrap_or_else(|error| panic!("columns.toml: {error}"))
});

/// What turns openings into rows.
pub(super) struct CellWriter {
    place: usize,
    viewer: String,
    at: Timestamp,
    site: Arc<Directory>,
}

impl CellWriter {
    pub(super) fn new(language: Language, viewer: &str, at: Timestamp, site: Arc<Directory>) -> Self {
        Self { place: usize::from(language == Language::En), viewer: format!("{viewer} {}", at.local_text()), at, site }
    }

    /// Who takes the file out, and when.
    pub(super) fn viewer(&self) -> &str {
        &self.viewer
    }

    /// The sheet's name.
    pub(super) fn sheet(&self) -> &str {
        self.word("openings")
    }

    pub(super) fn titles(&self) -> impl Iterator<Item = ExportCell<'_>> {
        CATALOGUE.columns.iter().map(|title| ExportCell::Text(Cow::Borrowed(&title[self.place])))
    }

    /// A word of a closed set as people say it; one that has no words yet stands as it is.
    fn word<'a>(&self, word: &'a str) -> &'a str {
        CATALOGUE.words.get(word).map_or(word, |both| both[self.place].as_str())
    }

    /// An opening's values, in the order of the titles.
    pub(super) fn cells<'a>(&'a self, opening: &'a Opening) -> [ExportCell<'a>; 31] {
        let reason = opening.reason.as_deref().map(|code| {
            let known = self.site.reasons.get(code);
            known.map_or(code, |reason| reason.text.as_str())
        });
        let approver = opening.approved_by.as_ref();
        let owed = opening.photos_owed.as_ref();
        let closed = owed.and_then(|owed| owed.closed.as_ref());
        [
            ExportCell::Text(Cow::Owned(opening.at.local_text())),
            text(&opening.lot.name),
            text(&opening.lane.name),
            text(self.word(opening.direction.as_str())),
            optional(opening.plate.as_deref()),
            optional(opening.plate_read.as_deref()),
            text(self.word(opening.kind.as_str())),
            optional(reason),
            optional(opening.remark.as_deref()),
            text(&opening.person.name),
            text(self.word(opening.person.role.as_str())),
            text(self.word(opening.source.as_str())),
            text(self.word(opening.assessment.as_str())),
            money(opening.first_quote_fen),
            money(opening.due_fen),
            money(opening.collected_fen),
            opening.unpaid.map_or(ExportCell::Empty, |unpaid| text(self.word(unpaid_word(unpaid)))),
            ExportCell::Count(opening.photos.len()),
            text(self.word(owed_word(owed, self.at))),
            owed.map_or(ExportCell::Empty, |owed| ExportCell::Text(Cow::Owned(owed.due_at.local_text()))),
            // On every system this hub runs on a count of photos fits.
            owed.map_or(ExportCell::Empty, |owed| ExportCell::Count(owed.missing as usize)),
            optional(closed.map(|closed| closed.by.name.as_str())),
            optional(closed.map(|closed| closed.reason.as_str())),
            optional(approver.map(|person| person.name.as_str())),
            text(self.word(opening.result.as_str())),
            text(self.word(opening.barrier_before.as_str())),
            text(self.word(opening.barrier_after.as_str())),
            text(self.word(opening.passage.as_str())),
            ExportCell::Text(Cow::Owned(opening.claimed_at.local_text())),
            text(opening.id.as_str()),
            text(&self.viewer),
        ]
    }
}

/// Its word on the wire.
fn unpaid_word(unpaid: Unpaid) -> &'static str {
    match unpaid {
        Unpaid::Waive => "waive",
        Unpaid::Debt => "debt",
    }
}

/// Where the photos of a release stand that came, or should have come, after it (补录, R24).
fn owed_word(owed: Option<&PhotosOwed>, now: Timestamp) -> &'static str {
    match owed {
        None => "photos_none",
        Some(owed) if owed.missing == 0 => "photos_brought",
        Some(owed) if owed.closed.is_some() => "photos_closed",
        Some(owed) if owed.due_at < now => "photos_overdue",
        Some(_) => "photos_owed",
    }
}

/// Yuan as a number, for a program to count with.
pub(super) fn yuan(fen: Fen) -> String {
    let sign = if fen.0 < 0 { "-" } else { "" };
    let fen = fen.0.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

fn money(fen: Option<Fen>) -> ExportCell<'static> {
    fen.map_or(ExportCell::Empty, ExportCell::Money)
}

fn optional(value: Option<&str>) -> ExportCell<'_> {
    value.map_or(ExportCell::Empty, text)
}

/// Text that begins like a formula gets an apostrophe before it: a spreadsheet then shows it and computes nothing.
pub(super) fn text(value: &str) -> ExportCell<'_> {
    // One that begins so already gets a second, so that one is taken away when the file comes in again.
    if value.trim_start_matches('\'').starts_with(FORMULA) {
        ExportCell::Text(Cow::Owned(format!("'{value}")))
    } else {
        ExportCell::Text(Cow::Borrowed(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanedesk_domain::{
        assessment::Assessment, barrier::BarrierState, lane::Direction, opening, order::OrderResult, person::Role,
    };

    #[test]
    fn every_word_of_every_set_is_said_in_both_languages() {
        fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
            all.iter().map(|one| word(*one)).collect()
        }
        let sets = [
            words(Direction::ALL, Direction::as_str),
            words(opening::OpeningKind::ALL, opening::OpeningKind::as_str),
            words(opening::Source::ALL, opening::Source::as_str),
            words(opening::Passage::ALL, opening::Passage::as_str),
            words(Assessment::ALL, Assessment::as_str),
            words(OrderResult::ALL, OrderResult::as_str),
            words(BarrierState::ALL, BarrierState::as_str),
            words(Role::ALL, Role::as_str),
            vec!["waive", "debt", "openings", "photos_none", "photos_owed"],
            vec!["photos_brought", "photos_overdue", "photos_closed"],
        ];
        for word in sets.concat() {
            let both = CATALOGUE.words.get(word);
            let both = both.unwrap_or_else(|| panic!("columns.toml says nothing of {word}"));
            assert!(both.iter().all(|text| !text.is_empty()), "{word}");
        }
        assert_eq!(CATALOGUE.columns.len(), 31, "a title for every value");
    }

    #[test]
    fn what_looks_like_a_formula_is_shown_and_not_computed() {
        for begin in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
            let ExportCell::Text(safe) = text(begin) else { panic!("text") };
            assert_eq!(safe, format!("'{begin}"));
        }
        assert_eq!(text("粤B12345"), ExportCell::Text("粤B12345".into()));
    }
}
