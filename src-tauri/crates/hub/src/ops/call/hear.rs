//! What telephone systems and robots tell of calls (R31).

use super::{audit, end, ring, step, tell};
use crate::{
    error::{Error, Result},
    hub::Hub,
    ops::{lease::look, view},
    store::{CallRow, LockRows, NewCall, Tx},
};
use lanedesk_domain::{
    call::PbxEvent,
    ids::{CallId, IntegrationId, LaneId, LotId},
    time::Timestamp,
};
use lanedesk_wire::{
    call::{CallEvent, CallEventType},
    case::Step,
};

/// What was told, checked and looked up.
#[derive(Debug, Clone)]
struct CallNews {
    integration: IntegrationId,
    event: String,
    external: String,
    what: PbxEvent,
    /// When it happened.
    at: Timestamp,
    place: Option<(LaneId, LotId)>,
    robot: Option<String>,
    caller: Option<String>,
    called: Option<String>,
    seat: Option<String>,
    recording_url: Option<String>,
}

/// Takes an event whose sender is known. Durable when this answers; a repeated one has no effect.
pub async fn hear(hub: &Hub, from: &IntegrationId, event: &CallEvent) -> Result<()> {
    let news = check(hub, from, event)?;
    let rows = LockRows::lanes(news.place.as_ref().map(|(lane, _)| lane));
    let claimed = hub.write_at(rows, async move |tx, hub| hear_in(tx, hub, &news).await).await?;
    if let Some(lane) = claimed {
        look(hub, &lane);
    }
    Ok(())
}

/// Longest text of a telephone system that is kept.
const LONGEST: usize = 200;

/// Only what no retry could mend is refused; a call of an unknown robot or number is kept.
fn check(hub: &Hub, from: &IntegrationId, event: &CallEvent) -> Result<CallNews> {
    let invalid = |field| Error::Invalid { field, why: "not_acceptable" };
    let named = |text: &str| (1..=LONGEST).contains(&text.len());
    if !named(&event.event_id) {
        return Err(invalid("event_id"));
    }
    if !named(&event.call_id) {
        return Err(invalid("call_id"));
    }
    let told = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty() && text.len() <= LONGEST).map(ToOwned::to_owned)
    };
    let (robot, place) = place(hub, event);
    Ok(CallNews {
        integration: from.clone(),
        event: event.event_id.clone(),
        external: event.call_id.clone(),
        what: match event.kind {
            CallEventType::Ringing => PbxEvent::Ringing,
            CallEventType::Answered => PbxEvent::Answered,
            CallEventType::Ended => PbxEvent::Ended,
        },
        // A telephone system's clock may run ahead; nothing happened later than it was told.
        at: event.occurred_at.min(hub.clock().now()),
        place,
        robot,
        caller: told(&event.caller),
        called: told(&event.called),
        seat: told(&event.seat),
        recording_url: event.recording_url.clone().filter(|url| url.len() <= 2_000),
    })
}

/// Where a call comes from: the lane that is named, else that of the robot by its number, else by its phone.
fn place(hub: &Hub, event: &CallEvent) -> (Option<String>, Option<(LaneId, LotId)>) {
    let site = hub.directory();
    let lane = event.lane.as_deref().and_then(|id| id.parse().ok());
    let lane = lane.and_then(|id: LaneId| site.lanes.get(&id));
    let numbered = event.robot_number.as_deref().and_then(|n| site.robot_numbered(n));
    let phoned = || site.robot_phoned(event.caller.as_deref()?);
    let at_lane = || site.robots.get(lane?.robot.as_ref()?);
    let robot = numbered.or_else(at_lane).or_else(phoned);
    let lane = lane.or_else(|| site.lane_of_robot(&robot?.id));
    let number =
        robot.map(|robot| robot.number.clone()).or_else(|| event.robot_number.clone().filter(|n| n.len() <= LONGEST));
    (number, lane.map(|lane| (lane.id.clone(), lane.lot.clone())))
}

/// Answers the lane that was claimed, if one was.
async fn hear_in(tx: &mut Tx<'_>, hub: &Hub, news: &CallNews) -> Result<Option<LaneId>> {
    let now = hub.clock().now();
    if tx.knows_call_event(&news.integration, &news.event).await? {
        return Ok(None);
    }
    if let Some(robot) = news.robot.as_deref().filter(|_| news.what != PbxEvent::Ended) {
        tx.adopt_call(robot, &news.integration, &news.external).await?;
    }
    let mut row = tx
        .hear_of_call(&NewCall {
            integration: Some(&news.integration),
            external: Some(&news.external),
            caller: "",
            by_hand: false,
            at: news.at,
            now,
        })
        .await?;
    let event = (&news.integration, news.event.as_str());
    if !tx.note_call_event(event, &row.id, (news.what, news.at), now).await? {
        return Ok(None);
    }
    fill(&mut row, news);
    let seat = newest_seat(&mut row, news);
    further(tx, hub, row, (news.what, news.at), seat, now).await
}

