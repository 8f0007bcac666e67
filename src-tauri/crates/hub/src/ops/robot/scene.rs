//! The screen of a robot: a scene's words with what is known of the vehicle filled in, and its code.

use crate::{
    directory::Directory,
    error::{Error, Result},
    ops::view::Page,
};
use lanedesk_domain::{
    assessment::Assessment,
    ids::RobotId,
    money::Fen,
    offers::{Op, Scene, offered},
    plate::Plate,
    robot::{Link, RobotLanguage, RobotScene, Words, address, fill, spelled},
    time::Timestamp,
};
use lanedesk_wire::{
    robot::RobotLight,
    robot_link::{Show, ShowPlate, ShowQr, ShowWords},
};
use std::collections::BTreeMap;

/// What is known by the names that words and addresses may hold.
type SceneNames = BTreeMap<&'static str, String>;

/// A scene's words as the site has them, in one language.
fn words(site: &Directory, scene: RobotScene, language: RobotLanguage) -> Words<'_> {
    match site.templates.get(&(scene, language)) {
        Some((text, speech)) => Words { text: text.as_str().into(), speech: speech.as_str().into() },
        None => scene.words(language),
    }
}

/// A screen without a vehicle's facts.
pub(super) fn plain(site: &Directory, robot: &RobotId, scene: RobotScene, until: Option<Timestamp>) -> Show {
    let known = place(site, robot);
    filled(site, scene, &known, &known, until)
}

/// Where the robot stands, by name.
fn place(site: &Directory, robot: &RobotId) -> SceneNames {
    let lane = site.lane_of_robot(robot);
    let lot = lane.and_then(|lane| site.lots.get(&lane.lot));
    SceneNames::from([
        ("lot", lot.map_or(String::new(), |lot| lot.name.clone())),
        ("lane", lane.map_or(String::new(), |lane| lane.name.clone())),
    ])
}

/// The words of a scene, filled: what is shown from one list, what is said from the other.
fn filled(
    site: &Directory,
    scene: RobotScene,
    shown: &SceneNames,
    said: &SceneNames,
    until: Option<Timestamp>,
) -> Show {
    let each = RobotLanguage::ALL.iter().map(|language| {
        let words = words(site, scene, *language);
        ShowWords { lang: *language, text: fill(&words.text, shown), speech: fill(&words.speech, said) }
    });
    Show {
        scene,
        words: each.filter(|words| !words.text.is_empty() || !words.speech.is_empty()).collect(),
        light: light(scene),
        plate: None,
        qr: None,
        amount_fen: None,
        until,
    }
}

fn light(scene: RobotScene) -> RobotLight {
    // The words are the same; a test of the domain holds that.
    scene.light().parse().unwrap_or(RobotLight::Off)
}

/// A person's own words on the screen.
pub(super) fn own(site: &Directory, page: &Page, text: &str, until: Timestamp) -> Show {
    let known = SceneNames::from([
        ("lot", page.view.lot.name.clone()),
        ("lane", page.view.lane.name.clone()),
        ("text", text.to_owned()),
    ]);
    filled(site, RobotScene::Text, &known, &known, Some(until))
}

/// The screen of a scene for the vehicle of a page.
pub(super) fn of_page(site: &Directory, page: &Page, scene: RobotScene, until: Timestamp) -> Result<Show> {
    let due = asked(page, scene)?;
    let (shown, said) = about(site, page, due);
    let qr = match scene.link() {
        Some(link) => Some(code(&url(site, page, link, due)?)?),
        None => None,
    };
    let mut show = filled(site, scene, &shown, &said, Some(until));
    show.plate = drawn(page);
    show.qr = qr;
    show.amount_fen = due;
    Ok(show)
}

/// What is to be paid, where the scene asks for it. A code for nothing would be paid for nothing.
fn asked(page: &Page, scene: RobotScene) -> Result<Option<Fen>> {
    if scene != RobotScene::Pay {
        return Ok(None);
    }
    let payment = page.view.payment.as_ref().ok_or(Error::NotOffered)?;
    if payment.due_fen.0 <= 0 {
        return Err(Error::NotOffered);
    }
    Ok(Some(payment.due_fen))
}

fn plate(page: &Page) -> Option<Plate> {
    page.known.as_ref()?.plate.clone()
}

/// Plates that hold the spaces of this vehicle's pass, masked: it is another driver who reads them.
fn plates_inside(page: &Page) -> Vec<String> {
    let Some(Ok(passes)) = page.known.as_ref().map(|known| &known.passes) else {
        return Vec::new();
    };
    let own = plate(page);
    let others = passes
        .inside
        .iter()
        .filter(|inside| page.view.assessment == Assessment::SpaceTaken && own.as_ref() != Some(&inside.plate));
    others.map(|inside| inside.plate.masked()).collect()
}

