//! R5: every lane is found by whatever people type for it, and nobody finds what they may not see.

use super::*;
use pinyin::ToPinyinMulti as _;
use proptest::prelude::*;

fn lot(id: &str, name: &str) -> Lot {
    Lot { id: id.parse().unwrap(), name: name.to_owned() }
}

fn lane(id: &str, lot: &str, name: &str, code: &str) -> Lane {
    Lane {
        id: id.parse().unwrap(),
        lot: lot.parse().unwrap(),
        name: name.to_owned(),
        code: code.to_owned(),
        direction: LaneDirection::Entry,
        has_robot: false,
    }
}

fn demo() -> Index {
    let lots = vec![
        lot("cyds", "彩悦大厦"),
        lot("cqgc", "重庆长安广场停车场"),
        lot("yh", "银行中心"),
        lot("lz", "绿洲（北区）"),
        lot("xa", "西安路"),
        lot("xian", "线务站"),
    ];
    let lanes = vec![
        lane("E01", "cyds", "东门进口", "E01"),
        lane("E02", "cyds", "东门出口", "E02"),
        lane("W01", "cyds", "西门进口", "W01"),
        lane("C1", "cqgc", "1号岗进口", "CQ-001"),
        lane("Y1", "yh", "北门", "YH1"),
        lane("L1", "lz", "南门", "ＬＺ１"),
        lane("X1", "xa", "东门", "X1"),
        lane("X2", "xian", "东门", "X2"),
    ];
    Index::build(lots, lanes)
}

fn lanes(index: &Index, query: &str) -> Vec<String> {
    let hits = index.find(query, 20, &index.visible(|_| true));
    hits.lanes.iter().map(|(lane, _)| lane.id.to_string()).collect()
}

#[test]
fn a_lane_is_found_by_name_code_pinyin_initials_and_any_mixture() {
    let index = demo();
    for query in [
        "彩悦大厦东门进口",
        "彩悦大厦",
        "彩悦",
        "东门进口",
        "E01",
        "e01",
        "cydxdmjk",
        "cydxdm",
        "caiyuedaxia",
        "caiyued",
        "caiyued东",
        "彩yuedx",
        "cyue大厦",
        "彩悦东",
        "cydm",
        "dongmenjinkou",
        "dmjk",
        "彩悦e01",
        "cyE01",
        "CaiYue DaXia",
        "悦大厦",
        "caiyuedaxiadongm",
    ] {
        assert!(lanes(&index, query).contains(&"E01".to_owned()), "{query}: {:?}", lanes(&index, query));
    }
}

#[test]
fn characters_with_several_readings_are_found_by_each() {
    let index = demo();
    for query in ["chongqing", "zhongqing", "cqcagc", "zqzagc", "changan", "zhangan", "cqguangchang"] {
        assert_eq!(lanes(&index, query), ["C1"], "{query}");
    }
    for query in ["yinhang", "yinxing", "yh", "yx"] {
        assert_eq!(lanes(&index, query)[0], "Y1", "{query}");
    }
    for query in ["lvzhou", "luzhou", "lvz"] {
        assert_eq!(lanes(&index, query), ["L1"], "{query}");
    }
}

#[test]
fn a_syllable_is_cut_every_way_it_can_be() {
    let found = lanes(&demo(), "xian");
    assert!(found.contains(&"X1".to_owned()) && found.contains(&"X2".to_owned()), "{found:?}");
}

#[test]
fn the_words_for_car_park_can_be_left_out_or_added() {
    let index = demo();
    assert_eq!(lanes(&index, "长安广场1号"), ["C1"]);
    assert_eq!(lanes(&index, "cagc1h"), ["C1"]);
    assert_eq!(lanes(&index, "银行中心停车场"), ["Y1"]);
}

#[test]
fn width_case_and_punctuation_do_not_matter() {
    let index = demo();
    assert_eq!(lanes(&index, "lz1"), ["L1"]);
    assert_eq!(lanes(&index, "ｃｑ００１"), ["C1"]);
    assert_eq!(lanes(&index, "绿洲北区"), ["L1"]);
}

#[test]
fn one_slip_is_forgiven() {
    let index = demo();
    for query in [
        "ciayuedaxia",
        "caiyuedxaia",
        "caiyudaxia",
        "caiyuedaxiaa",
        "caiyuedaixadm",
        "caiyuedaxaidm",
        "caiyudeaxia",
        "caiyuedazia",
        "彩越大厦",
        "彩悦大夏",
        "采悦大厦东门",
        "cydxdnjk",
        "caiyuedaxiadomgmen",
    ] {
        assert!(lanes(&index, query).contains(&"E01".to_owned()), "{query}: {:?}", lanes(&index, query));
    }
    assert_eq!(lanes(&index, "zzzzzz"), [""; 0]);
}

#[test]
fn the_best_comes_first() {
    let index = demo();
    assert_eq!(lanes(&index, "E02")[0], "E02");
    assert_eq!(lanes(&index, "彩悦大厦西门")[0], "W01");
    assert_eq!(lanes(&index, "cydxxm"), ["W01"]);
    assert_eq!(lanes(&index, "东门")[..2], ["X2", "X1"], "whole names before beginnings");
}

#[test]
fn lots_are_found_by_their_own_names_only() {
    let index = demo();
    let hits = index.find("cydx", 20, &index.visible(|_| true));
    assert_eq!(hits.lots.iter().map(|lot| lot.name.as_str()).collect::<Vec<_>>(), ["彩悦大厦"]);
    assert!(index.find("dmjk", 20, &index.visible(|_| true)).lots.is_empty());
}

