//! What a typed plate is, told while typing; pure, asks nobody.

use lanedesk_domain::plate::{Plate, PlateError, PlateKind};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A typed plate, looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PlateCheck {
    /// Normalised: upper case, half width, no dot; empty where `none`.
    pub plate: String,
    /// As people write it: `粤B·12345`.
    pub display: String,
    /// Which kind of plate its shape says it is.
    pub kind: PlateKind,
    /// Fits no kind the table lists; may be saved all the same.
    pub odd: bool,
    /// Means "no plate": empty, 无车牌 and the like.
    pub none: bool,
}

impl PlateCheck {
    /// Text too long for a plate is given back as typed, odd.
    fn of(text: String) -> Self {
        match Plate::parse(&text) {
            Ok(plate) => Self {
                display: plate.display(),
                kind: plate.kind(),
                odd: plate.is_odd(),
                none: false,
                plate: plate.into(),
            },
            Err(error) => Self {
                plate: String::new(),
                display: text,
                kind: PlateKind::Odd,
                odd: true,
                none: error == PlateError::NoPlate,
            },
        }
    }
}

/// Looks at a typed plate. Odd plates warn and still save; text too long for a plate is given back as typed, odd.
#[tauri::command]
#[specta::specta]
pub fn check_plate(text: String) -> PlateCheck {
    PlateCheck::of(text)
}

#[cfg(test)]
mod tests {
    use super::check_plate;

    #[test]
    fn a_plate_is_told_as_it_is_kept_and_as_it_is_drawn() {
        let check = check_plate("粤b·12345".into());
        assert_eq!((check.plate.as_str(), check.display.as_str()), ("粤B12345", "粤B·12345"));
        assert!(!check.odd && !check.none);
    }

    #[test]
    fn nothing_typed_is_no_plate_and_too_much_is_odd() {
        assert!(check_plate(String::new()).none);
        let long = check_plate("粤B1234567890".into());
        assert!(long.odd && !long.none, "it warns, it is not an unlicensed vehicle");
    }
}
