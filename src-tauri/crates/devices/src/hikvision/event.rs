//! `EventNotificationAlert` as a plate read (DEVICES.md 1.5).

use super::{
    jpeg,
    multipart::Part,
    xml::{BadXml, Leaves},
};
use crate::{PlateRead, Travel};
use lanedesk_domain::{time::Timestamp, zone::Zone};
use sha2::{Digest, Sha256};

/// Below this a character is doubtful; the camera's scale is 0 to 100.
const DOUBTFUL_BELOW: u8 = 80;

/// Where a document names the device that made it; firmware differs.
const MADE_BY: [&str; 4] = ["macAddress", "deviceSerial", "serialNumber", "deviceID"];

/// What one document tells.
pub(crate) enum Alert {
    /// A plate was read.
    Read(Box<Draft>),
    /// Anything else, keep-alives among it: the link is alive.
    Other,
}

/// A read whose pictures may still come.
pub(crate) struct Draft {
    read: PlateRead,
    /// Pictures that were announced; where none is said they are taken as they come.
    announced: Option<usize>,
    /// The plate's rectangle in the device's own measure.
    rect: Option<[f32; 4]>,
    pictures: Vec<Part>,
}

impl Alert {
    /// Reads a document. One that is no event, such as a `ResponseStatus`, is not readable here.
    pub(crate) fn read(xml: &[u8]) -> Result<Self, BadXml> {
        let leaves = Leaves::read(xml)?;
        if !leaves.root().eq_ignore_ascii_case("EventNotificationAlert") {
            return Err(BadXml);
        }
        let kind = leaves.first("EventNotificationAlert/eventType");
        let plate = kind.is_some_and(|kind| {
            ["anpr", "vehicledetection", "vehiclematchresult"].contains(&kind.to_ascii_lowercase().as_str())
        });
        Ok(if plate { Self::Read(Box::new(Draft::new(&leaves))) } else { Self::Other })
    }
}

impl Draft {
    fn new(leaves: &Leaves) -> Self {
        let plate = leaves.first("licensePlate").and_then(plate_text);
        let char_confidence = char_confidence(leaves.first("plateCharBelieve"));
        let doubtful = plate.as_deref().map_or_else(Vec::new, |plate| doubtful(plate, &char_confidence));
        let read = PlateRead {
            uuid: uuid(leaves),
            color: leaves.first("plateColor").and_then(color),
            confidence: leaves.number::<f32>("ANPR/confidenceLevel").map(percent).filter(|_| plate.is_some()),
            char_confidence,
            doubtful,
            travel: match leaves.first("ANPR/direction") {
                Some("forward") => Some(Travel::Forward),
                Some("reverse") => Some(Travel::Reverse),
                _ => None,
            },
            taken_at: leaves.first("EventNotificationAlert/dateTime").and_then(device_time),
            history: leaves.first("alarmDataType") == Some("1") || leaves.first("currentEvent") == Some("false"),
            opened_by_camera: leaves.number::<u8>("barrierGateCtrlType").map(|kind| kind == 0),
            made_by: MADE_BY
                .iter()
                .filter_map(|tail| leaves.first(tail))
                .map(|word| word.chars().take(80).collect())
                .collect(),
            list: leaves
                .first("listType")
                .or_else(|| leaves.first("vehicleListName"))
                .map(|word| word.chars().take(40).collect()),
            plate,
            picture: None,
            plate_picture: None,
            plate_box: None,
        };
        Self { read, announced: leaves.number("picNum"), rect: rect(leaves), pictures: Vec::new() }
    }

    /// Takes a picture that followed the document.
    pub(crate) fn add(&mut self, picture: Part) {
        // A device that never stops sending pictures must not fill the memory.
        if self.pictures.len() < 8 {
            self.pictures.push(picture);
        }
    }

    /// Whether every picture announced has come.
    pub(crate) fn whole(&self) -> bool {
        self.announced.is_some_and(|count| self.pictures.len() >= count)
    }

    /// The read with what pictures there are. Names vary, so the plate is the one named so, or the smaller of two.
    pub(crate) fn finish(mut self) -> PlateRead {
        let named = |part: &Part| part.head.contains("licenseplate") || part.head.contains("plate_pic");
        let plate_at = self.pictures.iter().position(named).or_else(|| {
            let smallest = self.pictures.iter().enumerate();
            let smallest = smallest.min_by_key(|(_, part)| part.body.len());
            smallest.filter(|_| self.pictures.len() > 1).map(|(at, _)| at)
        });
        if let Some(at) = plate_at {
            self.read.plate_picture = Some(self.pictures.remove(at).body);
        }
        let scene = self.pictures.into_iter().max_by_key(|p| p.body.len());
        self.read.picture = scene.map(|part| part.body);
        let size = self.read.picture.as_deref().and_then(jpeg::size);
        self.read.plate_box = self.rect.and_then(|rect| parts_of(rect, size));
        self.read
    }
}

