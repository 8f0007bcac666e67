//! The list of openings (R25, R33).

use super::page::{Length, behind, nothing};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{Filter, ListCursor},
};
use lanedesk_domain::{
    ids::{LotId, OpeningId},
    person::{Permission, Scope},
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::{case::TimelineEntry, list::Page, opening::Opening};

/// What a list of openings is asked for; what is not given does not filter.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OpeningQuery {
    /// A lot's id.
    pub lot: Option<String>,
    /// A lane's id.
    pub lane: Option<String>,
    /// A plate or part of one.
    pub plate: Option<String>,
    /// A reason's code.
    pub reason: Option<String>,
    /// `entry` or `exit`.
    pub direction: Option<String>,
    /// A person's id.
    pub person: Option<String>,
    /// `query` or `call`.
    pub source: Option<String>,
    /// `normal` or `abnormal`.
    pub kind: Option<String>,
    /// A result's word.
    pub result: Option<String>,
    /// `pending`, `passed` or `none`: whether the vehicle was seen to pass (R37).
    pub passage: Option<String>,
    /// Hour of the day, local, 0 to 23.
    #[param(maximum = 23)]
    pub hour: Option<u8>,
    /// Only with money due and no matching payment.
    pub unpaid: Option<bool>,
    /// Only those whose device failed, or never said what it did.
    pub unresolved: Option<bool>,
    /// Only those that owe photos (补录), overdue or not.
    pub owing: Option<bool>,
    /// Made at or after.
    pub from: Option<String>,
    /// Made before.
    pub to: Option<String>,
    /// Rows of a page, at most 500.
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(pattern = r"^-?[0-9]{1,18}\.[A-Za-z0-9_-]{1,40}$")]
    pub cursor: Option<String>,
}

/// Openings of the person's lots, newest first. Who may not see others' sees their own.
pub async fn list(hub: &Hub, actor: &Actor, asked: OpeningQuery) -> Result<Page<Opening>> {
    // Who was just told that a device has answered finds it so in the list.
    hub.pending_results().all_settled().await;
    let (length, behind) = (Length::of(asked.limit), behind(asked.cursor.as_deref())?);
    let Some(filter) = filter(hub, actor, asked).await? else {
        return Ok(nothing());
    };
    let mut reader = hub.store().read().await?;
    let items = reader.conn().openings(&hub.directory(), &filter, behind.as_ref(), length.and_one()).await?;
    Ok(length.page(items, |opening| ListCursor::of(opening).to_string()))
}

/// One opening.
pub async fn one(hub: &Hub, actor: &Actor, id: &OpeningId) -> Result<Opening> {
    hub.pending_results().all_settled().await;
    let mut reader = hub.store().read().await?;
    let opening = reader.conn().opening(&hub.directory(), id).await?;
    opening.filter(|opening| may_see(actor, &actor.scope, opening)).ok_or(Error::NotFound)
}

/// Every step of the case an opening belongs to, oldest first (R35).
pub async fn timeline(hub: &Hub, actor: &Actor, id: &OpeningId) -> Result<Page<TimelineEntry>> {
    let opening = one(hub, actor, id).await?;
    let mut reader = hub.store().read().await?;
    let items = reader.conn().timeline(&opening.case).await?;
    Ok(Page { items, next: None })
}

fn may_see(actor: &Actor, scope: &Scope, opening: &Opening) -> bool {
    let theirs = opening.person.id == actor.id || actor.role.may(Permission::OpeningsOfOthers);
    theirs && scope.contains(&opening.lot.id)
}

/// What is asked for, as far as the person may see it; none where that is nothing.
pub(super) async fn filter(hub: &Hub, actor: &Actor, asked: OpeningQuery) -> Result<Option<Filter>> {
    // Where all are told at once it has no part, and has to be one all the same.
    behind::<ListCursor>(asked.cursor.as_deref())?;
    if asked.hour.is_some_and(|hour| hour > 23) {
        return Err(Error::Invalid { field: "hour", why: "not_acceptable" });
    }
    let mut filter = Filter {
        lots: scope(hub, actor),
        lot: asked.lot,
        lane: asked.lane,
        person: asked.person,
        reason: asked.reason,
        result: asked.result,
        direction: asked.direction,
        source: asked.source,
        kind: asked.kind,
        passage: asked.passage,
        plate: asked.plate.map(|plate| part_of_plate(&plate)),
        plates: None,
        hour: asked.hour,
        unpaid: asked.unpaid == Some(true),
        unresolved: asked.unresolved == Some(true),
        owing: asked.owing == Some(true),
        from: time(asked.from, "from")?,
        to: time(asked.to, "to")?,
    };
    filter.plate = filter.plate.filter(|part| !part.is_empty());
    if !actor.role.may(Permission::OpeningsOfOthers) {
        let own = actor.id.to_string();
        let others = filter.person.as_ref().is_some_and(|asked| *asked != own);
        if others {
            return Ok(None);
        }
        filter.person = Some(own);
    }
    if let Some(part) = &filter.plate {
        filter.plates = hub.store().read().await?.conn().plates_with(part).await?;
    }
    Ok(Some(filter))
}

/// The lots a person may see; none where that is every lot of the site, so that nothing need be compared.
pub(super) fn scope(hub: &Hub, actor: &Actor) -> Option<Vec<LotId>> {
    // A scope is made of lots of the site, and no lot ever leaves it.
    let every = actor.scope.lots().count() >= hub.directory().lots.len();
    (!every).then(|| actor.scope.lots().cloned().collect())
}

/// A moment of a query.
pub(super) fn time(text: Option<String>, field: &'static str) -> Result<Option<Timestamp>> {
    text.filter(|text| !text.is_empty())
        .map(|text| text.parse::<Timestamp>())
        .transpose()
        .map_err(|_| Error::Invalid { field, why: "not_acceptable" })
}

/// Part of a plate as it stands in the table: what is no plate is looked for as it was typed.
pub(crate) fn part_of_plate(text: &str) -> String {
    let typed = |text: &str| {
        // People write a dot or a blank behind the first two; `%` and `_` would match anything.
        let kept = |c: &char| !c.is_whitespace() && !"%_·.-".contains(*c);
        text.chars().filter(kept).collect::<String>().to_uppercase()
    };
    Plate::parse(text).map_or_else(|_| typed(text), |plate| plate.as_str().to_owned())
}
