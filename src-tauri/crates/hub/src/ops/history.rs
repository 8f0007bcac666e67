//! The rows a figure leads to (FIELD.md): cases, calls, long stays and outages of a time, by the conditions the figures
//! count by.

use super::{
    opening::{scope, time},
    page::{Length, behind},
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{HistoryFilter, ListCursor},
};
use lanedesk_domain::{
    ids::LotId,
    person::Permission,
    time::{DAY_MS, Timestamp},
};
use lanedesk_wire::{
    history::{LongStay, Outage, PastCall, PastCase},
    list::Page,
};

/// One hour in milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// Which rows. What a list has no use for filters nothing there.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Ended, rang or could not be reached at or after; a day ago where it is not given.
    pub from: Option<String>,
    /// Before; now where it is not given.
    pub to: Option<String>,
    /// A lot's id.
    pub lot: Option<String>,
    /// A lane's id.
    pub lane: Option<String>,
    /// Who worked the case, or had the call.
    pub person: Option<String>,
    /// A device's id.
    pub device: Option<String>,
    /// Cases: only those whose plate a person set.
    pub corrected: Option<bool>,
    /// Cases: told to have ended so; `none`: not told.
    pub outcome: Option<String>,
    /// Calls: only those in this state.
    pub state: Option<String>,
    /// Calls: only those that wait no longer.
    pub waited: Option<bool>,
    /// Stays: longer than so many hours at the end of the time; 72 where it is not given.
    pub longer_hours: Option<u32>,
    /// Rows of a page, at most 500.
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(pattern = r"^-?[0-9]{1,18}\.[A-Za-z0-9_-]{1,40}$")]
    pub cursor: Option<String>,
}

impl HistoryQuery {
    /// The common part; `columns` may be asked for by the text beside them.
    fn filter(&self, hub: &Hub, actor: &Actor, columns: &[(&'static str, &Option<String>)]) -> Result<HistoryFilter> {
        actor.allow(Permission::Statistics)?;
        let now = hub.clock().now();
        let lots = match given(self.lot.as_ref()) {
            None => scope(hub, actor),
            Some(lot) => {
                let lot: LotId = lot.parse().map_err(|_| Error::NotFound)?;
                actor.see(&lot)?;
                Some(vec![lot])
            }
        };
        let equal = columns.iter().filter_map(|(column, value)| Some((*column, given(value.as_ref())?.to_owned())));
        Ok(HistoryFilter {
            from: time(self.from.clone(), "from")?.unwrap_or(now.plus_ms(-DAY_MS)),
            to: time(self.to.clone(), "to")?.unwrap_or(now),
            lots,
            equal: equal.collect(),
            holds: "1 = 1",
            behind: behind(self.cursor.as_deref())?,
            limit: Length::of(self.limit).and_one(),
        })
    }

    fn page<T>(&self, items: Vec<T>, place: impl Fn(&T) -> (Timestamp, String)) -> Page<T> {
        Length::of(self.limit).page(items, |row| {
            let (at, id) = place(row);
            ListCursor::new(at, &id).to_string()
        })
    }
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

/// Cases that ended in a time.
pub async fn cases(hub: &Hub, actor: &Actor, asked: HistoryQuery) -> Result<Page<PastCase>> {
    let none = given(asked.outcome.as_ref()) == Some("none");
    let outcome = asked.outcome.clone().filter(|_| !none);
    let columns = [("o.lane_id", &asked.lane), ("o.person_id", &asked.person), ("o.outcome", &outcome)];
    let filter = HistoryFilter {
        holds: match (asked.corrected == Some(true), none) {
            (true, true) => "o.corrected and o.outcome is null",
            (true, false) => "o.corrected",
            (false, true) => "o.outcome is null",
            (false, false) => "1 = 1",
        },
        ..asked.filter(hub, actor, &columns)?
    };
    let mut reader = hub.store().read().await?;
    let items = reader.conn().cases_that_ended(&hub.directory(), &filter).await?;
    Ok(asked.page(items, |case| (case.closed_at, case.id.to_string())))
}

/// Calls that began to ring in a time. Those opened by hand never rang.
pub async fn calls(hub: &Hub, actor: &Actor, asked: HistoryQuery) -> Result<Page<PastCall>> {
    let columns = [("o.lane_id", &asked.lane), ("o.person_id", &asked.person), ("o.state", &asked.state)];
    let waited = "not o.by_hand and coalesce(o.answered_at, o.taken_at, o.ended_at) is not null";
    let filter = HistoryFilter {
        holds: match (asked.waited == Some(true), given(asked.state.as_ref())) {
            (true, _) => waited,
            (false, None) => "not o.by_hand",
            (false, Some(_)) => "1 = 1",
        },
        ..asked.filter(hub, actor, &columns)?
    };
    let mut reader = hub.store().read().await?;
    let items = reader.conn().past_calls(&hub.directory(), &filter).await?;
    Ok(asked.page(items, |call| (call.since, call.id.to_string())))
}

/// Vehicles that had been inside for long at the end of a time.
pub async fn stays(hub: &Hub, actor: &Actor, asked: HistoryQuery) -> Result<Page<LongStay>> {
    let filter = asked.filter(hub, actor, &[("o.entry_lane_id", &asked.lane)])?;
    let longer = i64::from(asked.longer_hours.unwrap_or(72)) * HOUR_MS;
    let filter = HistoryFilter { from: filter.to.plus_ms(-longer), ..filter };
    let mut reader = hub.store().read().await?;
    let items = reader.conn().long_stays_at(&hub.directory(), &filter).await?;
    Ok(asked.page(items, |stay| (stay.entered_at, stay.id.to_string())))
}

/// Times in which devices could not be reached.
pub async fn outages(hub: &Hub, actor: &Actor, asked: HistoryQuery) -> Result<Page<Outage>> {
    let filter = asked.filter(hub, actor, &[("o.device_id", &asked.device)])?;
    let mut reader = hub.store().read().await?;
    let items = reader.conn().past_outages(&hub.directory(), &filter).await?;
    Ok(asked.page(items, |outage| (outage.began_at, outage.id.clone())))
}