/// The plate without the decorations devices add, or nothing for the words that mean "not read".
fn plate_text(text: &str) -> Option<String> {
    const NONE: [&str; 7] = ["unknown", "noplate", "no plate", "none", "_无_", "无车牌", "未识别"];
    let trimmed = text.trim();
    if NONE.contains(&trimmed.to_lowercase().as_str()) {
        return None;
    }
    let bare: String = trimmed
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '·' | '•' | '-' | '.'))
        .take(16)
        .collect();
    // Some firmware writes the colour before the province: 蓝粤B12345.
    let mut chars = bare.chars();
    let bare = match (chars.next(), chars.next()) {
        (Some('蓝' | '黄' | '白' | '黑' | '绿'), Some(next)) if !next.is_ascii() => bare.chars().skip(1).collect(),
        _ => bare,
    };
    (!bare.is_empty()).then_some(bare)
}

/// Plate colour in our words; the device's own where it is another.
fn color(word: &str) -> Option<String> {
    let word = word.trim();
    let ours = match word.to_ascii_lowercase().as_str() {
        "unknown" | "other" | "" => return None,
        "newenergygreen" | "green" => "green",
        "newenergyyellowgreen" | "yellowgreen" => "yellow_green",
        known @ ("blue" | "yellow" | "white" | "black") => return Some(known.to_owned()),
        _ => return Some(word.chars().take(20).collect()),
    };
    Some(ours.to_owned())
}

/// `99,98,41,…`: one number a character.
fn char_confidence(text: Option<&str>) -> Vec<u8> {
    let numbers = text.unwrap_or_default().split([',', ' ', ';']);
    let numbers = numbers.filter_map(|number| number.trim().parse::<f32>().ok());
    numbers.take(16).map(percent).collect()
}

/// Positions of doubtful characters; nothing where the numbers do not fit the plate.
fn doubtful(plate: &str, confidence: &[u8]) -> Vec<u8> {
    if plate.chars().count() != confidence.len() {
        return Vec::new();
    }
    let each = (0u8..).zip(confidence);
    let each = each.filter(|(_, sure)| **sure < DOUBTFUL_BELOW);
    each.map(|(position, _)| position).collect()
}

/// A device's number as 0 to 100; NaN becomes 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn percent(number: f32) -> u8 {
    number.clamp(0.0, 100.0).round() as u8
}

/// A device's time; one without a zone stands in the lots'.
fn device_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().or_else(|_| Zone::local().read(text)).ok()
}

/// The event's own id, or one made of what tells two events apart, so that a repeat has the same.
fn uuid(leaves: &Leaves) -> String {
    let own = leaves.first("EventNotificationAlert/UUID").or_else(|| leaves.first("UUID"));
    if let Some(own) = own {
        return own.chars().take(80).collect();
    }
    let mut hash = Sha256::new();
    for tail in ["macAddress", "channelID", "dateTime", "licensePlate", "ANPR/line"] {
        hash.update(leaves.first(tail).unwrap_or_default());
        hash.update([0]);
    }
    let hash = hash.finalize();
    let half = hash.iter().take(16);
    let half = half.fold(0u128, |number, byte| (number << 8) | u128::from(*byte));
    format!("made-{half:032x}")
}

fn rect(leaves: &Leaves) -> Option<[f32; 4]> {
    let side = |upper: &str, lower: &str| -> Option<f32> {
        let number = leaves.number(&format!("plateRect/{upper}"));
        number.or_else(|| leaves.number(&format!("plateRect/{lower}")))
    };
    Some([side("X", "x")?, side("Y", "y")?, side("width", "Width")?, side("height", "Height")?])
}

/// A rectangle as parts of the picture. Devices write parts (up to 1), thousandths, or pixels of the picture sent.
fn parts_of(rect: [f32; 4], size: Option<(u16, u16)>) -> Option<[f32; 4]> {
    let [x, y, width, height] = rect;
    let sane = rect.iter().all(|n| n.is_finite() && *n >= 0.0) && width > 0.0 && height > 0.0;
    let (right, bottom) = (x + width, y + height);
    let (across, down) = match size {
        _ if !sane => return None,
        _ if right <= 1.0 && bottom <= 1.0 => (1.0, 1.0),
        _ if right <= 1000.0 && bottom <= 1000.0 => (1000.0, 1000.0),
        Some((wide, high)) => (f32::from(wide), f32::from(high)),
        None => return None,
    };
    (right <= across && bottom <= down && across > 0.0 && down > 0.0)
        .then(|| [x / across, y / down, width / across, height / down])
}

#[cfg(test)]
mod tests;
