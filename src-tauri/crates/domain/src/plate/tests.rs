//! Plates as DEVICES.md 8 lists them, and properties that hold for any text.

use super::*;
use proptest::prelude::*;

fn plate(text: &str) -> Plate {
    Plate::parse(text).unwrap()
}

#[test]
fn every_kind_of_the_table_is_known_by_its_shape() {
    use PlateKind as K;
    let examples = [
        ("粤B12345", K::Ordinary),
        ("京AD0X9Z", K::Ordinary),
        ("粤O12345", K::Ordinary), // an old office code
        ("粤BD12345", K::NewEnergySmall),
        ("沪AFZ1234", K::NewEnergySmall),
        ("粤B12345D", K::NewEnergyLarge),
        ("鲁H1234挂", K::Trailer),
        ("川A1234学", K::Learner),
        ("吉A1234试", K::Trial),
        ("辽A1234超", K::Oversize),
        ("粤A1234警", K::Police),
        ("京AA123警", K::Police),
        ("粤Z12AB港", K::HongKong),
        ("粤Z1234澳", K::Macau),
        ("224578使", K::Embassy),
        ("使224578", K::Embassy),
        ("沪A1234领", K::Consulate),
        ("领沪A1234", K::Consulate),
        ("领224578", K::Consulate),
        ("WJ12345", K::ArmedPolice),
        ("WJ粤1234J", K::ArmedPolice),
        ("VA12345", K::Military),
        ("民航A1234", K::CivilAviation),
        ("京X123应急", K::Rescue),
        ("京X1234应急", K::Rescue),
        ("京AS12应急", K::Rescue),
        ("京AX123应急", K::Rescue),
        ("粤B1234临", K::Paper),
        ("临123456", K::Paper),
        ("粤B1234", K::Odd),   // a character short
        ("粤I12345", K::Odd),  // no office has the letter I
        ("粤1B2345", K::Odd),  // a digit for the office
        ("粤BL12345", K::Odd), // no new-energy letter
        ("粤BD1234A", K::Odd), // new-energy small ends in four digits
        ("京AE123警", K::Odd), // police serials end at D
        ("翼A12345", K::Odd),  // no province
        ("ABC1234", K::Odd),   // foreign
        ("粤B12345678", K::Odd),
    ];
    for (text, kind) in examples {
        let plate = plate(text);
        assert_eq!(plate.kind(), kind, "{text}");
        assert_eq!(plate.as_str(), text, "{text} is normal already");
        assert_eq!(plate.is_odd(), matches!(kind, K::Odd | K::Paper), "{text}");
    }
    let shown: std::collections::BTreeSet<_> = examples.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(shown.len(), K::ALL.len(), "every kind has an example");
}

#[test]
fn typed_text_becomes_the_normal_form() {
    let cases = [
        ("粤b·12345", "粤B12345"),
        (" 粤 B - 1 2 3 4 5 ", "粤B12345"),
        ("粤Ｂ•１２３４５", "粤B12345"),
        ("\u{feff}粤B．12345\u{200b}\n", "粤B12345"),
        ("粤BO1I45", "粤B01145"),
        ("粤O·O2345", "粤O02345"), // the office keeps its O
        ("粤I·I2345", "粤I12345"), // no serial position: odd, and left to people
        ("WJ粤·O234I", "WJ粤02341"),
        ("民航·OI234", "民航01234"),
        ("使O24578", "使024578"),
        ("vo·o2345", "VO02345"), // military, known once mended
        ("领粤OO23I", "领粤O0231"),
        ("领粤OO2345", "领粤OO2345"), // no shape: nothing is guessed
        ("FOO 1O", "FOO1O"),          // foreign: letters stay letters
    ];
    for (typed, normal) in cases {
        assert_eq!(plate(typed).as_str(), normal, "{typed:?}");
    }
}

#[test]
fn every_word_for_no_plate_is_none() {
    for text in [
        "",
        "  ",
        "·",
        "_无_",
        "无",
        "无车牌",
        "无牌车",
        "unknown",
        "UNKNOWN",
        "Unknown",
        "noPlate",
        "NOPLATE",
        "no plate",
        "no-plate",
        "＿无＿",
        "未识别",
    ] {
        assert_eq!(Plate::from_reading(text), None, "{text:?}");
        assert_eq!(Plate::parse(text), Err(PlateError::NoPlate), "{text:?}");
    }
}

#[test]
fn odd_plates_are_kept_and_only_absurd_ones_are_not() {
    for odd in ["1", "粤", "临A12", "皖农12345", "ÄÖ 123", "粤B?2345"] {
        assert!(plate(odd).is_odd(), "{odd}");
    }
    assert!(Plate::parse("123456789012").is_ok());
    assert_eq!(Plate::parse("1234567890123"), Err(PlateError::TooLong));
    assert_eq!(Plate::from_reading("1234567890123"), None);
}

