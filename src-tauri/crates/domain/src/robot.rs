//! What a robot shows and says to the driver: scenes, their words in both languages, and the addresses of QR codes.
//!
//! Words and addresses are data: a site may replace any of them. What stands here are the defaults and how the named
//! places in them are filled.

use crate::{assessment::Assessment, offers::Scene};
use std::{borrow::Cow, collections::BTreeMap};

words! {
    /// What a robot's screen shows.
    pub enum RobotScene {
        /// Nobody is served: how to call.
        Idle = "idle",
        /// Somebody works the lane.
        Welcome = "welcome",
        /// Pay for the stay.
        Pay = "pay",
        /// Renew the pass.
        Renewal = "renewal",
        /// Unlicensed entry: confirm the phone.
        UnlicensedEntry = "unlicensed_entry",
        /// Unlicensed exit: find the stay by phone and pay.
        UnlicensedExit = "unlicensed_exit",
        /// The owner locked the car.
        ContactOwner = "contact_owner",
        /// This vehicle is barred.
        RefusalBarred = "refusal_barred",
        /// The lot admits no outsiders.
        RefusalOutsiders = "refusal_outsiders",
        /// The pass ended, and the lot admits no outsiders.
        RefusalExpired = "refusal_expired",
        /// The pass's spaces are taken by others.
        RefusalSpaces = "refusal_spaces",
        /// Hold the document before the camera.
        ShowDocument = "show_document",
        /// Paid: please leave.
        Paid = "paid",
        /// A person's own words.
        Text = "text",
    }
}

words! {
    /// A language a robot speaks.
    pub enum RobotLanguage {
        /// Chinese.
        Zh = "zh",
        /// English.
        En = "en",
    }
}

words! {
    /// An address that a QR code leads to.
    pub enum Link {
        /// Pay for a stay.
        Pay = "pay",
        /// Renew a pass.
        Renewal = "renewal",
        /// Come in without a plate.
        UnlicensedEntry = "unlicensed_entry",
        /// Go out without a plate.
        UnlicensedExit = "unlicensed_exit",
    }
}

impl RobotScene {
    /// The scene of a code or a text; which refusal it is depends on the vehicle.
    pub const fn of(scene: Scene, assessment: Assessment) -> Self {
        match scene {
            Scene::Pay => Self::Pay,
            Scene::Renewal => Self::Renewal,
            Scene::UnlicensedEntry => Self::UnlicensedEntry,
            Scene::UnlicensedExit => Self::UnlicensedExit,
            Scene::ContactOwner => Self::ContactOwner,
            Scene::Refusal => match assessment {
                Assessment::Blacklisted => Self::RefusalBarred,
                Assessment::SpaceTaken => Self::RefusalSpaces,
                Assessment::PassExpired => Self::RefusalExpired,
                _ => Self::RefusalOutsiders,
            },
        }
    }

    /// The address its QR code leads to; none: it shows no code.
    pub const fn link(self) -> Option<Link> {
        match self {
            Self::Pay => Some(Link::Pay),
            Self::Renewal => Some(Link::Renewal),
            Self::UnlicensedEntry => Some(Link::UnlicensedEntry),
            Self::UnlicensedExit => Some(Link::UnlicensedExit),
            _ => None,
        }
    }

