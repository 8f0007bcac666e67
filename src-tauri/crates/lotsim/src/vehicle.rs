//! A vehicle as it stands at a lane, and as its plate is read.

use serde::{Deserialize, Serialize};

/// The colour of a plate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlateColor {
    /// Small vehicles.
    #[default]
    Blue,
    /// Small new energy vehicles: white fading to green.
    Green,
    /// Large new energy vehicles: yellow head, green body.
    YellowGreen,
    /// Large vehicles, trainers.
    Yellow,
    /// Police, military.
    White,
    /// Embassies, Hong Kong and Macau.
    Black,
}

impl PlateColor {
    /// The colour plates of this text usually have.
    pub fn of(plate: &str) -> Self {
        let count = plate.chars().count();
        let ends = |words: &[char]| plate.ends_with(words);
        if ends(&['警']) || plate.starts_with("WJ") {
            Self::White
        } else if ends(&['港', '澳', '使', '领']) {
            Self::Black
        } else if ends(&['挂', '学']) {
            Self::Yellow
        } else if count == 8 {
            Self::Green
        } else {
            Self::Blue
        }
    }

    /// Hikvision's word.
    pub(crate) const fn isapi(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "newEnergyGreen",
            Self::YellowGreen => "newEnergyYellowGreen",
            Self::Yellow => "yellow",
            Self::White => "white",
            Self::Black => "black",
        }
    }
}

/// A vehicle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vehicle {
    /// What its plate truly says; absent for an unlicensed one.
    #[serde(default)]
    pub plate: Option<String>,
    /// What the camera reads where that is something else; empty for nothing read.
    #[serde(default)]
    pub read_as: Option<String>,
    /// Colour of the plate; by the plate's kind where absent.
    #[serde(default)]
    pub color: Option<PlateColor>,
    /// The camera's confidence, 0 to 100; made up from the reading where absent.
    #[serde(default)]
    pub confidence: Option<u8>,
    /// Confidence of each character; made up from the reading where empty.
    #[serde(default)]
    pub char_confidence: Vec<u8>,
    /// It comes against the lane's usual way (for lanes that go both ways).
    #[serde(default)]
    pub reverse: bool,
    /// An automatic lane does not let it pass: a person has to.
    #[serde(default)]
    pub stuck: bool,
}

impl Vehicle {
    /// A vehicle whose plate is read right.
    pub fn new(plate: &str) -> Self {
        Self { plate: Some(plate.to_owned()), ..Self::unlicensed() }
    }

    /// A vehicle without a plate.
    pub const fn unlicensed() -> Self {
        Self {
            plate: None,
            read_as: None,
            color: None,
            confidence: None,
            char_confidence: Vec::new(),
            reverse: false,
            stuck: false,
        }
    }

    /// The same, read otherwise than it is; an empty text is read as no plate.
    #[must_use]
    pub fn read_as(mut self, text: &str) -> Self {
        self.read_as = Some(text.to_owned());
        self
    }

    /// The same, coming against the lane's usual way.
    #[must_use]
    pub const fn reversed(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// The same, not let through by an automatic lane.
    #[must_use]
    pub const fn stuck(mut self) -> Self {
        self.stuck = true;
        self
    }

    /// What the camera reads; nothing for an unread or missing plate.
    pub fn reading(&self) -> Option<&str> {
        let reading = self.read_as.as_ref().or(self.plate.as_ref())?;
        (!reading.is_empty()).then_some(reading.as_str())
    }

    /// The plate's colour.
    pub fn plate_color(&self) -> PlateColor {
        let plate = self.plate.as_deref().unwrap_or_default();
        self.color.unwrap_or_else(|| PlateColor::of(plate))
    }

    /// Positions at which the reading differs from the truth.
    pub fn misread(&self) -> Vec<usize> {
        let (Some(plate), Some(reading)) = (self.plate.as_ref(), self.reading()) else {
            return Vec::new();
        };
        let pairs = plate.chars().zip(reading.chars()).enumerate();
        pairs.filter(|(_, (a, b))| a != b).map(|(at, _)| at).collect()
    }

    /// Confidence of each character read: high, but low where it is misread.
    pub fn confidences(&self) -> Vec<u8> {
        if !self.char_confidence.is_empty() {
            return self.char_confidence.clone();
        }
        let misread = self.misread();
        let letters = self.reading().unwrap_or_default().chars().enumerate();
        let sure = |at: usize, letter: char| 92 + u8::try_from((at * 5 + letter as usize) % 8).unwrap_or(0);
        letters.map(|(at, letter)| if misread.contains(&at) { 41 } else { sure(at, letter) }).collect()
    }

    /// Confidence of the whole reading.
    pub fn confidence(&self) -> u8 {
        let each = self.confidences();
        let lowest = each.iter().copied().min().unwrap_or(0);
        self.confidence.unwrap_or(lowest.max(if each.is_empty() { 0 } else { 62 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misread_character_is_the_doubtful_one() {
        let vehicle = Vehicle::new("粤B12345").read_as("粤B1Z345");
        assert_eq!(vehicle.misread(), [3]);
        assert_eq!(vehicle.confidences()[3], 41);
        assert!(vehicle.confidences().iter().filter(|c| **c > 90).count() == 6);
    }

    #[test]
    fn plates_have_their_colours() {
        assert_eq!(PlateColor::of("粤BD12345"), PlateColor::Green);
        assert_eq!(PlateColor::of("粤Z1234港"), PlateColor::Black);
        assert_eq!(PlateColor::of("粤B1234警"), PlateColor::White);
        assert_eq!(Vehicle::unlicensed().reading(), None);
        assert_eq!(Vehicle::new("粤B12345").read_as("").reading(), None);
    }
}
