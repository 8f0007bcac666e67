//! What the people, cameras and systems of a history do, as plain data: a seed names a history, and any part of one can be
//! run again.

use fastrand::Rng;

/// Lanes of the lot: an entry and two exits.
pub(super) const LANES: usize = 3;
/// The entry.
pub(super) const ENTRY: usize = 0;
/// Vehicles that come; the first has a pass. One more is a vehicle without a plate.
pub(super) const PLATES: [&str; 5] = ["粤B12345", "京A66384", "沪C90117", "浙F50728", "苏K38E96"];
/// Everybody who works lanes.
pub(super) const PEOPLE: [&str; 5] = ["guard", "staff", "agent", "second", "chief"];
/// Whose rights in the lot are taken away and given back.
pub(super) const GUARD: usize = 0;
/// Who sits at seats and takes calls.
pub(super) const AGENTS: [usize; 2] = [2, 3];
/// The supervisor, who takes lanes over.
pub(super) const CHIEF: usize = 4;

/// One request. Cases, fences, orders and calls are those its person knows of when the round begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// A camera reads a vehicle that stands there.
    Read {
        lane: usize,
        plate: Option<usize>,
    },
    /// The entry's camera has let a vehicle in by itself.
    LetIn {
        plate: usize,
    },
    Claim {
        who: usize,
        lane: usize,
    },
    TakeOver {
        lane: usize,
    },
    HandOver {
        who: usize,
        to: usize,
    },
    Move {
        who: usize,
        lane: usize,
    },
    Close {
        who: usize,
        during_call: bool,
    },
    Correct {
        who: usize,
        plate: usize,
    },
    Open {
        who: usize,
    },
    /// The last order once more, under its id.
    OpenAgain {
        who: usize,
    },
    Passed {
        who: usize,
    },
    Pay {
        plate: usize,
        fen: i64,
    },
    Ring {
        lane: usize,
    },
    /// Takes the newest call.
    Take {
        who: usize,
    },
    /// The newest call ends.
    HangUp,
    /// The guard's rights in the lot are given or taken away.
    Reach {
        given: bool,
    },
    /// The lane has another name in the site.
    Rename {
        lane: usize,
    },
}

/// Acts that are under way at once, each at one of the hubs and a little later than the round begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Round {
    /// How far the clock goes on before it.
    pub(super) seconds: u64,
    pub(super) acts: Vec<Sent>,
}

/// One act's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) act: Act,
    /// Which hub is asked, modulo how many there are.
    pub(super) hub: usize,
    /// How long after the round's begin.
    pub(super) micros: u64,
}

/// Most acts at once: each order in which they may have happened is looked at.
const AT_ONCE: usize = 4;
/// Half a lease's time and a little more, in seconds: some leases end, some do not.
const LONG: u64 = 6 * 60;

/// So many acts out of a seed.
pub(super) fn history(seed: u64, acts: usize) -> Vec<Round> {
    let mut rng = Rng::with_seed(seed);
    let (mut rounds, mut left) = (Vec::new(), acts);
    while left > 0 {
        let many = rng.usize(1..=AT_ONCE).min(left);
        let seconds = if rng.u8(..100) < 5 { LONG } else { 1 };
        rounds.push(Round { seconds, acts: round(&mut rng, many) });
        left -= many;
    }
    rounds
}

fn round(rng: &mut Rng, many: usize) -> Vec<Sent> {
    let mut acts: Vec<Sent> = Vec::new();
    while acts.len() < many {
        let act = act(rng);
        let again = |sent: &Sent| once(sent.act).is_some() && once(sent.act) == once(act);
        if !acts.iter().any(again) {
            let (hub, micros) = (rng.usize(..2), rng.u64(..4_000));
            acts.push(Sent { act, hub, micros });
        }
    }
    acts
}

/// What a round has one of. Of two reads of one lane at one moment a camera's word does not say which was first; rights that
/// are taken away and given back at one moment may end a lease or not.
fn once(act: Act) -> Option<usize> {
    match act {
        Act::Read { lane, .. } => Some(lane),
        Act::LetIn { .. } => Some(ENTRY),
        Act::Reach { .. } => Some(LANES),
        _ => None,
    }
}

fn act(rng: &mut Rng) -> Act {
    let (lane, plate, who) = (rng.usize(..LANES), rng.usize(..PLATES.len()), rng.usize(..PEOPLE.len()));
    match rng.u8(..100) {
        0..14 => Act::Read { lane, plate: Some(plate).filter(|_| rng.u8(..12) > 0) },
        14..20 => Act::LetIn { plate },
        20..42 => Act::Claim { who, lane },
        42..45 => Act::TakeOver { lane },
        45..49 => Act::HandOver { who, to: rng.usize(..PEOPLE.len()) },
        49..53 => Act::Move { who, lane },
        53..61 => Act::Close { who, during_call: rng.bool() },
        61..65 => Act::Correct { who, plate },
        65..74 => Act::Open { who },
        74..76 => Act::OpenAgain { who },
        76..81 => Act::Passed { who },
        81..87 => Act::Pay { plate, fen: [400, 500, 900][rng.usize(..3)] },
        87..90 => Act::Ring { lane },
        90..94 => Act::Take { who: AGENTS[rng.usize(..AGENTS.len())] },
        94..97 => Act::HangUp,
        97..99 => Act::Reach { given: rng.bool() },
        _ => Act::Rename { lane },
    }
}
