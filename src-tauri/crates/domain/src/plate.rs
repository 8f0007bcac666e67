//! Number plates: how they are written down, which kind they are, and which others look alike.
//!
//! Any text of 1 to 12 characters can be saved, because people meet plates no table knows (farm, paper, foreign):
//! an odd plate is a warning, never a refusal.

mod kind;
mod similar;

pub use kind::PlateKind;
pub use similar::{LOOK_ALIKE, SAME_VEHICLE, look_alikes, look_alikes_doubting, same_vehicle, similarity};

use std::str::FromStr;

/// Longest plate that can be saved, in characters after normalisation.
pub const MAX_CHARS: usize = 12;

/// The 31 provinces a mainland plate may begin with.
pub const PROVINCES: &str = "京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新";

/// What cameras misread a province as, and the province it was.
const MISREAD_PROVINCES: [(char, char); 5] = [('翼', '冀'), ('鱼', '鲁'), ('象', '豫'), ('湖', '湘'), ('挂', '桂')];

/// What cameras and people write where there is no plate; compared in upper case, without separators and `_`.
const NO_PLATE_WORDS: [&str; 9] =
    ["无", "无牌", "无牌车", "无车牌", "未识别", "未知", "UNKNOWN", "NOPLATE", "UNLICENSED"];

/// A plate in its one normal form: upper case, half width, no separators, `0` and `1` in serial positions.
///
/// `Debug` shows it masked, so that a plate cannot slip into a log; `as_str` and `display` are for people and tables.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "shapes", derive(specta::Type, utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "shapes", schema(value_type = String))]
#[cfg_attr(feature = "shapes", specta(transparent))]
pub struct Plate(String);

/// Text that cannot be kept as a plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlateError {
    /// Empty, or one of the words for an unlicensed vehicle.
    #[error("no plate")]
    NoPlate,
    /// More than [`MAX_CHARS`] characters.
    #[error("a plate has at most 12 characters")]
    TooLong,
}

impl Plate {
    /// A plate as a person typed or pasted it.
    pub fn parse(text: &str) -> Result<Self, PlateError> {
        let plain: Vec<char> = text.chars().filter_map(plain_char).collect();
        if is_no_plate(&plain) {
            return Err(PlateError::NoPlate);
        }
        if plain.len() > MAX_CHARS {
            return Err(PlateError::TooLong);
        }
        Ok(Self(kind::mend_serial(&plain).into_iter().collect()))
    }

    /// A plate as a camera told it; every way of saying "none" is `None`, and so is text too long to be a plate.
    pub fn from_reading(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }

    /// The normal form, as it stands in tables and on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people write it, for example `粤B·12345`. Parsing it again gives the same plate.
    pub fn display(&self) -> String {
        let chars = self.chars();
        match kind::dot_after(&chars) {
            Some(at) => {
                let (head, tail) = chars.split_at(at);
                head.iter().chain(&['·']).chain(tail).collect()
            }
            None => self.0.clone(),
        }
    }

    /// For screens strangers can read: the first two and last two characters stay.
    pub fn masked(&self) -> String {
        let chars = self.chars();
        let hidden = 2..chars.len().saturating_sub(2).max(2);
        let mask = |(i, &c): (usize, &char)| if hidden.contains(&i) { '*' } else { c };
        chars.iter().enumerate().map(mask).collect()
    }

    /// Which kind of plate its shape says it is.
    pub fn kind(&self) -> PlateKind {
        kind::of(&self.chars())
    }

    /// Whether its shape is one no table lists: people are asked to look again, and may save it all the same.
    pub fn is_odd(&self) -> bool {
        matches!(self.kind(), PlateKind::Odd | PlateKind::Paper)
    }

    /// The plate this reading probably is, where its first character is no province but looks like one
    /// (翼→冀). Only ever offered to a person, never put in place silently.
    pub fn repaired(&self) -> Option<Self> {
        let first = self.0.chars().next()?;
        let (_, province) = MISREAD_PROVINCES.iter().find(|(read, _)| *read == first)?;
        let text: String = std::iter::once(*province).chain(self.0.chars().skip(1)).collect();
        let repaired = Self::parse(&text).ok()?;
        (!repaired.is_odd()).then_some(repaired)
    }

    fn chars(&self) -> Vec<char> {
        self.0.chars().collect()
    }
}

impl std::fmt::Debug for Plate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plate({})", self.masked())
    }
}
impl FromStr for Plate {
    type Err = PlateError;
    fn from_str(text: &str) -> Result<Self, PlateError> {
        Self::parse(text)
    }
}
impl TryFrom<String> for Plate {
    type Error = PlateError;
    fn try_from(text: String) -> Result<Self, PlateError> {
        Self::parse(&text)
    }
}
impl From<Plate> for String {
    fn from(plate: Plate) -> Self {
        plate.0
    }
}

/// Whether a character is one of the 31 provinces.
pub fn is_province(c: char) -> bool {
    PROVINCES.contains(c)
}

/// One typed character in upper case and half width; `None` for what people and cameras put between characters.
fn plain_char(c: char) -> Option<char> {
    let half = match c {
        '\u{3000}' => ' ',
        // The full-width forms lie in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let separator = half.is_whitespace()
        || half.is_control()
        || matches!(
            half,
            '·' | '•' | '‧' | '∙' | '・' | '･' | '.' | '-' | '‐' | '‑' | '–' | '—'
        )
        // Zero-width marks that pasted text carries.
        || matches!(half, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    (!separator).then(|| half.to_ascii_uppercase())
}

fn is_no_plate(plain: &[char]) -> bool {
    let word: String = plain.iter().filter(|c| **c != '_').collect();
    word.is_empty() || NO_PLATE_WORDS.contains(&word.as_str())
}

#[cfg(test)]
mod tests;
