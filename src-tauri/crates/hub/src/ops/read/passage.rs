//! Vehicles that went through, or turned round, as a live read shows (R37).

use super::{ReadNews, alike};
use crate::{
    error::Result,
    hub::Hub,
    ops::{
        stay::{self, Clearing, LanePassage},
        vehicle::{StayQuery, look_up},
    },
    store::{ReadRow, StayRow, Tx},
};
use lanedesk_domain::{
    assessment::Assessment,
    ids::StayId,
    lane::{Direction, LaneDirection},
    money::Fen,
    opening::Passage,
    stay::{Sign, settle_automatic},
    time::Timestamp,
};
use lanedesk_wire::case::Step;

/// A camera that tells one passage twice does so within this time.
const SAME_PASSAGE_MS: i64 = 120_000;

/// The vehicle that was let in or out is seen going back the way it came: it did not pass. Only where the camera had
/// seen it come the other way, for a camera may look at a lane from behind.
pub(super) async fn turned_back(tx: &mut Tx<'_>, news: &ReadNews, before: Option<&ReadRow>) -> Result<Vec<Clearing>> {
    let read = &news.read;
    let turned = news.reverse
        && news.lane_direction != LaneDirection::Both
        && before.is_some_and(|before| {
            alike(before.plate.as_ref(), read) && before.direction.is_some() && before.direction != read.direction
        });
    if !turned {
        return Ok(Vec::new());
    }
    Ok(stay::settle(tx, &read.lane, &Sign::BackedOut).await?)
}

/// Adds what was settled to the timelines of its cases.
pub(super) async fn note(tx: &mut Tx<'_>, settled: &[Clearing], now: Timestamp) -> Result<()> {
    for settled in settled {
        let what = match settled.passage {
            Passage::Passed => Step::Passed,
            Passage::None | Passage::Pending => Step::NotPassed,
        };
        let facts = [("opening", settled.opening.to_string())];
        tx.add_step(&settled.case, now, None, what, &facts).await?;
    }
    Ok(())
}

/// Which way a vehicle goes: the lane's only one, else as the camera says.
pub(super) fn way(news: &ReadNews) -> Option<Direction> {
    match news.lane_direction {
        LaneDirection::Entry => Some(Direction::Entry),
        LaneDirection::Exit => Some(Direction::Exit),
        LaneDirection::Both => news.read.direction,
    }
}

/// The camera raised the arm by itself: the vehicle passes without us.
pub(super) async fn automatic(tx: &mut Tx<'_>, hub: &Hub, news: &ReadNews, now: Timestamp) -> Result<()> {
    let read = &news.read;
    // Without a plate there is nothing to find the vehicle by when it leaves.
    let (Some(way), Some(plate)) = (way(news), &read.plate) else {
        return Ok(());
    };
    let asked = StayQuery { plate: Some(plate), ..StayQuery::default() };
    let known = look_up(tx, &read.lot, asked, true, read.taken_at).await;
    if known.stay().is_some_and(|stay| just_entered(stay, read)) && way == Direction::Entry {
        return Ok(());
    }
    let assessment = known.judge(Some(way));
    let quote = known.quote(&hub.directory(), &read.lot, assessment);
    let (due, paid) = quote.map_or((Fen(0), Fen(0)), |quote| (quote.dues.due, quote.dues.paid));
    pass(tx, news, known.stay(), (way, assessment), (due, paid)).await?;
    let vehicle = (Some(plate), None);
    stay::tell_pages(tx, hub, &read.lot, vehicle, &read.lane, now).await?;
    tracing::debug!(lane = %read.lane, %now, "automatic passage");
    Ok(())
}

/// Whether the stay was begun by this very passage, told once already.
fn just_entered(stay: &StayRow, read: &ReadRow) -> bool {
    stay.entry_lane.as_ref() == Some(&read.lane) && read.taken_at.since(stay.entered_at).abs() <= SAME_PASSAGE_MS
}

/// Begins or ends the stay of a vehicle that went through by itself.
pub(super) async fn pass(
    tx: &mut Tx<'_>,
    news: &ReadNews,
    inside: Option<&StayRow>,
    (way, assessment): (Direction, Assessment),
    (due, paid): (Fen, Fen),
) -> Result<()> {
    let read = &news.read;
    let stay = inside.map(|stay| stay.id.clone());
    let settlement = settle_automatic(way, assessment, stay.clone(), (due, paid), read.taken_at);
    let through =
        LanePassage { lot: &read.lot, lane: &read.lane, read: Some(&read.id), plate: read.plate.as_ref(), phone: None };
    let stay = match way {
        Direction::Entry => Some(StayId::new()),
        Direction::Exit => stay,
    };
    Ok(stay::keep(tx, &through, stay, &settlement).await?)
}
