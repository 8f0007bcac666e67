//! The page of a lane (R14–R18): everything that is known of it, put together in one place.
//!
//! Nothing here changes a lane. Parts that wait on a device are what the device last said; later news is told as
//! `view` events by whoever wrote it down, through [`tell`].

mod basis;
mod call;
mod facts;
#[cfg(test)]
mod tests;

pub(crate) use basis::{Basis, by_page};

use crate::{
    actor::Actor,
    directory::{Directory, Lane, Lot},
    error::{Error, Result},
    hub::Hub,
    ops::{
        lease::{CaseStart, first_step},
        vehicle::{Dossier, StayQuery, look_up},
    },
    store::{CallRow, Conn, LaneRecord, LockRows, StoreError, Tx},
};
use lanedesk_domain::{
    assessment::Assessment,
    ids::{CaseId, LaneId, PersonId},
    lane::Direction,
    offers::{OfferFacts, UnderArm, offers},
    person::Permission,
    plate::look_alikes,
    release::usual_needs,
    tariff::Quote,
    time::Timestamp,
};
use lanedesk_wire::{
    barrier::Order,
    case::TimelineEntry,
    lane::{Candidate, Offer, Picture, RobotFacts, View},
    stream::{Told, ViewParts},
};

/// How long an unknown order is shown to the next holders, ms.
pub(crate) const UNRESOLVED_MS: i64 = 30 * 60_000;

/// A page with what it was judged by; orders look at this.
#[derive(Debug, Clone)]
pub struct Page {
    /// The page.
    pub view: View,
    /// What is committed of the lane.
    pub standing: LaneRecord,
    /// What was looked up of the vehicle; none: none stands there.
    pub known: Option<Dossier>,
    /// Which way it goes.
    pub direction: Option<Direction>,
    /// What the bar depends on.
    pub facts: OfferFacts,
    /// What its stay costs.
    pub quote: Option<Quote>,
}

/// A lane's page for somebody who may see it (R6 「查看」).
pub async fn of_lane(hub: &Hub, actor: &Actor, lane: &LaneId) -> Result<View> {
    if !actor.role.may(Permission::View) {
        return Err(Error::NotAllowed);
    }
    let directory = hub.directory();
    let (_, lot) = directory.lane(lane).ok_or(Error::NotFound)?;
    actor.see(&lot.id)?;
    let page = page_of_lane(hub, lane).await?;
    if holds(&page.view, &actor.id) {
        keep_first_quote(hub, &page).await;
    }
    Ok(call::seen_by(page.view, Some(&actor.id)))
}

/// A lane's page, for nobody in particular.
pub(crate) async fn of_lane_now(hub: &Hub, lane: &LaneId) -> Result<View> {
    let page = page_of_lane(hub, lane).await?;
    Ok(call::seen_by(page.view, None))
}

/// A lane's page as its holder sees it.
pub(crate) async fn of_holder(hub: &Hub, lane: &LaneId) -> Result<View> {
    let page = page_of_lane(hub, lane).await?;
    keep_first_quote(hub, &page).await;
    Ok(page.view)
}

async fn page_of_lane(hub: &Hub, lane: &LaneId) -> Result<Page> {
    let mut reader = hub.store().read().await?;
    let now = hub.clock().now();
    let mut conn = reader.conn();
    let standing = conn.standing(lane, now).await?;
    build(hub, &mut conn, lane, standing, false, now).await
}

fn holds(view: &View, person: &PersonId) -> bool {
    let holder = view.lease.as_ref().map(|lease| &lease.holder.id);
    holder == Some(person)
}

/// A case's page, open or over.
pub async fn of_case(hub: &Hub, actor: &Actor, case: &CaseId) -> Result<View> {
    Ok(page_of_case(hub, actor, case).await?.view)
}

/// The same, with what it was judged by.
pub(crate) async fn page_of_case(hub: &Hub, actor: &Actor, case: &CaseId) -> Result<Page> {
    if !actor.role.may(Permission::View) {
        return Err(Error::NotAllowed);
    }
    let mut reader = hub.store().read().await?;
    let now = hub.clock().now();
    let mut conn = reader.conn();
    let standing = conn.standing_of_case(case, now).await?;
    let standing = standing.ok_or(Error::NotFound)?;
    let row = standing.case.as_ref().ok_or(Error::NotFound)?;
    actor.see(&row.lot)?;
    let lane = row.lane.clone();
    let mut page = build(hub, &mut conn, &lane, standing, false, now).await?;
    drop(reader);
    if holds(&page.view, &actor.id) {
        keep_first_quote(hub, &page).await;
    }
    page.view = call::seen_by(page.view, Some(&actor.id));
    Ok(page)
}

