//! Finding lots and lanes while somebody types (R5), with who holds them (R7).

use crate::{
    actor::Actor,
    directory::Directory,
    error::Result,
    hub::Hub,
    search::{Index, Lane, Lot, VisibleLots},
};
use lanedesk_domain::{
    ids::{LaneId, PersonId},
    person::{Role, Scope},
};
use lanedesk_wire::search::{Held, LaneHit, LotRef, SearchHits};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The index of one state of the site, with what each person may see of it, worked out once a person.
pub struct Finder {
    index: Index,
    visible: Mutex<HashMap<PersonId, SearchScope>>,
}

/// A scope with the lots it allows in one index.
type SearchScope = (Arc<Scope>, Arc<VisibleLots>);

impl Finder {
    /// Indexes a site. Large ones take a second of one core.
    pub fn new(site: &Directory) -> Self {
        let lots = site.lots.values().map(|lot| Lot { id: lot.id.clone(), name: lot.name.clone() });
        let lanes = site.lanes.values().map(|lane| Lane {
            id: lane.id.clone(),
            lot: lane.lot.clone(),
            name: lane.name.clone(),
            code: lane.code.clone(),
            direction: lane.direction,
            has_robot: lane.robot.is_some(),
        });
        Self { index: Index::build(lots.collect(), lanes.collect()), visible: Mutex::default() }
    }

    fn visible(&self, actor: &Actor) -> Arc<VisibleLots> {
        let mut kept = self.visible.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.get(&actor.id) {
            // The same scope is the same allocation: it is made anew when rights change.
            Some((scope, visible)) if Arc::ptr_eq(scope, &actor.scope) => visible.clone(),
            _ => {
                let visible = Arc::new(self.index.visible(|lot| actor.may_see(lot)));
                kept.insert(actor.id.clone(), (actor.scope.clone(), visible.clone()));
                visible
            }
        }
    }
}

/// Lots and lanes that fit, best first, only what the person may see. Lot staff who have typed nothing yet see their own
/// lanes (R1); for people with thousands of lots an empty query finds nothing.
pub async fn search(hub: &Hub, actor: &Actor, query: &str, limit: usize) -> Result<SearchHits> {
    let finder = hub.finder();
    let visible = finder.visible(actor);
    let hits = if query.trim().is_empty() && actor.role == Role::LotStaff {
        finder.index.first(limit, &visible)
    } else {
        finder.index.find(query, limit, &visible)
    };
    let ids: Vec<&LaneId> = hits.lanes.iter().map(|(lane, _)| &lane.id).collect();
    let mut held = hub.store().read().await?.conn().held(&ids, hub.clock().now()).await?;
    let lanes = hits.lanes.iter().map(|(lane, lot)| hit(lane, lot, held.remove(&lane.id)));
    Ok(SearchHits { lots: hits.lots.iter().map(|lot| lot_ref(lot)).collect(), lanes: lanes.collect() })
}

fn lot_ref(lot: &Lot) -> LotRef {
    LotRef { id: lot.id.clone(), name: lot.name.clone() }
}

fn hit(lane: &Lane, lot: &Lot, held: Option<Held>) -> LaneHit {
    LaneHit {
        id: lane.id.clone(),
        name: lane.name.clone(),
        code: lane.code.clone(),
        direction: lane.direction,
        lot: lot_ref(lot),
        has_robot: lane.has_robot,
        held,
    }
}
