//! What a camera tells late fills gaps in the stays, and nothing else.

use super::{ReadNews, passage};
use crate::{
    error::Result,
    hub::Hub,
    ops::{
        stay,
        vehicle::{StayQuery, look_up},
    },
    store::{ReadRow, StayEnd, Tx},
};
use lanedesk_domain::{
    assessment::Assessment, ids::LotId, lane::Direction, money::Fen, plate::Plate, stay::ReleaseKind, time::Timestamp,
};

/// A stay is begun or ended by a late read only where the camera let the vehicle through, nothing later is known of it,
/// and nobody is working on it now.
pub(super) async fn fill(tx: &mut Tx<'_>, hub: &Hub, news: &ReadNews, now: Timestamp) -> Result<()> {
    let read = &news.read;
    let (true, Some(way), Some(plate)) = (read.opened_by_camera, passage::way(news), &read.plate) else {
        return Ok(());
    };
    if tx.plate_in_case(&read.lot, plate).await? {
        return Ok(());
    }
    match way {
        Direction::Entry => entered(tx, hub, news, plate).await?,
        Direction::Exit => left(tx, hub, news, plate).await?,
    }
    // Its own lane stands on another vehicle by now.
    let vehicle = (Some(plate), None);
    stay::tell_pages(tx, hub, &read.lot, vehicle, &read.lane, now).await
}

/// It came in while nobody listened. Where its way out is known already, the stay is over as well.
async fn entered(tx: &mut Tx<'_>, hub: &Hub, news: &ReadNews, plate: &Plate) -> Result<()> {
    let read = &news.read;
    let newest = tx.newest_stay(&read.lot, plate).await?;
    let known_later = newest
        .is_some_and(|stay| stay.left_at.is_none_or(|left| left >= read.taken_at) || stay.entered_at >= read.taken_at);
    if known_later {
        return Ok(());
    }
    let judged = (Direction::Entry, Assessment::Temporary);
    passage::pass(tx, news, None, judged, (Fen(0), Fen(0))).await?;
    if let Some(exit) = way_out(tx, hub, &read.lot, plate, read.taken_at).await? {
        leave(tx, hub, &exit, plate).await?;
    }
    Ok(())
}

/// It left while nobody listened.
async fn left(tx: &mut Tx<'_>, hub: &Hub, news: &ReadNews, plate: &Plate) -> Result<()> {
    let inside = tx.stay_inside(&news.read.lot, plate).await?;
    match inside {
        Some(stay) if stay.entered_at < news.read.taken_at => leave(tx, hub, &news.read, plate).await,
        _ => Ok(()),
    }
}

/// The first passage at an exit after the entry.
async fn way_out(tx: &mut Tx<'_>, hub: &Hub, lot: &LotId, plate: &Plate, after: Timestamp) -> Result<Option<ReadRow>> {
    let site = hub.directory();
    let goes_out = |read: &ReadRow| {
        let lane = site.lanes.get(&read.lane);
        let only = lane.and_then(|lane| lane.direction.only());
        only.or(read.direction) == Some(Direction::Exit)
    };
    let passages = tx.passages_after(lot, plate, after).await?;
    Ok(passages.into_iter().find(goes_out))
}

/// Ends the stay as of the exit's read. It is over, so that what it owed then is only noted.
async fn leave(tx: &mut Tx<'_>, hub: &Hub, exit: &ReadRow, plate: &Plate) -> Result<()> {
    let asked = StayQuery { plate: Some(plate), ..StayQuery::default() };
    let known = look_up(tx, &exit.lot, asked, true, exit.taken_at).await;
    let Some(stay) = known.stay() else {
        return Ok(());
    };
    let assessment = known.judge(Some(Direction::Exit));
    let quote = known.quote(&hub.directory(), &exit.lot, assessment);
    let dues = quote.map(|quote| quote.dues);
    let free = assessment != Assessment::PassValid && dues.is_none_or(|dues| dues.paid.0 == 0);
    let leaving = StayEnd {
        at: exit.taken_at,
        lane: exit.lane.clone(),
        read: Some(exit.id.clone()),
        due: dues.map_or(Fen(0), |dues| dues.due),
        release: if free { ReleaseKind::Free } else { ReleaseKind::Normal },
    };
    tx.end_stay(&stay.id, &leaving).await?;
    Ok(())
}
