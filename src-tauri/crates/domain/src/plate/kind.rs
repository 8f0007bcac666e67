//! The shapes plates have, one row each, and what follows from them: kind, dot, and where a letter cannot stand.

use super::is_province;

words! {
    /// What a plate's shape says about its vehicle.
    pub enum PlateKind {
        /// 蓝牌、黄牌、黑牌: one shape for all three; only the colour tells them apart.
        Ordinary = "ordinary",
        /// 小型新能源: the letter comes first.
        NewEnergySmall = "new_energy_small",
        /// 大型新能源: the letter comes last.
        NewEnergyLarge = "new_energy_large",
        /// 挂车
        Trailer = "trailer",
        /// 教练车
        Learner = "learner",
        /// 试车
        Trial = "trial",
        /// 超限车
        Oversize = "oversize",
        /// 警车
        Police = "police",
        /// 港 (入出境)
        HongKong = "hong_kong",
        /// 澳 (入出境)
        Macau = "macau",
        /// 使馆
        Embassy = "embassy",
        /// 领馆
        Consulate = "consulate",
        /// 武警
        ArmedPolice = "armed_police",
        /// 军队
        Military = "military",
        /// 民航
        CivilAviation = "civil_aviation",
        /// 应急救援
        Rescue = "rescue",
        /// 临时号牌, on paper: its shapes are not settled, so people look twice.
        Paper = "paper",
        /// No shape the table knows; saved all the same, with a warning.
        Odd = "odd",
    }
}

/// What may stand at one place of a plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// One of the 31 provinces.
    Province,
    /// The issuing office: A to Z without I.
    Office,
    /// 0 to 9, or A to Z without I and O.
    Serial,
    /// 0 to 9.
    Digit,
    /// The letter that marks a new-energy vehicle.
    Energy,
    /// A police serial's first character: A to D or a digit.
    PoliceSerial,
    /// The last character of an armed-police plate.
    ArmedSerial,
    /// The arm of the forces a military plate begins with.
    Forces,
    /// `X` or `S`, which begins a rescue vehicle's serial.
    RescueMark,
    /// This character and no other.
    Exactly(char),
}

impl Class {
    pub(super) fn admits(self, c: char) -> bool {
        match self {
            Self::Province => is_province(c),
            Self::Office => c.is_ascii_uppercase() && c != 'I',
            Self::Serial => c.is_ascii_digit() || (c.is_ascii_uppercase() && !matches!(c, 'I' | 'O')),
            Self::Digit => c.is_ascii_digit(),
            Self::Energy => "DFABCEGHJK".contains(c),
            Self::PoliceSerial => c.is_ascii_digit() || matches!(c, 'A'..='D'),
            Self::ArmedSerial => c.is_ascii_digit() || "TDSHBXJ".contains(c),
            Self::Forces => "VKHBSLJNGCEQZ".contains(c),
            Self::RescueMark => matches!(c, 'X' | 'S'),
            Self::Exactly(only) => c == only,
        }
    }
}

use Class::{ArmedSerial, Digit, Energy, Exactly, Forces, Office, PoliceSerial, Province, RescueMark, Serial};

const D: Class = Digit;
const S: Class = Serial;
const P: Class = Province;
const O: Class = Office;

struct Shape {
    kind: PlateKind,
    places: &'static [Class],
    /// How many characters stand before the dot.
    dot: usize,
}

const fn shape(kind: PlateKind, dot: usize, places: &'static [Class]) -> Shape {
    Shape { kind, places, dot }
}

