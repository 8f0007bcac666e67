//! Counts over openings, each bar leading to its rows (R33).

use super::opening::{OpeningQuery, filter};
use crate::{
    actor::Actor,
    directory::Directory,
    error::{Error, Result},
    hub::Hub,
    store::{Conn, Filter, Group},
};
use lanedesk_domain::money::Fen;
use lanedesk_wire::statistics::{Bar, By, Statistics};

/// Counts what a list with the same filter shows.
pub async fn count(hub: &Hub, actor: &Actor, by: By, asked: OpeningQuery) -> Result<Statistics> {
    let Some(filter) = filter(hub, actor, asked).await? else {
        return Ok(Statistics::default());
    };
    let mut reader = hub.store().read().await?;
    of(&mut reader.conn(), &hub.directory(), by, &filter).await
}

/// What is counted by, as it stands in the query.
pub fn by(text: Option<&str>) -> Result<By> {
    text.unwrap_or("lot").parse().map_err(|_| Error::Invalid { field: "by", why: "not_acceptable" })
}

/// Counts the openings of a filter.
pub(super) async fn of(conn: &mut Conn<'_>, directory: &Directory, by: By, filter: &Filter) -> Result<Statistics> {
    let whole = conn.count_openings(filter, None).await?.pop();
    let Some(whole) = whole else {
        return Ok(Statistics { bars: bars(directory, by, Vec::new()), ..Statistics::default() });
    };
    let groups = conn.count_openings(filter, Some(by)).await?;
    Ok(Statistics {
        openings: whole.openings.unsigned_abs(),
        abnormal: whole.abnormal.unsigned_abs(),
        unpaid: whole.unpaid.unsigned_abs(),
        unpaid_fen: Fen(whole.unpaid_fen),
        bars: bars(directory, by, groups),
        same_plates: conn.same_plates(filter).await?,
    })
}

fn bars(directory: &Directory, by: By, groups: Vec<Group>) -> Vec<Bar> {
    if by != By::Hour {
        return groups.into_iter().map(|group| bar(label(directory, by, &group), group)).collect();
    }
    // Every hour has its place, also one in which nothing was opened.
    let mut hours: Vec<Bar> = (0..24).map(empty_hour).collect();
    for mut group in groups {
        let hour = group.key.parse::<usize>().unwrap_or_default() % 24;
        group.key = format!("{hour:02}");
        hours[hour] = bar(format!("{hour:02}:00"), group);
    }
    hours
}

fn empty_hour(hour: u8) -> Bar {
    Bar {
        key: format!("{hour:02}"),
        label: format!("{hour:02}:00"),
        openings: 0,
        abnormal: 0,
        unpaid: 0,
        unpaid_fen: Fen(0),
    }
}

fn bar(label: String, group: Group) -> Bar {
    Bar {
        key: group.key,
        label,
        openings: group.openings.unsigned_abs(),
        abnormal: group.abnormal.unsigned_abs(),
        unpaid: group.unpaid.unsigned_abs(),
        unpaid_fen: Fen(group.unpaid_fen),
    }
}

/// What people call it; what is no longer in the site goes by its id.
fn label(directory: &Directory, by: By, group: &Group) -> String {
    let named = match by {
        By::Lot => group.key.parse().ok().and_then(|id| Some(directory.lots.get(&id)?.name.clone())),
        By::Lane => group.key.parse().ok().and_then(|id| {
            let (lane, lot) = directory.lane(&id)?;
            Some(format!("{} {}", lot.name, lane.name))
        }),
        By::Person => Some(group.name.clone()),
        By::Reason => directory.reasons.get(&group.key).map(|reason| reason.text.clone()),
        By::Hour => None,
    };
    named.unwrap_or_else(|| group.key.clone())
}
