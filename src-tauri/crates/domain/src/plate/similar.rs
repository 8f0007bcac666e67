//! How alike two plates look to a camera or a hurried eye: weighted edit distance over confusable characters.

use super::{
    Plate, is_province,
    kind::{Class, places},
};

/// From here up a vehicle inside is worth showing as a candidate: about two plainly wrong characters of seven.
pub const LOOK_ALIKE: f32 = 0.7;

/// From here up two reads at one lane are taken for the same vehicle read twice: one plainly wrong character of seven.
pub const SAME_VEHICLE: f32 = 0.85;

/// Characters cameras take for one another, as makers and operators report them.
const CONFUSED: [&str; 7] = ["0ODQ", "1ILT7", "2Z7", "5S6", "6GC", "8B", "BD"];
/// Pairs that look alike to us; no source names them, so they weigh more.
const PERHAPS_CONFUSED: [&str; 5] = ["MN", "VY", "UJ", "云皖", "吉苏"];
/// Provinces, and characters misread as provinces, that are reported.
const CONFUSED_PROVINCES: [&str; 7] = ["京琼", "京蒙", "翼冀", "鱼鲁", "象豫", "湖湘", "挂桂"];

const CONFUSED_COST: f32 = 0.25;
const PERHAPS_COST: f32 = 0.4;
/// A province is one small dense character: cameras miss it more often than a letter.
const PROVINCE_COST: f32 = 0.7;
/// A character more or less: cameras drop the eighth of a green plate and cut edges.
const GAP_COST: f32 = 0.7;
/// A wrong character that cannot stand where it was read speaks for a misread, so the difference weighs less.
const IMPOSSIBLE_FACTOR: f32 = 0.7;

/// How alike two plates look: 1 for the same, 0 for nothing in common. The order of the two does not matter.
pub fn similarity(a: &Plate, b: &Plate) -> f32 {
    let (a, b) = (a.chars(), b.chars());
    let longest = a.len().max(b.len());
    if longest == 0 {
        return 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 12 characters")]
    let alike = 1.0 - distance(&a, &b) / longest as f32;
    alike.clamp(0.0, 1.0)
}

/// Whether two reads at one lane are probably one vehicle, read twice.
pub fn same_vehicle(a: &Plate, b: &Plate) -> bool {
    similarity(a, b) >= SAME_VEHICLE
}

/// The vehicles inside that look like what was read, most alike first; equals keep the order they came in.
pub fn look_alikes<T>(read: &Plate, inside: impl IntoIterator<Item = (T, Plate)>, limit: usize) -> Vec<(T, f32)> {
    look_alikes_doubting(read, &[], inside, limit)
}

/// As [`look_alikes`]; of equals, the one that differs where the camera itself doubted comes first.
///
/// `doubtful` are positions in the plate as read, counted from 0.
pub fn look_alikes_doubting<T>(
    read: &Plate,
    doubtful: &[u8],
    inside: impl IntoIterator<Item = (T, Plate)>,
    limit: usize,
) -> Vec<(T, f32)> {
    let mut found: Vec<(T, f32, usize)> = inside
        .into_iter()
        .map(|(what, plate)| (what, similarity(read, &plate), doubted(read, &plate, doubtful)))
        .filter(|(_, alike, _)| *alike >= LOOK_ALIKE)
        .collect();
    found.sort_by(|(_, a, doubted_a), (_, b, doubted_b)| b.total_cmp(a).then(doubted_b.cmp(doubted_a)));
    found.truncate(limit);
    found.into_iter().map(|(what, alike, _)| (what, alike)).collect()
}

/// How many of the differences stand where the camera doubted. Positions mean nothing between different lengths.
fn doubted(read: &Plate, other: &Plate, doubtful: &[u8]) -> usize {
    let (read, other) = (read.chars(), other.chars());
    if read.len() != other.len() {
        return 0;
    }
    let differs = |at: &&u8| {
        let at = usize::from(**at);
        read.get(at) != other.get(at)
    };
    doubtful.iter().filter(differs).count()
}

fn distance(a: &[char], b: &[char]) -> f32 {
    let (shape_a, shape_b) = (places(a), places(b));
    #[expect(clippy::cast_precision_loss, reason = "at most 12 characters")]
    let gaps = |n: usize| n as f32 * GAP_COST;
    let mut before: Vec<f32> = (0..=b.len()).map(gaps).collect();
    for (i, &ca) in a.iter().enumerate() {
        let mut row = vec![gaps(i + 1)];
        for (j, &cb) in b.iter().enumerate() {
            let mut swap = replace_cost(ca, cb);
            if forbids(shape_a, i, cb) || forbids(shape_b, j, ca) {
                swap *= IMPOSSIBLE_FACTOR;
            }
            let cost = (before[j] + swap).min(before[j + 1] + GAP_COST).min(row[j] + GAP_COST);
            row.push(cost);
        }
        before = row;
    }
    before[b.len()]
}

fn replace_cost(a: char, b: char) -> f32 {
    let in_one = |sets: &[&str]| sets.iter().any(|set| set.contains(a) && set.contains(b));
    if a == b {
        0.0
    } else if in_one(&CONFUSED) || in_one(&CONFUSED_PROVINCES) {
        CONFUSED_COST
    } else if in_one(&PERHAPS_CONFUSED) {
        PERHAPS_COST
    } else if is_province(a) && is_province(b) {
        PROVINCE_COST
    } else {
        1.0
    }
}

fn forbids(shape: Option<&'static [Class]>, at: usize, c: char) -> bool {
    shape.and_then(|places| places.get(at)).is_some_and(|class| !class.admits(c))
}
