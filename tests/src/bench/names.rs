//! A made-up country of lots and lanes, each word with its reading, and what people type to find them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::hub::PASSWORD;

/// Characters and their reading, syllables apart.
type Word = (&'static str, &'static str);

const PLACES: [Word; 20] = [
    ("福田", "fu tian"),
    ("南山", "nan shan"),
    ("龙岗", "long gang"),
    ("宝安", "bao an"),
    ("罗湖", "luo hu"),
    ("盐田", "yan tian"),
    ("光明", "guang ming"),
    ("坪山", "ping shan"),
    ("龙华", "long hua"),
    ("大鹏", "da peng"),
    ("天河", "tian he"),
    ("越秀", "yue xiu"),
    ("海珠", "hai zhu"),
    ("荔湾", "li wan"),
    ("白云", "bai yun"),
    ("黄埔", "huang pu"),
    ("番禺", "pan yu"),
    ("花都", "hua du"),
    ("南沙", "nan sha"),
    ("从化", "cong hua"),
];
const NAMES: [Word; 30] = [
    ("彩悦", "cai yue"),
    ("星河", "xing he"),
    ("滨江", "bin jiang"),
    ("金地", "jin di"),
    ("万象", "wan xiang"),
    ("海岸", "hai an"),
    ("卓越", "zhuo yue"),
    ("京基", "jing ji"),
    ("华润", "hua run"),
    ("中信", "zhong xin"),
    ("招商", "zhao shang"),
    ("嘉里", "jia li"),
    ("绿景", "lv jing"),
    ("佳兆", "jia zhao"),
    ("东海", "dong hai"),
    ("世纪", "shi ji"),
    ("皇岗", "huang gang"),
    ("梅林", "mei lin"),
    ("莲花", "lian hua"),
    ("香蜜", "xiang mi"),
    ("翠竹", "cui zhu"),
    ("凤凰", "feng huang"),
    ("荷塘", "he tang"),
    ("银湖", "yin hu"),
    ("桃源", "tao yuan"),
    ("西丽", "xi li"),
    ("前海", "qian hai"),
    ("后海", "hou hai"),
    ("红树", "hong shu"),
    ("蛇口", "she kou"),
];
const KINDS: [Word; 10] = [
    ("大厦", "da sha"),
    ("中心", "zhong xin"),
    ("花园", "hua yuan"),
    ("广场", "guang chang"),
    ("公寓", "gong yu"),
    ("酒店", "jiu dian"),
    ("医院", "yi yuan"),
    ("市场", "shi chang"),
    ("小区", "xiao qu"),
    ("写字楼", "xie zi lou"),
];
const ENDS: [Word; 5] =
    [("停车场", "ting che chang"), ("一期", "yi qi"), ("二期", "er qi"), ("北区", "bei qu"), ("南区", "nan qu")];
const LANES: [(Word, &str); 4] = [
    (("东门进口", "dong men jin kou"), "E01"),
    (("东门出口", "dong men chu kou"), "E02"),
    (("西门进口", "xi men jin kou"), "W01"),
    (("西门出口", "xi men chu kou"), "W02"),
];

/// A name with its two readings.
#[derive(Clone, Debug)]
pub struct Named {
    /// As written.
    pub text: String,
    /// Read aloud, syllables together.
    pub pinyin: String,
    /// The first letter of each syllable.
    pub initials: String,
}

impl Named {
    fn of(words: &[Word]) -> Self {
        let syllables = || words.iter().flat_map(|(_, reading)| reading.split(' '));
        Self {
            text: words.iter().map(|(text, _)| *text).collect(),
            pinyin: syllables().collect(),
            initials: syllables().filter_map(|syllable| syllable.chars().next()).collect(),
        }
    }
}

/// The name of lot number `index`. All of the first 30,000 differ.
pub fn lot(index: usize) -> Named {
    let pick = |words: &[Word], turn: usize| words.get(turn % words.len()).copied().unwrap_or_default();
    // The slowest changing word stands first, so that neighbours look alike, as in life.
    let end = index % ENDS.len();
    let kind = index / ENDS.len();
    let name = kind / KINDS.len();
    let place = name / NAMES.len();
    Named::of(&[pick(&PLACES, place), pick(&NAMES, name), pick(&KINDS, kind), pick(&ENDS, end)])
}

/// The four lanes of every lot, each with its code.
pub fn lanes() -> [(Named, &'static str); 4] {
    LANES.map(|(word, code)| (Named::of(&[word]), code))
}

/// What somebody types who looks for this lane: every text they might settle on.
pub fn typed(lot: &Named, lane: &Named) -> [String; 6] {
    let of = |text: &str, count: usize| text.chars().take(count).collect::<String>();
    [
        lot.text.clone(),
        lot.pinyin.clone(),
        lot.initials.clone(),
        of(&lot.text, 6),
        format!("{}{}", of(&lot.text, 6), of(&lane.text, 2)),
        of(&lot.initials, 6),
    ]
}

/// Writes the whole country as a site file with one person who may see it all.
pub fn write_site(folder: &Path, lots: usize) -> Result<PathBuf> {
    let mut site = format!(
        "[[area]]\nid = \"all\"\nname = \"全国\"\n\n[[person]]\nusername = \"p0\"\nname = \"李四\"\nrole = \"agent\"\n\
         password = \"{PASSWORD}\"\nareas = [\"all\"]\n\n"
    );
    for index in 0..lots {
        let name = lot(index).text;
        write!(
            site,
            "[[lot]]\nid = \"lot{index}\"\nname = \"{name}\"\narea = \"all\"\nmanager = \"王强\"\nmanager_phone = \"138 0000 0000\"\n\n"
        )?;
        for (lane, code) in lanes() {
            write!(
                site,
                "[[lane]]\nid = \"lot{index}-{code}\"\nlot = \"lot{index}\"\nname = \"{}\"\ncode = \"{code}\"\ndirection = \"both\"\n\n",
                lane.text
            )?;
        }
    }
    let path = folder.join("country.toml");
    std::fs::write(&path, site)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::lot;

    #[test]
    fn thirty_thousand_lots_have_names_of_their_own() {
        let names: HashSet<String> = (0..30_000).map(|index| lot(index).text).collect();
        assert_eq!(names.len(), 30_000);
        let first = lot(0);
        assert_eq!((first.text.as_str(), first.initials.as_str()), ("福田彩悦大厦停车场", "ftcydstcc"));
    }
}