/// Says that a lane's page is another one, in the transaction that changed it. Each hub puts the page together when it
/// hears of it, and only where somebody watches the lane there: most pages change unseen.
pub async fn tell(tx: &mut Tx<'_>, hub: &Hub, lane: &LaneId, now: Timestamp) -> Result<()> {
    tx.need_lane(lane)?;
    let directory = hub.directory();
    let (_, lot) = directory.lane(lane).ok_or(Error::NotFound)?;
    if tx.is_unquoted(lane).await? {
        quote_first(tx, hub, lane, now).await?;
    }
    let told = Told::View { lane: lane.clone(), case: None, parts: Box::default() };
    Ok(tx.tell(now, &lot.id, &told).await?)
}

/// The first amount quoted in a case stays with it, whoever watches.
async fn quote_first(tx: &mut Tx<'_>, hub: &Hub, lane: &LaneId, now: Timestamp) -> Result<()> {
    // The timeline is read below.
    tx.flush().await?;
    let standing = tx.standing(lane, now).await?;
    let page = build(hub, tx, lane, standing, true, now).await?;
    if let (Some(case), Some(quote)) = (&page.standing.case, &page.quote) {
        tx.first_quote(&case.id, quote.dues.due).await?;
    }
    Ok(())
}

/// What those who watch a lane are told of its page.
#[derive(Debug)]
pub(crate) struct WatcherPages {
    /// Whoever looks on.
    pub(crate) everybody: Told,
    /// Who holds the lane, and what they are told instead.
    pub(crate) holder: Option<(PersonId, Told)>,
    /// Its robot, for those who begin to watch. Whoever watches already hears of it from the robot's own link, in order.
    pub(crate) robot: Option<RobotFacts>,
}

impl WatcherPages {
    /// All of it for somebody who begins to watch.
    pub(crate) fn whole(self, person: &PersonId) -> Told {
        let mut told = match self.holder {
            Some((holder, own)) if holder == *person => own,
            _ => self.everybody,
        };
        if let Told::View { parts, .. } = &mut told {
            parts.robot = self.robot;
        }
        told
    }
}

/// A lane's page as it is now, for all who watch it.
pub(crate) async fn watched(hub: &Hub, lane: &LaneId) -> Result<WatcherPages> {
    let mut reader = hub.store().read().await?;
    let now = hub.clock().now();
    let mut conn = reader.conn();
    let standing = conn.standing(lane, now).await?;
    let view = build(hub, &mut conn, lane, standing, false, now).await?.view;
    let told = |view: View| Told::View {
        lane: lane.clone(),
        case: view.case.as_ref().map(|case| case.id.clone()),
        parts: Box::new(parts(view)),
    };
    let holder = view.lease.as_ref().map(|lease| lease.holder.id.clone());
    Ok(WatcherPages {
        robot: view.robot.clone(),
        holder: holder.map(|holder| {
            let own = call::seen_by(view.clone(), Some(&holder));
            (holder, told(own))
        }),
        everybody: told(call::seen_by(view, None)),
    })
}

fn parts(view: View) -> ViewParts {
    ViewParts {
        case_now: Some(view.case),
        robot: None,
        barrier: Some(view.barrier),
        picture: Some(view.picture),
        entry_picture: Some(view.entry_picture),
        vehicle: Some(view.vehicle),
        assessment: Some(view.assessment),
        payment: Some(view.payment),
        debt: Some(view.debt),
        candidates: Some(view.candidates),
        offers: Some(view.offers),
        lease: Some(view.lease),
        call: Some(view.call),
        order: Some(view.order),
        timeline: Some(view.timeline),
    }
}

/// The first amount its holder was quoted in a case stays with it, so that a lower one later can be seen for what it is.
/// A page is shown all the same where it cannot be written; an order writes it with its opening.
async fn keep_first_quote(hub: &Hub, page: &Page) {
    let (Some(case), Some(quote)) = (&page.standing.case, &page.quote) else {
        return;
    };
    if case.first_quote.is_some() || page.view.lease.is_none() {
        return;
    }
    let (Some(basis), due) = (Basis::of(page), quote.dues.due) else {
        return;
    };
    let kept: Result<()> = hub
        .store()
        .write_at(LockRows::lane(&case.lane), async move |tx| {
            basis.stands(tx).await?;
            Ok(tx.first_quote(&basis.case.id, due).await?)
        })
        .await;
    match kept {
        // The quote was of a vehicle that has gone.
        Ok(()) | Err(Error::Store(StoreError::GoneOn)) => {}
        Err(error) => tracing::warn!(%error, "a first quote could not be kept"),
    }
}