#[test]
fn odd_queries_find_nothing_and_do_no_harm() {
    let index = demo();
    let long = "caiyuedaxia".repeat(100);
    for query in ["", " ", "!!!", "'", "\u{0}", "🚗🚗🚗🚗", "%", long.as_str()] {
        assert!(lanes(&index, query).is_empty(), "{query}");
    }
    let empty = Index::build(vec![], vec![]);
    assert!(lanes(&empty, "caiyuedaxia").is_empty());
    assert!(index.find("cydx", 0, &index.visible(|_| true)).lanes.is_empty());
}

const CHARS: &[char] = &[
    '彩', '悦', '大', '厦', '重', '庆', '长', '安', '行', '乐', '西', '东', '门', '进', '口', '银', '绿', '女', '广',
    '场', '中', '山', '石', '学', '院', 'A', 'b', '1', '2', '7',
];

fn name() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(CHARS), 2..8).prop_map(|chars| chars.into_iter().collect())
}

/// One way to type a name: `pick` chooses among the readings, `short` types initials only.
fn typed(name: &str, pick: usize, short: bool) -> String {
    let mut out = String::new();
    for c in name.chars() {
        let Some(readings) = c.to_pinyin_multi() else {
            out.push(c);
            continue;
        };
        let plain = readings.get(pick % readings.count()).plain().replace('ü', "v");
        out.push_str(if short { &plain[..1] } else { &plain });
    }
    out
}

fn site() -> impl Strategy<Value = Vec<(String, Vec<String>)>> {
    prop::collection::vec((name(), prop::collection::vec(name(), 1..4)), 1..12)
}

fn build(site: &[(String, Vec<String>)]) -> Index {
    let (mut lots, mut all) = (Vec::new(), Vec::new());
    for (n, (name, names)) in site.iter().enumerate() {
        lots.push(lot(&format!("lot{n}"), name));
        for (m, name) in names.iter().enumerate() {
            all.push(lane(&format!("lane{n}-{m}"), &format!("lot{n}"), name, &format!("Q{n}X{m}")));
        }
    }
    Index::build(lots, all)
}

proptest! {
    #[test]
    fn every_lane_is_found_by_full_name_code_pinyin_and_initials(site in site(), pick in 0_usize..6) {
        let index = build(&site);
        let all = index.visible(|_| true);
        for (lane, lot) in index.lanes.iter().map(|lane| (lane, &lane.lot)) {
            let lot = index.lots.iter().find(|other| other.id == *lot).unwrap();
            let full = format!("{}{}", lot.name, lane.name);
            for query in [full.clone(), lane.code.clone(), typed(&full, pick, false), typed(&full, pick, true),
                          lane.name.clone(), typed(&lane.name, pick, true)] {
                let hits = index.find(&query, 1_000, &all);
                prop_assert!(hits.lanes.iter().any(|(hit, _)| hit.id == lane.id), "{query} does not find {full}");
            }
        }
    }

    #[test]
    fn one_slip_in_a_full_pinyin_still_finds_the_lane(site in site(), at in 0_usize..40, kind in 0..4, letter in b'a'..=b'z') {
        let index = build(&site);
        let (lane, lot) = (&index.lanes[0], &index.lots[index.lot_of_lane[0] as usize]);
        let mut query = typed(&format!("{}{}", lot.name, lane.name), 0, false).to_lowercase().into_bytes();
        prop_assume!(query.len() >= 8 && query.len() < 50);
        let at = at % (query.len() - 1);
        match kind {
            0 => query[at] = letter,
            1 => query.insert(at, letter),
            2 => { query.remove(at); }
            _ => query.swap(at, at + 1),
        }
        let query = String::from_utf8(query).unwrap();
        let hits = index.find(&query, 1_000, &index.visible(|_| true));
        // A slip may by chance spell something else that is there; then that is what was asked for.
        prop_assert!(!hits.lanes.is_empty(), "{query} finds nothing");
    }

    #[test]
    fn nothing_outside_the_scope_is_ever_shown(site in site(), query in "[a-z]{1,4}|[彩悦大门口]{1,3}|Q[0-9]", mine in 0_u32..4096) {
        let index = build(&site);
        let in_scope = |id: &LotId| {
            let n: u32 = id.as_str()[3..].parse().unwrap();
            mine >> n & 1 == 1
        };
        let hits = index.find(&query, 1_000, &index.visible(in_scope));
        prop_assert!(hits.lots.iter().all(|lot| in_scope(&lot.id)));
        prop_assert!(hits.lanes.iter().all(|(lane, lot)| in_scope(&lane.lot) && lane.lot == lot.id));
    }

    #[test]
    fn what_ib_matcher_finds_is_found(site in site(), query in "[a-z]{1,5}|[彩悦大门口东]{1,3}|[彩悦][a-z]{1,3}") {
        use ib_matcher::{matcher::IbMatcher, pinyin::PinyinNotation, matcher::PinyinMatchConfig};
        let index = build(&site);
        let notations = PinyinNotation::Ascii | PinyinNotation::AsciiFirstLetter;
        let matcher = IbMatcher::builder(query.as_str()).pinyin(PinyinMatchConfig::notations(notations)).build();
        let hits = index.find(&query, 1_000, &index.visible(|_| true));
        for (lane, lot) in index.lanes.iter().map(|lane| (lane, &lane.lot)) {
            let lot = index.lots.iter().find(|other| other.id == *lot).unwrap();
            if matcher.is_match(format!("{}{}", lot.name, lane.name).as_str()) {
                prop_assert!(hits.lanes.iter().any(|(hit, _)| hit.id == lane.id), "{query} misses {} {}", lot.name, lane.name);
            }
        }
    }
}