/// What was not known of the call yet.
fn fill(row: &mut CallRow, news: &CallNews) {
    if row.caller.is_empty() {
        row.caller = news.caller.clone().unwrap_or_default();
    }
    row.called = row.called.take().or_else(|| news.called.clone());
    row.robot = row.robot.take().or_else(|| news.robot.clone());
    if row.lane.is_none()
        && let Some((lane, lot)) = &news.place
    {
        (row.lane, row.lot) = (Some(lane.clone()), Some(lot.clone()));
    }
    row.recording_url = news.recording_url.clone().or_else(|| row.recording_url.take());
}

/// The seat it rings at now, where this is the newest word on it.
fn newest_seat(row: &mut CallRow, news: &CallNews) -> Option<String> {
    let seat = news.seat.clone()?;
    if news.what == PbxEvent::Ended || row.seat_at.is_some_and(|known| known > news.at) {
        return None;
    }
    row.seat_at = Some(news.at);
    if row.taken_at.is_none() {
        row.seat = Some(seat.clone());
    }
    Some(seat)
}

/// The call with this news in it: rung at a seat, answered, ended; written and told.
async fn further(
    tx: &mut Tx<'_>,
    hub: &Hub,
    mut row: CallRow,
    (what, at): (PbxEvent, Timestamp),
    seat: Option<String>,
    now: Timestamp,
) -> Result<Option<LaneId>> {
    let before = (row.state, row.progress.answered_at);
    let was_over = row.progress.ended_at.is_some();
    row.progress.hear(what, at);
    let mut claimed = None;
    if row.progress.ended_at.is_none()
        && let Some(seat) = seat
    {
        claimed = ring::at_seat(tx, hub, &mut row, &seat, (what, at), now).await?;
    }
    row.state = row.progress.state(row.hand());
    row.heard_at = now;
    tx.put_call(&row).await?;
    let over = row.progress.ended_at.is_some();
    if over && !was_over {
        end(tx, hub, &row, now).await?;
    } else if row.progress.answered_at != before.1 && !over {
        answered(tx, hub, &row, claimed.is_some(), now).await?;
    } else if before.0 != row.state || claimed.is_some() || what == PbxEvent::Ringing {
        tx.audit(audit("call.ringing", None, &row, now)).await?;
    }
    tell(tx, hub, &row, now).await?;
    Ok(claimed)
}

async fn answered(tx: &mut Tx<'_>, hub: &Hub, row: &CallRow, claimed: bool, now: Timestamp) -> Result<()> {
    tx.audit(audit("call.answered", None, row, now)).await?;
    let at = row.progress.answered_at.unwrap_or(now);
    step(tx, row, Step::CallAnswered, None, at).await?;
    match &row.lane {
        // A lane that was just claimed for it is told with its claim.
        Some(lane) if row.case.is_some() && !claimed => view::tell(tx, hub, lane, now).await,
        _ => Ok(()),
    }
}

/// The button of a robot was pressed: a call without a telephone system. One that is open already stays the one.
pub async fn robot_calls(hub: &Hub, number: &str) -> Result<CallId> {
    let number = number.to_owned();
    hub.write(async move |tx, hub| {
        let now = hub.clock().now();
        if !tx.hold_robot(&number).await? {
            return Err(Error::NotFound);
        }
        if let Some(open) = tx.call_of_robot(&number).await? {
            return Ok(open.id);
        }
        let new = NewCall { integration: None, external: None, caller: "", by_hand: false, at: now, now };
        let mut row = tx.hear_of_call(&new).await?;
        let site = hub.directory();
        let robot = site.robot_numbered(&number);
        let lane = robot.and_then(|robot| site.lane_of_robot(&robot.id));
        row.caller = robot.map_or(String::new(), |robot| robot.phone.clone());
        (row.lane, row.lot) = lane.map(|l| (l.id.clone(), l.lot.clone())).unzip();
        row.robot = Some(number.clone());
        let id = row.id.clone();
        further(tx, hub, row, (PbxEvent::Ringing, now), None, now).await?;
        Ok(id)
    })
    .await
}

/// The driver ended the call at the robot.
pub async fn robot_hung_up(hub: &Hub, number: &str) -> Result<()> {
    let number = number.to_owned();
    hub.write(async move |tx, hub| {
        let now = hub.clock().now();
        let Some(open) = tx.call_of_robot(&number).await? else {
            return Ok(());
        };
        if let Some(row) = tx.hold_call(&open.id).await?.filter(|r| r.state.is_open()) {
            further(tx, hub, row, (PbxEvent::Ended, now), None, now).await?;
        }
        Ok(())
    })
    .await
}

/// Nothing was heard of a call for too long: it was over when its silence was full (R11).
pub(super) async fn silent(hub: &Hub, id: CallId) -> Result<()> {
    hub.write(async move |tx, hub| {
        let (now, minutes) = (hub.clock().now(), hub.rules().call_silence_minutes);
        let Some(row) = tx.hold_call(&id).await?.filter(|row| row.state.is_open()) else {
            return Ok(());
        };
        let ended = lanedesk_domain::lease::silent_call_ended_at(row.heard_at, now, minutes.into());
        let Some(ended) = ended else { return Ok(()) };
        further(tx, hub, row, (PbxEvent::Ended, ended), None, now).await.map(drop)
    })
    .await
}