/// What is known of the page's vehicle: as it is shown, and as a voice says it.
fn about(site: &Directory, page: &Page, due: Option<Fen>) -> (SceneNames, SceneNames) {
    let minutes = site.lots.get(&page.view.lot.id).map(|lot| lot.leave_minutes);
    let plate = plate(page);
    let mut shown = SceneNames::from([
        ("lot", page.view.lot.name.clone()),
        ("lane", page.view.lane.name.clone()),
        ("amount", due.map_or(String::new(), |due| due.to_string())),
        ("minutes", minutes.map_or(String::new(), |m| m.to_string())),
        ("plates", plates_inside(page).join("、")),
    ]);
    let mut said = shown.clone();
    said.insert("amount", due.map_or(String::new(), spoken));
    if let Some(plate) = plate {
        said.insert("plate", spelled(plate.as_str()));
        shown.insert("plate", plate.display());
    }
    (shown, said)
}

/// The vehicle's plate as a robot draws it.
fn drawn(page: &Page) -> Option<ShowPlate> {
    plate(page).map(|plate| ShowPlate {
        kind: plate.kind(),
        text: plate.as_str().to_owned(),
        color: page.view.vehicle.as_ref().and_then(|v| v.color.clone()),
    })
}

/// An amount as a voice says it: 12元, 12.5元.
fn spoken(amount: Fen) -> String {
    let (yuan, fen) = (amount.0 / 100, amount.0 % 100);
    let text = format!("{yuan}.{fen:02}");
    format!("{}元", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Where a code leads.
pub(super) fn url(site: &Directory, page: &Page, link: Link, due: Option<Fen>) -> Result<String> {
    let pattern = site.links.get(&link).ok_or(Error::NotConfigured(link.as_str()))?;
    let case = page.standing.case.as_ref();
    let phone = case.and_then(|case| case.phone.as_ref());
    let known = SceneNames::from([
        ("lot", page.view.lot.id.to_string()),
        ("lane", page.view.lane.id.to_string()),
        ("stay", page.view.payment.as_ref().map_or(String::new(), |payment| payment.stay.to_string())),
        ("plate", plate(page).map_or(String::new(), |plate| plate.as_str().to_owned())),
        ("amount_fen", due.map_or(String::new(), |due| due.0.to_string())),
        ("amount", due.map_or(String::new(), |due| due.to_string())),
        ("phone", phone.map_or(String::new(), |phone| phone.as_str().to_owned())),
    ]);
    Ok(address(pattern, &known))
}

/// A code for an address, module by module.
fn code(url: &str) -> Result<ShowQr> {
    let code = matrix(url)?;
    let width = code.width();
    let dark = |color: &qrcode::Color| {
        if *color == qrcode::Color::Dark { '1' } else { '0' }
    };
    Ok(ShowQr {
        url: url.to_owned(),
        rows: code.to_colors().chunks(width).map(|row| row.iter().map(dark).collect()).collect(),
    })
}

/// The code itself. An address that fits into none was never a usable one.
pub(super) fn matrix(url: &str) -> Result<qrcode::QrCode> {
    qrcode::QrCode::with_error_correction_level(url, qrcode::EcLevel::M).map_err(|_| Error::NotConfigured("too_long"))
}

/// The code's scene that fits the vehicle, or the one that was asked for where it fits too (R18).
pub(super) fn offered_code(page: &Page, asked: Option<Scene>) -> Result<Scene> {
    let offer = offered(&page.facts, Op::ShowQr).ok_or(Error::NotOffered)?;
    match asked {
        Some(scene) if offer.scenes.contains(&scene) => Ok(scene),
        Some(_) => Err(Error::NotOffered),
        None => offer.scenes.first().copied().ok_or(Error::NotOffered),
    }
}

/// The screen after a payment that leaves nothing due.
pub(super) fn paid(site: &Directory, page: &Page, until: Timestamp) -> Show {
    let (shown, said) = about(site, page, None);
    let mut show = filled(site, RobotScene::Paid, &shown, &said, Some(until));
    show.plate = drawn(page);
    show
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_said_as_people_say_it() {
        for (fen, said) in [(1200, "12元"), (1250, "12.5元"), (5, "0.05元"), (10_000, "100元")] {
            assert_eq!(spoken(Fen(fen)), said);
        }
    }

    #[test]
    fn a_code_is_square_and_dark_in_its_corners() {
        let code = code("https://pay.example/s?stay=1").unwrap();
        assert!(code.rows.len() >= 21);
        assert!(code.rows.iter().all(|row| row.len() == code.rows.len()));
        assert!(code.rows[0].starts_with("1111111"));
        assert!(matrix(&"x".repeat(5_000)).is_err());
    }

    #[test]
    fn a_site_s_own_words_stand_before_ours() {
        let (mut site, robot) = (Directory::default(), "r1".parse().unwrap());
        let ours = plain(&site, &robot, RobotScene::Idle, None);
        assert!(ours.words[0].text.contains("呼叫键"));
        let key = (RobotScene::Idle, RobotLanguage::Zh);
        site.templates.insert(key, ("彩悦大厦欢迎您".to_owned(), String::new()));
        let own = plain(&site, &robot, RobotScene::Idle, None);
        assert_eq!(own.words[0].text, "彩悦大厦欢迎您");
        assert_eq!(own.words[1], ours.words[1]);
    }
}
