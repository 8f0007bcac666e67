//! Keys that are read unlike any other: of devices, robots, plates and words.

use super::{
    address::{has_user_info, host_of},
    read::{FormRow, SourceValue},
};
use crate::origin::parse_network;
use lanedesk_domain::{
    ids::AreaId,
    plate::Plate,
    robot::{Link, RobotLanguage, RobotScene, unknown_place},
};
use std::collections::HashSet;

/// Drivers that are built.
const DRIVERS: &[&str] = &["hikvision"];
/// Drivers the file format knows and a later hub will have.
const LATER_DRIVERS: &[&str] = &["dahua", "onvif", "vzenith", "modbus", "shelly"];

/// Longest words of a scene, in characters: more than a screen shows at a distance.
const LONGEST: usize = 200;
/// Longest address; a longer one makes a code too fine for a phone to read.
const LONGEST_LINK: usize = 500;

/// Devices, robots and the systems that send signed events.
impl FormRow<'_, '_> {
    /// A driver that is built; what else the row of another one says is not looked at.
    pub(super) fn driver(&mut self, key: &'static str) -> Option<String> {
        let driver = self.text(key)?;
        if DRIVERS.contains(&driver.as_str()) {
            return Some(driver);
        }
        let word = if LATER_DRIVERS.contains(&driver.as_str()) { "is not built yet" } else { "is not known" };
        self.fault(key, format_args!("driver {driver:?} {word}; built: {}", DRIVERS.join(", ")));
        self.excuse();
        None
    }

    /// Where a device answers.
    pub(super) fn url(&mut self, key: &'static str) -> Option<String> {
        let url = self.text(key)?;
        self.address(key, &url, &["http://", "https://"], "username and password");
        Some(url)
    }

    /// Where a device's live stream is, where it has an address of its own.
    pub(super) fn stream(&mut self, key: &'static str) -> Option<String> {
        let rtsp = self.text_or_none(key);
        if let Some(rtsp) = &rtsp {
            self.address(key, rtsp, &["rtsp://"], "rtsp_username and rtsp_password");
        }
        rtsp
    }

    /// An address must be one, and carry no account: it rests, is shown and is exported in the clear (invariant 16).
    fn address(&mut self, key: &'static str, text: &str, begins: &[&str], instead: &str) {
        if has_user_info(text) {
            // Not repeated: a password may stand in it.
            let why = "no user name or password may stand in an address; give them as";
            return self.fault(key, format_args!("{why} {instead}"));
        }
        let scheme = text.split_inclusive("//").next().unwrap_or_default();
        if !begins.contains(&scheme.to_ascii_lowercase().as_str()) {
            return self.fault(key, format_args!("{text:?} must begin with {}", begins.join(" or ")));
        }
        let Some(host) = host_of(text) else {
            return self.fault(key, format_args!("{text:?} is no address of a device"));
        };
        // The hub speaks to devices only, whoever names what.
        if let Some(networks) = self.known.networks.as_ref().filter(|networks| !networks.allow_host(&host)) {
            let why = "its address is outside the networks that devices may have";
            self.fault(key, format_args!("{why}: {networks}"));
        }
    }

    /// Addresses and networks, as one text with commas or as a list; absent: none.
    pub(super) fn networks(&mut self, key: &'static str) -> Option<String> {
        let text = match self.find(key) {
            Some(SourceValue::List(_)) => self.list::<String>(key).join(","),
            _ => self.text_or_none(key).unwrap_or_default(),
        };
        let words: Vec<&str> = text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        for word in &words {
            if parse_network(word).is_err() {
                self.fault(key, format_args!("{word:?} is no address and no network like 10.0.0.0/24"));
            }
        }
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// A robot's key; absent: empty.
    pub(super) fn link_key(&mut self, key: &'static str) -> String {
        let secret = self.secret(key).unwrap_or_default();
        if !secret.chars().all(goes_in_a_header) {
            self.fault(key, "may hold only letters, digits and - . _ ~ + * ! # $ % & ' ^ ` |");
        }
        secret
    }

    /// A secret that must be there.
    pub(super) fn secret_required(&mut self, key: &'static str) -> Option<String> {
        let secret = self.secret(key);
        if secret.is_none() {
            self.fault(key, "is missing");
        }
        secret
    }
}

/// Reasons, plates, and what robots show and say.
impl FormRow<'_, '_> {
    /// A reason's code follows the same alphabet as ids.
    pub(super) fn code(&mut self, key: &'static str) -> Option<String> {
        let code: AreaId = self.parsed(key)?;
        let code = String::from(code);
        self.only_once("reason", code.clone(), key);
        Some(code)
    }

    /// A plate. It is kept normalised; one that is no plate at all is a fault, an odd one is not.
    pub(super) fn plate(&mut self, key: &'static str) -> Option<String> {
        let text = self.text(key)?;
        self.normal_plate(key, &text)
    }

    fn normal_plate(&mut self, key: &'static str, text: &str) -> Option<String> {
        let plate = Plate::parse(text).map_err(|error| self.fault(key, format_args!("{text:?}: {error}")));
        plate.ok().map(|plate| plate.as_str().to_owned())
    }

    /// One plate or several. Their order means nothing; kept in one order they can be compared.
    pub(super) fn plates(&mut self, key: &'static str) -> Vec<String> {
        let texts: Vec<String> = self.list(key);
        let mut plates: Vec<String> = texts.iter().filter_map(|text| self.normal_plate(key, text)).collect();
        plates.sort();
        plates.dedup();
        if plates.is_empty() {
            self.fault(key, "must name at least one plate");
        }
        plates
    }

    /// What a scene shows. Every driver here reads Chinese; a site that wants no English says so with an empty text.
    pub(super) fn shown(
        &mut self,
        key: &'static str,
        scene: Option<RobotScene>,
        lang: Option<RobotLanguage>,
    ) -> Option<String> {
        if lang == Some(RobotLanguage::En) {
            return Some(self.said(key, scene));
        }
        let text = self.text(key)?;
        self.words(key, &text, scene);
        Some(text)
    }

    /// What a scene says; may be empty.
    pub(super) fn said(&mut self, key: &'static str, scene: Option<RobotScene>) -> String {
        let text = self.text_or_empty(key);
        self.words(key, &text, scene);
        text
    }

    fn words(&mut self, key: &'static str, words: &str, scene: Option<RobotScene>) {
        if let Some(place) = scene.and_then(|scene| unknown_place(words, scene.places())) {
            self.fault(key, format_args!("nothing is known as {{{place}}}"));
        }
        if words.chars().count() > LONGEST {
            self.fault(key, format_args!("has more than {LONGEST} characters"));
        }
    }
}

/// A robot's key travels as a WebSocket subprotocol, which is a token (RFC 9110, 5.6.2).
fn goes_in_a_header(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~+*!#$%&'^`|".contains(c)
}

/// Fewest characters of a push key: it stands in an address, where anybody may try.
const PUSH_KEY_LEAST: usize = 16;
/// Fewest different ones among them.
const PUSH_KEY_DIFFERENT: usize = 6;

/// Why a push key cannot be taken.
pub(crate) fn push_key_fault(key: &str) -> Option<&'static str> {
    let different: HashSet<char> = key.chars().collect();
    let guessed = key.chars().count() < PUSH_KEY_LEAST || different.len() < PUSH_KEY_DIFFERENT;
    guessed.then_some(
        "can be guessed: leave it out and the hub makes one, or give 16 characters or more of which 6 differ",
    )
}

/// Why an address cannot be one that a code leads to.
pub(super) fn link_fault(url: &str) -> Option<String> {
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
