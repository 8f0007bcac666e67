//! A driver's mobile number, which stands for an unlicensed vehicle.

/// Eleven digits beginning `1[3-9]`. Finer ranges change too often to check.
///
/// `Debug` shows it masked, so that a number cannot slip into a log.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "shapes", derive(specta::Type, utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "shapes", schema(value_type = String))]
#[cfg_attr(feature = "shapes", specta(transparent))]
pub struct Phone(String);

/// Text that is no mobile number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a mobile number: 11 digits beginning 13 to 19")]
pub struct PhoneError;

impl Phone {
    /// A number as typed: `+86`, blanks, hyphens and full-width digits are understood.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let plain: String = text.chars().filter_map(plain_char).collect();
        let number = ["+86", "0086", "86"].iter().find_map(|code| plain.strip_prefix(code)).unwrap_or(&plain);
        let mobile = number.len() == 11
            && number.bytes().all(|b| b.is_ascii_digit())
            && matches!(number.as_bytes(), [b'1', b'3'..=b'9', ..]);
        if mobile { Ok(Self(number.to_owned())) } else { Err(PhoneError) }
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name under which people know an unlicensed vehicle: `EP` and the last five digits.
    pub fn ep_name(&self) -> String {
        format!("EP{}", &self.0[6..])
    }

    /// For screens: `138****4417`.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}
impl std::str::FromStr for Phone {
    type Err = PhoneError;
    fn from_str(text: &str) -> Result<Self, PhoneError> {
        Self::parse(text)
    }
}
impl TryFrom<String> for Phone {
    type Error = PhoneError;
    fn try_from(text: String) -> Result<Self, PhoneError> {
        Self::parse(&text)
    }
}
impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

fn plain_char(c: char) -> Option<char> {
    let half = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let separator =
        half.is_whitespace() || matches!(half, '-' | '‐' | '‑' | '–' | '—' | '(' | ')' | '\u{200b}'..='\u{200f}');
    (!separator).then_some(half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_understood_however_it_is_typed() {
        for typed in [
            "13826004417",
            "138 2600 4417",
            "138-2600-4417",
            "+86 138 2600 4417",
            "+86-13826004417",
            "0086 13826004417",
            "8613826004417",
            "１３８２６００４４１７",
            "(+86) 138 2600 4417",
        ] {
            assert_eq!(Phone::parse(typed).unwrap().as_str(), "13826004417", "{typed}");
        }
    }

    #[test]
    fn what_is_no_mobile_number_is_refused() {
        for typed in [
            "",
            "1382600441",
            "138260044170",
            "12826004417",
            "4008123123",
            "075512345678",
            "1382600441x",
            "+8613826004417+86",
            "粤B12345",
        ] {
            assert_eq!(Phone::parse(typed), Err(PhoneError), "{typed:?}");
        }
    }

    #[test]
    fn people_know_an_unlicensed_vehicle_by_the_last_five_digits() {
        let phone = Phone::parse("13826004417").unwrap();
        assert_eq!(phone.ep_name(), "EP04417");
        assert_eq!(phone.masked(), "138****4417");
        assert_eq!(format!("{phone:?}"), "Phone(138****4417)", "no number in a log");
    }

    proptest! {
        #[test]
        fn any_text_is_a_number_or_refused_and_a_number_stays_itself(text in "\\PC{0,20}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone));
            }
        }

        #[test]
        fn every_mobile_number_passes_and_travels_as_text(text in "1[3-9][0-9]{9}") {
            let phone = Phone::parse(&text).unwrap();
            let json = serde_json::to_string(&phone).unwrap();
            prop_assert_eq!(&json, &format!("\"{text}\""));
            prop_assert_eq!(serde_json::from_str::<Phone>(&json).unwrap(), phone);
        }
    }
}