    /// The names its words may hold in braces: what is known when it is shown.
    pub const fn places(self) -> &'static [&'static str] {
        match self {
            Self::Idle | Self::Welcome | Self::ShowDocument => &["lot", "lane"],
            Self::Text => &["lot", "lane", "text"],
            Self::Pay => &["lot", "lane", "plate", "amount", "minutes"],
            Self::RefusalSpaces => &["lot", "lane", "plate", "plates"],
            Self::Paid => &["lot", "lane", "plate", "minutes"],
            Self::Renewal
            | Self::UnlicensedEntry
            | Self::UnlicensedExit
            | Self::ContactOwner
            | Self::RefusalBarred
            | Self::RefusalOutsiders
            | Self::RefusalExpired => &["lot", "lane", "plate"],
        }
    }

    /// Whether money is asked for, so that a payment answers it.
    pub const fn asks_money(self) -> bool {
        matches!(self, Self::Pay | Self::UnlicensedExit)
    }

    /// The light that goes with it.
    pub const fn light(self) -> &'static str {
        match self {
            Self::Idle => "off",
            Self::Welcome | Self::Paid => "green",
            Self::RefusalBarred
            | Self::RefusalOutsiders
            | Self::RefusalExpired
            | Self::RefusalSpaces
            | Self::ContactOwner => "red",
            Self::Pay
            | Self::Renewal
            | Self::UnlicensedEntry
            | Self::UnlicensedExit
            | Self::ShowDocument
            | Self::Text => "yellow",
        }
    }

    /// The words a site begins with: what is shown, its first line the heading, and what is said.
    pub const fn words(self, language: RobotLanguage) -> Words<'static> {
        let (text, speech) = match language {
            RobotLanguage::Zh => self.zh(),
            RobotLanguage::En => self.en(),
        };
        Words { text: Cow::Borrowed(text), speech: Cow::Borrowed(speech) }
    }

    const fn zh(self) -> (&'static str, &'static str) {
        match self {
            Self::Idle => ("欢迎光临\n如需帮助，请按呼叫键", ""),
            Self::Welcome => ("您好\n客服正在为您处理，请稍候", "您好，客服正在为您处理，请稍候。"),
            Self::Pay => ("请扫码缴费\n应付 {amount}", "应付{amount}，请用手机扫描屏幕上的二维码缴费。"),
            Self::Renewal => ("月卡已过期\n请扫码续费", "您的月卡已过期，请用手机扫描屏幕上的二维码续费。"),
            Self::UnlicensedEntry => {
                ("无牌车请扫码进场\n扫码后确认手机号码", "无牌车请用手机扫描屏幕上的二维码，确认手机号码后进场。")
            }
            Self::UnlicensedExit => (
                "无牌车请扫码缴费\n输入进场时的手机号码",
                "无牌车请用手机扫描屏幕上的二维码，输入进场时的手机号码后缴费。",
            ),
            Self::ContactOwner => ("车辆已锁定\n请联系车主解锁后出场", "车辆已锁定，请联系车主解锁后出场。"),
            Self::RefusalBarred => {
                ("该车辆不能进场\n请倒车离开，如有疑问请按呼叫键", "对不起，该车辆不能进场，请倒车离开。")
            }
            Self::RefusalOutsiders => {
                ("本停车场不对外开放\n请倒车离开，来访请联系被访人", "对不起，本停车场不对外开放，请倒车离开。")
            }
            Self::RefusalExpired => {
                ("月卡已过期\n本停车场不对外开放，请续费后进场", "您的月卡已过期，本停车场不对外开放，请续费后进场。")
            }
            Self::RefusalSpaces => ("月卡车位已占满\n已在场：{plates}", "您的月卡车位已占满，请先将在场车辆驶出。"),
            Self::ShowDocument => (
                "请出示证件\n将证件正面朝向摄像头\n距离约 20 厘米\n照片仅用于本次放行登记",
                "请出示有效证件，将证件正面朝向摄像头，距离约二十厘米。",
            ),
            Self::Paid => ("缴费成功\n请在 {minutes} 分钟内离场", "缴费成功，请在{minutes}分钟内离场，祝您一路平安。"),
            Self::Text => ("{text}", ""),
        }
    }

    const fn en(self) -> (&'static str, &'static str) {
        match self {
            Self::Idle => ("Welcome\nNeed help? Press the call button", ""),
            Self::Welcome => ("Hello\nSomebody is looking after you, please wait", ""),
            Self::Pay => ("Scan to pay\n{amount} due", ""),
            Self::Renewal => ("Your pass has ended\nScan to renew it", ""),
            Self::UnlicensedEntry => ("No plate? Scan to enter\nThen confirm your phone number", ""),
            Self::UnlicensedExit => ("No plate? Scan to pay\nEnter the phone number you came in with", ""),
            Self::ContactOwner => ("This car is locked\nAsk its owner to unlock it", ""),
            Self::RefusalBarred => ("This vehicle is not admitted\nPlease back out", ""),
            Self::RefusalOutsiders => ("This car park is not open to the public\nPlease back out", ""),
            Self::RefusalExpired => ("Your pass has ended\nThis car park is for pass holders only", ""),
            Self::RefusalSpaces => ("The spaces of your pass are taken\nInside: {plates}", ""),
            Self::ShowDocument => (
                "Please show your document\nHold it 20 cm before the camera\nThe photo is used for this release only",
                "",
            ),
            Self::Paid => ("Paid, thank you\nPlease leave within {minutes} minutes", ""),
            Self::Text => ("", ""),
        }
    }
}

/// What is shown and what is said of a scene, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words<'a> {
    /// Shown; its first line is the heading. Empty: nothing in this language.
    pub text: Cow<'a, str>,
    /// Said; empty: nothing.
    pub speech: Cow<'a, str>,
}

impl Link {
    /// The names an address may hold in braces.
    pub const PLACES: &'static [&'static str] = &["lot", "lane", "stay", "plate", "amount", "amount_fen", "phone"];
}