#[test]
fn people_read_the_dot_where_the_plate_has_it() {
    for (text, shown) in [
        ("粤B12345", "粤B·12345"),
        ("粤BD12345", "粤B·D12345"),
        ("粤Z1234港", "粤Z·1234港"),
        ("粤A1234警", "粤A·1234警"),
        ("224578使", "224·578使"),
        ("使224578", "使224·578"),
        ("WJ粤1234J", "WJ粤·1234J"),
        ("WJ12345", "WJ·12345"),
        ("VA12345", "VA·12345"),
        ("民航A1234", "民航·A1234"),
        ("京X1234应急", "京·X1234应急"),
        ("粤B123", "粤B·123"), // odd, but begins as most do
        ("ABC1234", "ABC1234"),
        ("粤", "粤"),
    ] {
        assert_eq!(plate(text).display(), shown);
    }
}

#[test]
fn a_misread_province_is_offered_and_never_put_in_silently() {
    let read = plate("翼A12345");
    assert_eq!(read.as_str(), "翼A12345");
    assert_eq!(read.repaired(), Some(plate("冀A12345")));
    for (wrong, right) in [("鱼", "鲁"), ("象", "豫"), ("湖", "湘"), ("挂", "桂")] {
        assert_eq!(plate(&format!("{wrong}A12345")).repaired(), Some(plate(&format!("{right}A12345"))));
    }
    assert_eq!(plate("冀A12345").repaired(), None);
    assert_eq!(plate("翼123").repaired(), None, "what would still be odd is no help");
    assert_eq!(plate("鲁H1234挂").repaired(), None, "a trailer's 挂 is no province");
}

#[test]
fn neither_debug_nor_the_mask_shows_the_whole_plate() {
    let secret = plate("粤B12345");
    assert_eq!(secret.masked(), "粤B***45");
    assert_eq!(format!("{secret:?}"), "Plate(粤B***45)");
    assert_eq!(plate("粤B1").masked(), "粤B1");
}

#[test]
fn on_the_wire_a_plate_is_text_and_is_normalised_on_the_way_in() {
    let plate: Plate = serde_json::from_str("\"粤b·12345\"").unwrap();
    assert_eq!(serde_json::to_string(&plate).unwrap(), "\"粤B12345\"");
    assert!(serde_json::from_str::<Plate>("\"unknown\"").is_err());
}

#[test]
fn confusable_characters_weigh_less_than_others() {
    let right = plate("粤B12345");
    let alike = |text: &str| similarity(&right, &plate(text));
    let other = alike("粤B1X345");
    for confusable in ["粤B1Z345", "粤B123A5", "粤B12346"].iter().zip([true, false, true]) {
        let (text, confused) = confusable;
        assert_eq!(alike(text) > other, confused, "{text}");
    }
    assert!(alike("粤B1Z345") > alike("琼B12345"), "one confusable before another province");
    assert!(similarity(&plate("京A12345"), &plate("琼A12345")) > similarity(&plate("京A12345"), &plate("粤A12345")));
    assert!(alike("粤B2345") >= LOOK_ALIKE, "a character lost by the camera");
}

#[test]
fn position_helps_where_only_a_digit_or_one_letter_can_stand() {
    // The last four of a small new-energy plate are digits: an X read there was surely something else.
    let impossible = similarity(&plate("粤BD12X45"), &plate("粤BD12345"));
    // In its second serial place it may well have been an X.
    let possible = similarity(&plate("粤BDX2345"), &plate("粤BD12345"));
    assert!(impossible > possible);
    // The vehicle inside may be what makes the place impossible, or the read.
    let odd_inside = similarity(&plate("粤BD12345"), &plate("粤BD12X45"));
    assert!((odd_inside - impossible).abs() < f32::EPSILON);
}

#[test]
fn look_alikes_are_the_most_alike_inside_in_order() {
    let inside = ["粤B12346", "京C99887", "粤B12345", "粤B1Z345", "粤B99999"];
    let found = look_alikes(&plate("粤B1Z345"), inside.iter().map(|p| (*p, plate(p))), 3);
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["粤B1Z345", "粤B12345", "粤B12346"]);
    assert!((found[0].1 - 1.0).abs() < f32::EPSILON);
    assert!(look_alikes(&plate("粤B1Z345"), [(0, plate("京C99887"))], 6).is_empty());
}

#[test]
fn of_equals_the_one_that_differs_where_the_camera_doubted_comes_first() {
    let inside = || ["粤B12385", "粤B12945"].map(|p| (p, plate(p)));
    let first = |doubtful: &[u8]| look_alikes_doubting(&plate("粤B12345"), doubtful, inside(), 6)[0].0;
    assert_eq!(first(&[]), "粤B12385", "no doubt: in the order they came");
    assert_eq!(first(&[4]), "粤B12945");
    assert_eq!(first(&[5]), "粤B12385");
    assert_eq!(first(&[200]), "粤B12385", "a position outside the plate says nothing");
}

