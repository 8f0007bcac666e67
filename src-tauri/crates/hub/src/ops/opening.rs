//! The list of openings (R25).

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{Filter, lots_arg},
};
use lanedesk_domain::{
    ids::OpeningId,
    person::{Permission, Scope},
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::{list::Page, opening::Opening};

/// Most rows of a page.
const MOST: u32 = 500;
/// Rows of a page where nobody says how many.
const USUAL: u32 = 50;

/// What a list of openings is asked for; what is not given does not filter.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
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
    /// Made at or after.
    pub from: Option<String>,
    /// Made before.
    pub to: Option<String>,
    /// Rows of a page, at most 500.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Openings of the person's lots, newest first. Who may not see others' sees their own.
pub async fn list(hub: &Hub, actor: &Actor, asked: Asked) -> Result<Page<Opening>> {
    actor.allow(Permission::Openings)?;
    let limit = asked.limit.unwrap_or(USUAL).clamp(1, MOST);
    let mut filter = filter(asked)?;
    if !actor.role.may(Permission::OpeningsOfOthers) {
        let own = actor.id.to_string();
        if filter.equal[4]
            .as_ref()
            .is_some_and(|person| *person != own)
        {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        }
        filter.equal[4] = Some(own);
    }
    // One more than asked for tells whether there is another page.
    filter.limit = i64::from(limit) + 1;
    let lots = lots_arg(actor.scope.lots());
    let mut reader = hub.store().read().await?;
    let directory = hub.directory();
    let mut items = reader.conn().openings(&directory, &lots, &filter).await?;
    let limit = limit as usize;
    let next = (items.len() > limit).then(|| items[limit - 1].id.to_string());
    items.truncate(limit);
    Ok(Page { items, next })
}

/// One opening.
pub async fn one(hub: &Hub, actor: &Actor, id: &OpeningId) -> Result<Opening> {
    actor.allow(Permission::Openings)?;
    let mut reader = hub.store().read().await?;
    let opening = reader.conn().opening(&hub.directory(), id).await?;
    opening
        .filter(|opening| may_see(actor, &actor.scope, opening))
        .ok_or(Error::NotFound)
}

fn may_see(actor: &Actor, scope: &Scope, opening: &Opening) -> bool {
    let theirs = opening.person.id == actor.id || actor.role.may(Permission::OpeningsOfOthers);
    theirs && scope.contains(&opening.lot.id)
}

fn filter(asked: Asked) -> Result<Filter> {
    let time = |text: Option<String>, field| {
        text.map(|text| text.parse::<Timestamp>())
            .transpose()
            .map_err(|_| Error::Invalid {
                field,
                why: "not_acceptable",
            })
    };
    let plate = asked.plate.filter(|plate| !plate.trim().is_empty());
    let before = asked.cursor.map(|cursor| cursor.parse()).transpose();
    Ok(Filter {
        equal: [
            asked.lot,
            asked.lane,
            asked.reason,
            asked.direction,
            asked.person,
            asked.source,
            asked.kind,
            asked.result,
        ],
        plate: plate.map(|plate| part_of_plate(&plate)),
        from: time(asked.from, "from")?,
        to: time(asked.to, "to")?,
        before: before.map_err(|_| Error::BadRequest("cursor".to_owned()))?,
        limit: 0,
    })
}

/// Part of a plate as it stands in the table: what is no plate is looked for as it was typed.
pub(crate) fn part_of_plate(text: &str) -> String {
    let plain =
        Plate::parse(text).map_or_else(|_| text.trim().to_owned(), |p| p.as_str().to_owned());
    // `%` and `_` would match anything.
    plain.replace(['%', '_'], "")
}
