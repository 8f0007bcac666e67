//! What robots show and say, and where their codes lead, as administrators see it: a row for every scene and every
//! address there is, set or not. A scene's languages stand in one row: `text` and `speech` are Chinese, `text_en` and
//! `speech_en` English; in a site file each language is a `[[template]]` of its own.

use super::{row::DEFAULT, text::FormName};
use crate::{
    error::Result,
    hub::Hub,
    store::{RowSelection, StoredRow},
};
use lanedesk_domain::{
    robot::{Link, RobotLanguage, RobotScene},
    rules::{Limit, Rules},
};
use lanedesk_wire::{
    list::Page,
    site::{Cell, Cells, SiteRow, SiteTable},
};

/// The keys of a language's words in a scene's row: shown, said.
const fn keys(language: RobotLanguage) -> [&'static str; 2] {
    match language {
        RobotLanguage::Zh => ["text", "speech"],
        RobotLanguage::En => ["text_en", "speech_en"],
    }
}

/// Whether the table's rows stand there though nobody has set them.
pub(super) fn stand_always(table: SiteTable) -> bool {
    matches!(table, SiteTable::Rule | SiteTable::Template | SiteTable::Link)
}

/// Every row there is; of `q` those that hold it.
pub(super) async fn list(hub: &Hub, table: SiteTable, q: Option<&str>) -> Result<Page<SiteRow>> {
    let asked = RowSelection { limit: 10_000, ..RowSelection::default() };
    let mut reader = hub.store().read().await?;
    let set = reader.conn().site_rows(table, &asked).await?;
    let ids: Vec<&str> = match table {
        SiteTable::Rule => Rules::LIMITS.iter().map(|limit| limit.name).collect(),
        SiteTable::Template => RobotScene::ALL.iter().map(|scene| scene.as_str()).collect(),
        _ => Link::ALL.iter().map(|link| link.as_str()).collect(),
    };
    let of = |id: &str| told(table, id, set.iter().find(|row| row.id == id));
    let wanted = q.unwrap_or_default().trim().to_lowercase();
    let holds = |row: &SiteRow| {
        let says =
            |cell: &Option<Cell>| matches!(cell, Some(Cell::Text(text)) if text.to_lowercase().contains(&wanted));
        // The page that lists rules asks for all of them.
        table == SiteTable::Rule || row.row.values().any(says)
    };
    Ok(Page { items: ids.into_iter().filter_map(of).filter(holds).collect(), next: None })
}

/// A scene or an address as it is told; none: there is no such one, or the table is another.
pub(super) fn told(table: SiteTable, id: &str, set: Option<&StoredRow>) -> Option<SiteRow> {
    let row = match table {
        SiteTable::Template => scene(id.parse().ok()?, set),
        SiteTable::Link => link(id.parse().ok()?, set),
        SiteTable::Rule => rule(Rules::LIMITS.iter().find(|limit| limit.name == id)?, set),
        _ => return None,
    };
    Some(SiteRow {
        table,
        id: id.to_owned(),
        label: id.to_owned(),
        version: set.map_or_else(|| DEFAULT.to_owned(), |row| row.version.clone()),
        row,
        secrets: Vec::new(),
        one_time_code: None,
    })
}