#[test]
fn two_reads_of_one_vehicle_are_the_same_and_two_vehicles_are_not() {
    assert!(same_vehicle(&plate("粤B12345"), &plate("粤B1Z345")));
    assert!(same_vehicle(&plate("粤B12345"), &plate("粤B12845")), "one plain misread");
    assert!(!same_vehicle(&plate("粤B12345"), &plate("粤B12867")));
    assert!(!same_vehicle(&plate("粤B12345"), &plate("京C99887")));
}

fn any_plate() -> impl Strategy<Value = Plate> {
    let serial = "[A-HJ-NP-Z0-9]";
    let text = |pattern: &str| proptest::string::string_regex(pattern).unwrap();
    prop_oneof![
        text(&format!("[{PROVINCES}][A-HJ-Z]{serial}{{5}}")),
        text(&format!("[{PROVINCES}][A-HJ-Z][DFABCEGHJK]{serial}[0-9]{{4}}")),
        text(&format!("[{PROVINCES}][A-HJ-Z][0-9]{{5}}[DFABCEGHJK]")),
        text("[A-Z0-9]{4,8}"),
        text("\\PC{1,12}"),
    ]
    .prop_filter_map("no plate", |text| Plate::parse(&text).ok())
}

proptest! {
    #[test]
    fn parsing_never_panics_and_normalises_once_and_for_all(text in "\\PC{0,16}") {
        if let Ok(plate) = Plate::parse(&text) {
            prop_assert!((1..=MAX_CHARS).contains(&plate.as_str().chars().count()));
            prop_assert_eq!(Plate::parse(plate.as_str()), Ok(plate));
        }
    }

    #[test]
    fn normalising_any_mix_of_confused_letters_settles_at_once(
        text in "[WJ民航领使粤VKO]{0,3}[A-Z0-9OI]{0,7}[使领港警OI]{0,1}"
    ) {
        if let Ok(plate) = Plate::parse(&text) {
            prop_assert_eq!(Plate::parse(plate.as_str()), Ok(plate));
        }
    }

    #[test]
    fn what_people_read_can_be_typed_again(plate in any_plate()) {
        prop_assert_eq!(Plate::parse(&plate.display()), Ok(plate));
    }

    #[test]
    fn separators_case_and_width_do_not_matter(plate in any_plate(), at in 0usize..12, mark in "[·• \\-]") {
        let chars: Vec<char> = plate.as_str().chars().collect();
        let at = at.min(chars.len());
        let typed: String = chars[..at].iter().collect::<String>().to_lowercase()
            + &mark
            + &chars[at..].iter().map(|c| match c {
                '!'..='~' => char::from_u32(*c as u32 + 0xfee0).unwrap(),
                _ => *c,
            }).collect::<String>();
        // Only ASCII letters are put in upper case; others may change length when cased.
        prop_assume!(chars.iter().all(|c| c.is_ascii() || !c.is_alphabetic() || c.to_lowercase().eq([*c])));
        prop_assert_eq!(Plate::parse(&typed), Ok(plate));
    }

    #[test]
    fn similarity_is_symmetric_bounded_and_full_only_for_the_same(a in any_plate(), b in any_plate()) {
        let (ab, ba) = (similarity(&a, &b), similarity(&b, &a));
        prop_assert!((ab - ba).abs() < 1e-5);
        prop_assert!((0.0..=1.0).contains(&ab));
        prop_assert!((similarity(&a, &a) - 1.0).abs() < f32::EPSILON);
        prop_assert_eq!(a == b, ab > 0.9999);
    }

    #[test]
    fn one_wrong_character_always_stays_a_look_alike(plate in any_plate(), at in 0usize..8, to in "[A-HJ-NP-Z0-9]") {
        let mut chars: Vec<char> = plate.as_str().chars().collect();
        prop_assume!(chars.len() >= 7 && at < chars.len());
        chars[at] = to.chars().next().unwrap();
        let read = chars.iter().collect::<String>();
        prop_assume!(Plate::parse(&read).is_ok_and(|p| p.as_str().chars().count() == chars.len()));
        let found = look_alikes(&Plate::parse(&read).unwrap(), [((), plate)], 6);
        prop_assert_eq!(found.len(), 1);
    }

    #[test]
    fn look_alikes_are_sorted_limited_and_above_the_threshold(
        read in any_plate(), inside in prop::collection::vec(any_plate(), 0..20), limit in 0usize..8
    ) {
        let found = look_alikes(&read, inside.iter().cloned().enumerate(), limit);
        prop_assert!(found.len() <= limit);
        prop_assert!(found.windows(2).all(|w| w[0].1 >= w[1].1));
        prop_assert!(found.iter().all(|(_, alike)| *alike >= LOOK_ALIKE));
        if limit > 0 && inside.contains(&read) {
            prop_assert_eq!(&inside[found[0].0], &read, "the very plate comes first");
        }
    }
}
