//! What the desk does with what the hub tells: keeps its own knowledge true, notifies, and passes it on to the page.
//!
//! Nothing here sends an order. After a reconnect the desk only asks.

use super::{Desk, now};
use crate::{commands::session::Connection, events::ConnectionChanged, notify::Notice};
use lanedesk_client::{Hub, StreamNews};
use lanedesk_domain::{
    ids::{CaseId, LaneId},
    order::OrderResult,
};
use lanedesk_wire::{
    barrier::Order,
    problem::Holder,
    stream::{Frame, LostWhy, Told},
};
use tokio::sync::mpsc;

impl Desk {
    /// Hears the stream of `hub` until it ends.
    pub(super) async fn listen(self, hub: Hub, mut heard: mpsc::Receiver<StreamNews>) {
        while let Some(news) = heard.recv().await {
            match news {
                StreamNews::Connecting => self.set_connection(Connection::Connecting),
                StreamNews::Offline => self.set_connection(Connection::Offline),
                StreamNews::Online => {
                    self.set_connection(Connection::Online);
                    self.send_photos();
                    tokio::spawn(self.clone().settle());
                }
                StreamNews::Frame(frame) => self.hear(*frame),
                StreamNews::SessionEnded => self.session_over(&hub).await,
            }
        }
    }

    /// Notes how the line stands and tells the page if that is new.
    pub(super) fn set_connection(&self, connection: Connection) {
        {
            let mut state = self.state();
            if state.connection == connection {
                return;
            }
            state.connection = connection;
        }
        self.page().connection_changed(ConnectionChanged { connection, since: now() });
    }

    fn hear(&self, frame: Frame) {
        match &frame.told {
            Told::View { lane, .. } if !self.looks_at(lane) => return,
            Told::Lease { lane, holder: None, .. } => self.tell_free(lane),
            Told::LeaseExpiring { lane, .. } => self.notify(&Notice::Expiring { name: &self.name_of(lane) }),
            Told::LeaseLost { case, lane, why, by, .. } => self.lost_lane(case, lane, *why, by.as_ref()),
            Told::Asked { case, by } => self.asked(case, by),
            Told::Order { order_id, result, .. } if *result != OrderResult::Unknown => {
                self.state().work.unsettled.remove(order_id);
            }
            Told::Call { call, .. } => self.call_told(call),
            Told::Help { help: Some(help), .. } => self.help_told(help),
            Told::DeviceAlert { device, .. } => self.notify(&Notice::DeviceLost { device: device.as_str() }),
            Told::Resync => {
                tokio::spawn(self.clone().look_again());
            }
            _ => {}
        }
        self.page().hub_told(frame);
    }

    /// Whether the page shows this lane: the others' pages change by the thousand and are not told.
    fn looks_at(&self, lane: &LaneId) -> bool {
        let state = self.state();
        let held = state.work.held.as_ref().map(|held| &held.lane);
        held == Some(lane) || state.work.watched.as_ref() == Some(lane)
    }

    fn lost_lane(&self, case: &CaseId, lane: &LaneId, why: LostWhy, by: Option<&Holder>) {
        self.let_go(case);
        let name = &self.name_of(lane);
        let by = by.map(|holder| holder.name.as_str());
        match why {
            LostWhy::Expired => self.notify(&Notice::Freed { name }),
            LostWhy::Revoked => self.notify(&Notice::Revoked { name }),
            LostWhy::TakenOver => self.notify(&Notice::TakenOver { name, by }),
            // The person's own doing: they need no alarm for it.
            LostWhy::Requeried | LostWhy::HandedOver | LostWhy::Closed => {}
        }
    }

    fn asked(&self, case: &CaseId, by: &Holder) {
        let held = self.state().work.held.clone();
        if let Some(held) = held.filter(|held| held.case == *case) {
            self.notify(&Notice::Asked { name: &self.name_of(&held.lane), by: &by.name });
        }
    }

    pub(super) fn notify(&self, notice: &Notice<'_>) {
        self.page().notify(notice, self.settings().language);
    }

    /// The line is back: asks what became of orders nobody answered, and tells the page as the hub would.
    async fn settle(self) {
        let waiting: Vec<Order> = self.state().work.unsettled.values().cloned().collect();
        for order in waiting {
            let Ok(found) = self.order_result(order.id).await else {
                continue;
            };
            self.page().hub_told(Frame {
                seq: String::new(),
                told: Told::Order { order_id: found.id, case: found.case, result: found.result, detail: found.detail },
            });
        }
    }

    /// Frames were missed for good: a lane may have become free unheard.
    async fn look_again(self) {
        let wanted: Vec<LaneId> = self.state().work.reminders.iter().cloned().collect();
        for lane in wanted {
            if let Err(problem) = self.look_for_freedom(lane).await {
                tracing::info!(code = ?problem.code, "a lane to be reminded of could not be looked at");
            }
        }
    }
}