fn said(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn names(places: &[&str]) -> Cell {
    Cell::List(places.iter().map(|p| (*p).to_owned()).collect())
}

/// The words in force, those a site begins with, and what may stand in braces.
fn scene(scene: RobotScene, set: Option<&StoredRow>) -> Cells {
    let mut cells = Cells::from([
        ("scene".to_owned(), Some(said(scene.as_str()))),
        ("places".to_owned(), Some(names(scene.places()))),
        ("light".to_owned(), Some(said(scene.light()))),
        ("set".to_owned(), Some(Cell::Truth(set.is_some()))),
    ]);
    for language in RobotLanguage::ALL {
        let usual = scene.words(*language);
        for (key, usual) in keys(*language).into_iter().zip([usual.text, usual.speech]) {
            let own = set.and_then(|row| row.cells.get(key)?.clone());
            cells.insert(key.to_owned(), own.or_else(|| Some(said(&usual))));
            cells.insert(format!("default_{key}"), Some(said(&usual)));
        }
    }
    cells
}

fn rule(limit: &Limit, set: Option<&StoredRow>) -> Cells {
    let number = |value: u32| Some(Cell::Number(value.into()));
    let value = set.and_then(|row| row.cells.get("value")?.clone());
    Cells::from([
        ("name".to_owned(), Some(said(limit.name))),
        ("value".to_owned(), value.or_else(|| number(limit.default))),
        ("default".to_owned(), number(limit.default)),
        ("min".to_owned(), number(limit.min)),
        ("max".to_owned(), number(limit.max)),
        ("set".to_owned(), Some(Cell::Truth(set.is_some()))),
    ])
}

fn link(link: Link, set: Option<&StoredRow>) -> Cells {
    let url = set.and_then(|row| row.cells.get("url")?.clone());
    Cells::from([
        ("name".to_owned(), Some(said(link.as_str()))),
        ("places".to_owned(), Some(names(Link::PLACES))),
        ("set".to_owned(), Some(Cell::Truth(set.is_some()))),
        ("url".to_owned(), url),
    ])
}

/// A form says everything: what it leaves empty is to be empty, and not as it usually is.
pub(super) fn whole(table: SiteTable, cells: &mut Cells) {
    if table != SiteTable::Template {
        return;
    }
    for key in RobotLanguage::ALL.iter().flat_map(|language| keys(*language)) {
        let cell = cells.entry(key.to_owned()).or_default();
        if cell.is_none() {
            *cell = Some(said(""));
        }
    }
}

/// Puts the scene where the site file has it, and takes out what is only shown.
pub(super) fn fit(id: &str, cells: &mut Cells) {
    let only_shown = |key: &str| matches!(key, "set" | "places" | "light");
    cells.retain(|key, _| !only_shown(key) && !key.starts_with("default_"));
    cells.insert("scene".to_owned(), Some(said(id)));
}

/// The scene's row as a site file says it: one row a language, those of which something is said, each with what its keys are
/// called in the form. A key that is none goes with the first, where it is refused.
pub(super) fn sections(row: &Cells) -> Vec<(Cells, FormName)> {
    let known: Vec<&str> = RobotLanguage::ALL.iter().flat_map(|l| keys(*l)).collect();
    let mut sections: Vec<(Cells, FormName)> = Vec::new();
    for language in RobotLanguage::ALL {
        let mut section = Cells::new();
        for (key, column) in keys(RobotLanguage::Zh).into_iter().zip(keys(*language)) {
            section.extend(row.get(column).filter(|cell| cell.is_some()).map(|cell| (key.to_owned(), cell.clone())));
        }
        if section.is_empty() {
            continue;
        }
        section.insert("lang".to_owned(), Some(said(language.as_str())));
        let others = row.iter().filter(|(key, _)| !known.contains(&key.as_str()));
        let others = others.filter(|(key, _)| *key == "scene" || sections.is_empty());
        section.extend(others.map(|(key, value)| (key.clone(), value.clone())));
        let of_form: FormName = match language {
            RobotLanguage::Zh => |column| column,
            RobotLanguage::En => |column| if column == "scene" { column } else { column + "_en" },
        };
        sections.push((section, of_form));
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(pairs: &[(&str, &str)]) -> Cells {
        let cell = |(key, text): &(&str, &str)| ((*key).to_owned(), Some(said(text)));
        pairs.iter().map(cell).collect()
    }

    #[test]
    fn a_scene_nobody_has_set_shows_the_words_it_begins_with() {
        let row = told(SiteTable::Template, "pay", None).unwrap();
        assert_eq!(row.version, DEFAULT);
        assert_eq!(row.row["text"], row.row["default_text"]);
        assert_eq!(row.row["set"], Some(Cell::Truth(false)));
        assert!(told(SiteTable::Template, "dance", None).is_none());
        assert!(told(SiteTable::Lane, "pay", None).is_none());
    }

    #[test]
    fn a_form_is_whole_and_each_language_is_a_section_of_its_own() {
        let mut row = cells(&[("text", "请扫码\n应付 {amount}"), ("set", "x"), ("default_text", "y")]);
        whole(SiteTable::Template, &mut row);
        fit("pay", &mut row);
        let site = super::super::text::read(SiteTable::Template, &row, &crate::site::SiteContext::default()).unwrap();
        let (zh, en) = (&site.templates[0], &site.templates[1]);
        assert_eq!((zh.lang, zh.text.as_str()), (RobotLanguage::Zh, "请扫码\n应付 {amount}"));
        assert_eq!((en.lang, en.text.as_str()), (RobotLanguage::En, ""));
    }

    #[test]
    fn faults_name_the_fields_of_the_form() {
        let mut row = cells(&[("text", " "), ("speech", "{plate}"), ("text_en", "{colour}")]);
        whole(SiteTable::Template, &mut row);
        fit("idle", &mut row);
        let known = crate::site::SiteContext::default();
        let refused = super::super::text::read(SiteTable::Template, &row, &known);
        let Err(crate::error::Error::Faults(faults)) = refused else {
            panic!("{refused:?}");
        };
        let columns: Vec<&str> = faults.iter().filter_map(|f| f.column.as_deref()).collect();
        assert_eq!(columns, ["speech", "text", "text_en"], "{faults:?}");
    }
}