/// The first name in braces that is none of `places`.
pub fn unknown_place<'a>(text: &'a str, places: &[&str]) -> Option<&'a str> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let (name, then) = after.split_once('}')?;
        if !places.contains(&name) {
            return Some(name);
        }
        rest = then;
    }
    None
}

/// Fills the names in braces; one that nothing is known of becomes empty.
pub fn fill(text: &str, known: &BTreeMap<&'static str, String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, then)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            break;
        };
        filled.push_str(known.get(name).map_or("", String::as_str));
        rest = then;
    }
    filled.push_str(rest);
    filled
}

/// Fills an address: what is put into it is percent-encoded, so that no plate or name can change where it leads.
pub fn address(link: &str, known: &BTreeMap<&'static str, String>) -> String {
    let encoded = known.iter().map(|(name, value)| (*name, percent(value))).collect();
    fill(link, &encoded)
}

/// RFC 3986: everything but unreserved characters, byte by byte.
fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A plate as a voice reads it: character by character.
pub fn spelled(plate: &str) -> String {
    let characters: Vec<String> = plate.chars().map(String::from).collect();
    characters.join(" ")
}

/// Longest text a person may send to a robot, in characters.
pub const LONGEST_TEXT: usize = 60;

/// A person's own words as a robot is given them; none: empty, too long, or with what no screen shows.
pub fn own_words(text: &str) -> Option<&str> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= LONGEST_TEXT;
    let plain = text.chars().all(|c| c == '\n' || !c.is_control());
    (fits && plain).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(pairs: &[(&'static str, &str)]) -> BTreeMap<&'static str, String> {
        pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    }

    #[test]
    fn every_scene_has_words_and_a_light_and_names_only_known_places() {
        for scene in RobotScene::ALL {
            let zh = scene.words(RobotLanguage::Zh);
            assert!(!zh.text.is_empty(), "{scene}");
            assert!(["off", "green", "yellow", "red"].contains(&scene.light()));
            for language in RobotLanguage::ALL {
                let words = scene.words(*language);
                assert_eq!(unknown_place(&words.text, scene.places()), None, "{scene}");
                let spoken = unknown_place(&words.speech, scene.places());
                assert_eq!(spoken, None, "{scene}");
            }
        }
    }

    #[test]
    fn a_refusal_says_why_and_a_code_leads_somewhere() {
        let refusal = |assessment| RobotScene::of(Scene::Refusal, assessment);
        assert_eq!(refusal(Assessment::Blacklisted), RobotScene::RefusalBarred);
        assert_eq!(refusal(Assessment::SpaceTaken), RobotScene::RefusalSpaces);
        assert_eq!(refusal(Assessment::PassExpired), RobotScene::RefusalExpired);
        assert_eq!(refusal(Assessment::Temporary), RobotScene::RefusalOutsiders);
        assert_eq!(RobotScene::Pay.link(), Some(Link::Pay));
        assert_eq!(RobotScene::Paid.link(), None);
        assert!(RobotScene::Pay.asks_money() && !RobotScene::Renewal.asks_money());
    }

    #[test]
    fn names_in_braces_are_filled_and_unknown_ones_leave_nothing() {
        let known = known(&[("amount", "¥12.00"), ("minutes", "15")]);
        assert_eq!(fill("应付 {amount}，{minutes} 分钟", &known), "应付 ¥12.00，15 分钟");
        assert_eq!(fill("{plate}好", &known), "好");
        assert_eq!(fill("a { b", &known), "a { b");
        let places = RobotScene::Pay.places();
        assert_eq!(unknown_place("{amount}{colour}", places), Some("colour"));
        assert_eq!(unknown_place("{amount} {", places), None);
        let idle = RobotScene::Idle.places();
        assert_eq!(unknown_place("{lot}{plate}", idle), Some("plate"));
    }

    #[test]
    fn what_is_put_into_an_address_cannot_change_where_it_leads() {
        let known = known(&[("plate", "粤B12345&x=1#/../"), ("stay", "s-1")]);
        assert_eq!(
            address("https://pay.example/{stay}?p={plate}", &known),
            "https://pay.example/s-1?p=%E7%B2%A4B12345%26x%3D1%23%2F..%2F"
        );
    }

    #[test]
    fn own_words_are_short_and_plain() {
        assert_eq!(own_words("  请稍候 "), Some("请稍候"));
        assert_eq!(own_words("\u{7}"), None);
        assert_eq!(own_words("   "), None);
        assert!(own_words(&"字".repeat(60)).is_some());
        assert!(own_words(&"字".repeat(61)).is_none());
        assert_eq!(spelled("粤B1"), "粤 B 1");
    }
}