/// Every shape, the narrower before the wider.
const SHAPES: &[Shape] = &[
    shape(PlateKind::HongKong, 2, &[Exactly('粤'), Exactly('Z'), S, S, S, S, Exactly('港')]),
    shape(PlateKind::Macau, 2, &[Exactly('粤'), Exactly('Z'), S, S, S, S, Exactly('澳')]),
    shape(PlateKind::Police, 2, &[P, O, PoliceSerial, D, D, D, Exactly('警')]),
    shape(PlateKind::Trailer, 2, &[P, O, S, S, S, S, Exactly('挂')]),
    shape(PlateKind::Learner, 2, &[P, O, S, S, S, S, Exactly('学')]),
    shape(PlateKind::Trial, 2, &[P, O, S, S, S, S, Exactly('试')]),
    shape(PlateKind::Oversize, 2, &[P, O, S, S, S, S, Exactly('超')]),
    shape(PlateKind::Consulate, 2, &[P, O, D, D, D, D, Exactly('领')]),
    shape(PlateKind::Consulate, 3, &[Exactly('领'), P, O, D, D, D, D]),
    shape(PlateKind::Consulate, 1, &[Exactly('领'), D, D, D, D, D, D]),
    shape(PlateKind::Embassy, 3, &[D, D, D, D, D, D, Exactly('使')]),
    shape(PlateKind::Embassy, 4, &[Exactly('使'), D, D, D, D, D, D]),
    shape(PlateKind::Rescue, 1, &[P, RescueMark, D, D, D, Exactly('应'), Exactly('急')]),
    shape(PlateKind::Rescue, 1, &[P, RescueMark, D, D, D, D, Exactly('应'), Exactly('急')]),
    shape(PlateKind::Rescue, 2, &[P, O, RescueMark, D, D, Exactly('应'), Exactly('急')]),
    shape(PlateKind::Rescue, 2, &[P, O, RescueMark, D, D, D, Exactly('应'), Exactly('急')]),
    shape(PlateKind::Ordinary, 2, &[P, O, S, S, S, S, S]),
    shape(PlateKind::NewEnergySmall, 2, &[P, O, Energy, S, D, D, D, D]),
    shape(PlateKind::NewEnergyLarge, 2, &[P, O, D, D, D, D, D, Energy]),
    shape(PlateKind::ArmedPolice, 2, &[Exactly('W'), Exactly('J'), D, D, D, D, ArmedSerial]),
    shape(PlateKind::ArmedPolice, 3, &[Exactly('W'), Exactly('J'), P, D, D, D, D, ArmedSerial]),
    shape(PlateKind::Military, 2, &[Forces, O, D, D, D, D, D]),
    shape(PlateKind::CivilAviation, 2, &[Exactly('民'), Exactly('航'), S, S, S, S, S]),
];

fn shape_of(chars: &[char]) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| {
        shape.places.len() == chars.len() && shape.places.iter().zip(chars).all(|(class, c)| class.admits(*c))
    })
}

/// The kind of a normalised plate.
pub(super) fn of(chars: &[char]) -> PlateKind {
    match shape_of(chars) {
        Some(shape) => shape.kind,
        None if chars.contains(&'临') => PlateKind::Paper,
        None => PlateKind::Odd,
    }
}

/// How many characters stand before the dot; `None` where people write none.
pub(super) fn dot_after(chars: &[char]) -> Option<usize> {
    match shape_of(chars) {
        Some(shape) => Some(shape.dot),
        None => begins_ordinarily(chars).then_some(2),
    }
}

/// What may stand at each place of a plate of this shape; `None` for odd plates.
pub(super) fn places(chars: &[char]) -> Option<&'static [Class]> {
    shape_of(chars).map(|shape| shape.places)
}

/// `O` becomes `0` and `I` becomes `1`, in serial positions only: `粤O` keeps its office code.
pub(super) fn mend_serial(chars: &[char]) -> Vec<char> {
    let mended_from = |start: usize| -> Vec<char> {
        let mend = |(i, &c): (usize, &char)| match c {
            'O' if i >= start => '0',
            'I' if i >= start => '1',
            _ => c,
        };
        chars.iter().enumerate().map(mend).collect()
    };
    if begins_ordinarily(chars) {
        return mended_from(2);
    }
    // Other beginnings say nothing by themselves (a foreign plate may hold any letter), so the mended text counts only
    // where it is a plate the table knows. Every place of the table that admits a digit is a serial position.
    for start in 0..=3 {
        let mended = mended_from(start);
        if shape_of(&mended).is_some() {
            return mended;
        }
    }
    chars.to_vec()
}

fn begins_ordinarily(chars: &[char]) -> bool {
    matches!(chars, [first, second, _, ..] if is_province(*first) && second.is_ascii_uppercase())
}
