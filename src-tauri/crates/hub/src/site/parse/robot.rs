//! What robots show and say, and where their codes lead.

use super::super::{Site, Template, address::has_user_info, check::Names, fault::Faults, read::Row};
use lanedesk_domain::robot::{Link, RobotLanguage, RobotScene, unknown_place};
use toml::de::{DeTable, DeValue};

/// Longest words of a scene, in characters: more than a screen shows at a distance.
const LONGEST: usize = 200;
/// Longest address; a longer one makes a code too fine for a phone to read.
const LONGEST_LINK: usize = 500;

pub(super) fn template(row: &mut Row<'_, '_>, names: &mut Names, site: &mut Site) -> Option<()> {
    let (scene, lang) = (row.parsed::<RobotScene>("scene"), row.parsed::<RobotLanguage>("lang"));
    // Every driver here reads Chinese; a site that wants no English says so with an empty text.
    let text = match lang {
        Some(RobotLanguage::En) => Some(row.text_or_empty("text")),
        _ => row.text("text"),
    };
    let speech = row.text_or_empty("speech");
    for (key, words) in [("text", text.as_deref().unwrap_or_default()), ("speech", &speech)] {
        if let Some(place) = scene.and_then(|scene| unknown_place(words, scene.places())) {
            row.fault(key, format!("nothing is known as {{{place}}}"));
        }
        if words.chars().count() > LONGEST {
            row.fault(key, format!("has more than {LONGEST} characters"));
        }
    }
    let (scene, lang) = (scene?, lang?);
    let at = row.place("scene");
    names.only_once("template", format!("{scene} {lang}"), at, row.faults);
    site.templates.push(Template { scene, lang, text: text?, speech });
    Some(())
}

/// `[links]`
pub(super) fn links(table: &DeTable<'_>, site: &mut Site, faults: &mut Faults) {
    for (key, value) in table {
        let (name, at) = (key.get_ref().as_ref(), value.span().start);
        let Ok(link) = name.parse::<Link>() else {
            faults.at(key.span().start, format!("links: there is no link {name:?}"));
            continue;
        };
        match value.get_ref() {
            DeValue::String(url) => match why_not(url) {
                None => drop(site.links.insert(link, url.trim().to_owned())),
                Some(why) => faults.at(at, format!("links.{name}: {why}")),
            },
            _ => faults.at(at, format!("links.{name}: must be text in quotes")),
        }
    }
}

fn why_not(url: &str) -> Option<String> {
    let url = url.trim();
    if url.is_empty() {
        return Some("is empty".to_owned());
    }
    if has_user_info(url) {
        // Not repeated: a password may stand in it, and every driver could read it.
        return Some("no user name or password may stand in an address; leave them out".to_owned());
    }
    // A driver's phone asks for money there: nobody on the way may change the page.
    if !url.starts_with("https://") {
        return Some(format!("{url:?} must begin with https://"));
    }
    if url.len() > LONGEST_LINK {
        return Some(format!("has more than {LONGEST_LINK} characters"));
    }
    unknown_place(url, Link::PLACES).map(|place| format!("nothing is known as {{{place}}}"))
}