/// What had to be looked up for a page.
#[derive(Default)]
struct PageRecords {
    known: Option<Dossier>,
    entry_picture: Option<Picture>,
    candidates: Vec<Candidate>,
    timeline: Vec<TimelineEntry>,
    order: Option<Order>,
    call: Option<CallRow>,
}

/// The page of a case that has just begun. Where no vehicle stands there, all of it is known already.
pub(crate) async fn of_new_case(hub: &Hub, lane: &LaneId, began: CaseStart) -> Result<View> {
    let now = hub.clock().now();
    let by_call = began.standing.case.as_ref().is_some_and(|case| case.call.is_some());
    if asked(&began.standing).is_none() && !began.unresolved_order && !by_call {
        let timeline = began.standing.lease.iter().map(first_step).collect();
        let looked = PageRecords { timeline, ..PageRecords::default() };
        return Ok(assemble(hub, lane, began.standing, looked)?.view);
    }
    let mut reader = hub.store().read().await?;
    let page = build(hub, &mut reader.conn(), lane, began.standing, false, now).await?;
    drop(reader);
    keep_first_quote(hub, &page).await;
    Ok(page.view)
}

/// Puts the page together from what is committed.
pub(crate) async fn build(
    hub: &Hub,
    conn: &mut Conn<'_>,
    lane: &LaneId,
    standing: LaneRecord,
    inside_tx: bool,
    now: Timestamp,
) -> Result<Page> {
    let directory = hub.directory();
    let (here, lot) = directory.lane(lane).ok_or(Error::NotFound)?;
    let known = match asked(&standing) {
        Some(asked) => Some(look_up(conn, &lot.id, asked, inside_tx, now).await),
        None => None,
    };
    let judged = judged(known.as_ref(), direction(here, &standing));
    let candidates = match &known {
        Some(known) if judged == Assessment::NoEntryRecord => candidates(conn, &directory, lot, known).await?,
        _ => Vec::new(),
    };
    let entry_picture = entry_picture(conn, &directory, known.as_ref()).await?;
    let timeline = match &standing.case {
        Some(case) => conn.timeline(&case.id).await?,
        None => Vec::new(),
    };
    let order = conn.unresolved_order(lane, now.plus_ms(-UNRESOLVED_MS)).await?.map(|order| order.shown());
    let call = match standing.case.as_ref().and_then(|case| case.call.as_ref()) {
        Some(call) => conn.call(call).await?,
        None => None,
    };
    let looked = PageRecords { known, entry_picture, candidates, timeline, order, call };
    assemble(hub, lane, standing, looked)
}

/// Nothing stands there as far as anybody knows: that is not a temporary vehicle.
fn judged(known: Option<&Dossier>, direction: Option<Direction>) -> Assessment {
    known.map_or(Assessment::Unknown, |known| known.judge(direction))
}

fn assemble(hub: &Hub, lane: &LaneId, standing: LaneRecord, looked: PageRecords) -> Result<Page> {
    let directory = hub.directory();
    let (lane, lot) = directory.lane(lane).ok_or(Error::NotFound)?;
    let direction = direction(lane, &standing);
    let known = looked.known;
    let assessment = judged(known.as_ref(), direction);
    let quote = known
        .as_ref()
        .filter(|_| direction != Some(Direction::Entry))
        .and_then(|known| known.quote(&directory, &lot.id, assessment));
    let mut facts = offer_facts(&directory, lane, lot, direction, assessment, known.as_ref(), quote.as_ref());
    facts.in_call = looked.call.as_ref().is_some_and(|c| c.state.is_open());
    let view = View {
        case: standing.case.as_ref().map(|case| {
            let mut case = case.now();
            case.direction = case.direction.or(direction);
            case
        }),
        lot: facts::lot(&directory, lot),
        lane: facts::lane(lane),
        robot: super::robot::facts(hub, &directory, &lane.id),
        barrier: hub.runtime().barrier_now(&lane.id),
        picture: standing.picture.clone(),
        entry_picture: looked.entry_picture,
        vehicle: known.as_ref().map(|known| known.shown(color(&standing))),
        assessment,
        payment: quote.as_ref().and_then(|quote| known.as_ref()?.payment(quote)),
        debt: known.as_ref().and_then(|known| known.debt.clone().ok()?),
        candidates: looked.candidates,
        offers: bar(&facts),
        lease: standing.lease.clone(),
        call: looked.call.as_ref().map(call::now),
        order: looked.order,
        timeline: looked.timeline,
    };
    Ok(Page { view, standing, known, direction, facts, quote })
}

/// The way this vehicle goes: the lane's only one, else as the case or the camera says (R42).
fn direction(lane: &Lane, standing: &LaneRecord) -> Option<Direction> {
    lane.direction
        .only()
        .or_else(|| standing.case.as_ref().and_then(|case| case.direction))
        .or_else(|| standing.read.as_ref().and_then(|read| read.direction))
}

/// What is asked for: the case's vehicle, else the one that was read; none where nobody stands there.
fn asked(standing: &LaneRecord) -> Option<StayQuery<'_>> {
    match &standing.case {
        Some(case) if case.read.is_some() || case.corrected || case.phone.is_some() => Some(StayQuery {
            plate: case.plate.as_ref(),
            stay: case.stay.as_ref(),
            phone: case.phone.as_ref(),
            case: Some(&case.id),
        }),
        Some(_) => None,
        None => standing.read.as_ref().map(|read| StayQuery { plate: read.plate.as_ref(), ..StayQuery::default() }),
    }
}

fn color(standing: &LaneRecord) -> Option<String> {
    match &standing.case {
        Some(case) => case.plate_color.clone(),
        None => standing.read.as_ref()?.color.clone(),
    }
}

fn offer_facts(
    directory: &Directory,
    lane: &Lane,
    lot: &Lot,
    direction: Option<Direction>,
    assessment: Assessment,
    known: Option<&Dossier>,
    quote: Option<&Quote>,
) -> OfferFacts {
    OfferFacts {
        direction,
        assessment,
        in_grace: known.is_some_and(|known| known.in_grace(directory)),
        money: known.map_or(lanedesk_domain::offers::Money::NoStay, |known| known.money(directory, &lot.id, quote)),
        outsiders: lot.outsiders,
        already_inside: known.is_some_and(|known| known.stay().is_some()),
        barrier: lane.barrier.is_some(),
        under_arm: UnderArm::NotTold,
        robot: lane.robot.is_some(),
        // A robot has a camera of its own.
        id_camera: lane.id_camera.is_some() || lane.robot.is_some(),
        in_call: false,
        release: usual_needs(directory.reasons.values()),
    }
}

fn bar(facts: &OfferFacts) -> Vec<Offer> {
    offers(facts)
        .into_iter()
        .map(|offered| Offer { op: offered.op, needs: offered.needs, scenes: offered.scenes })
        .collect()
}

/// The same vehicle when it came in; at an entry too, where it is inside already.
async fn entry_picture(conn: &mut Conn<'_>, directory: &Directory, known: Option<&Dossier>) -> Result<Option<Picture>> {
    let Some(read) = known.and_then(Dossier::stay).and_then(|stay| stay.entry_read.as_ref()) else {
        return Ok(None);
    };
    Ok(crate::ops::picture::of_read(conn, directory, read).await?)
}

/// Vehicles inside that look like the one at the exit, most alike first.
async fn candidates(conn: &mut Conn<'_>, directory: &Directory, lot: &Lot, known: &Dossier) -> Result<Vec<Candidate>> {
    let Some(read) = &known.plate else {
        return Ok(Vec::new());
    };
    let limit = usize::try_from(crate::ops::lease::rules(directory).candidates).unwrap_or(6);
    let inside = conn.stays_inside(&lot.id).await?;
    let plated = inside.into_iter().filter_map(|stay| stay.plate.clone().map(|plate| (stay, plate)));
    let mut found = Vec::new();
    for (stay, similarity) in look_alikes(read, plated, limit) {
        let picture = match &stay.entry_read {
            Some(read) => crate::ops::picture::of_read(conn, directory, read).await?,
            None => None,
        };
        found.push(Candidate {
            plate: stay.plate.as_ref().map_or_else(String::new, |p| p.as_str().to_owned()),
            entered_at: stay.entered_at,
            picture_url: picture.map(|picture| picture.url),
            similarity,
            id: stay.id,
        });
    }
    Ok(found)
}
