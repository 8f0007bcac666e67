//! One act as the request it is.

use super::{
    act::{Act, CHIEF, ENTRY, GUARD, PLATES, Sent},
    field::{Field, Known, With},
    model::{lane_id, named},
    site::{CALLER, LOT, SECRET, push_key},
};
use crate::harness::{Answer, Person};
use lanedesk_domain::time::Timestamp;
use lanedesk_hub::signature::sign;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

impl Field {
    /// Sends an act to its hub.
    pub(super) async fn ask(&self, sent: Sent, with: &With) -> Answer {
        let at = self.address(sent.hub);
        match sent.act {
            Act::Read { lane, plate } => self.read(&at, lane, plate, with.number, false).await,
            Act::LetIn { plate } => self.read(&at, ENTRY, Some(plate), with.number, true).await,
            Act::Pay { plate, fen } => self.pay(&at, with.number, plate, fen).await,
            Act::Ring { lane } => self.ring(&at, with, "call.ringing", Some(lane)).await,
            Act::HangUp => self.ring(&at, with, "call.ended", None).await,
            Act::Reach { given } => {
                let lots = if given { json!([LOT]) } else { json!([]) };
                let guard = format!("person/{}", self.people[GUARD].id);
                self.edit(&at, &guard, "lots", lots).await
            }
            Act::Rename { lane } => {
                let name = json!(named(with.name.unwrap_or_default()));
                self.edit(&at, &format!("lane/{}", lane_id(lane)), "name", name).await
            }
            _ => {
                let (who, path, body) = self.work(sent.act, with);
                self.people[who].at(&at).post(&path, &body).await
            }
        }
    }

    /// What a person asks for: who, where, with what.
    fn work(&self, act: Act, with: &With) -> (usize, String, Value) {
        let known = with.known.as_ref();
        let fence = known.map_or(0, |known| known.fence);
        let case = |what: &str| {
            let case = known.map_or("", |known: &Known| known.case.as_str());
            format!("/api/cases/{case}/{what}")
        };
        let lane_path = |lane: usize, what: &str| format!("/api/lanes/{}/{what}", lane_id(lane));
        match act {
            Act::Claim { who, lane } => (who, lane_path(lane, "claim"), json!({})),
            Act::TakeOver { lane } => (CHIEF, lane_path(lane, "take-over"), json!({"reason": "换班"})),
            Act::HandOver { who, to } => (who, case("hand-over"), json!({"to": self.people[to].id, "note": ""})),
            Act::Move { who, lane } => (who, case("move"), json!({"fence": fence, "lane": lane_id(lane)})),
            Act::Close { who, during_call } => (who, case("close"), json!({"during_call": during_call})),
            Act::Correct { who, plate } => (who, case("plate"), json!({"fence": fence, "plate": PLATES[plate]})),
            Act::Open { who } | Act::OpenAgain { who } => {
                let order = json!({"order_id": with.order, "fence": fence, "action": "open"});
                (who, case("barrier"), order)
            }
            Act::Passed { who } => (who, case("passed"), json!({"fence": fence})),
            Act::Take { who } => {
                let call = with.call.and_then(|number| self.name_of_call(number));
                let call = call.unwrap_or_default();
                (who, format!("/api/calls/{call}/take"), json!({}))
            }
            Act::Read { .. }
            | Act::LetIn { .. }
            | Act::Pay { .. }
            | Act::Ring { .. }
            | Act::HangUp
            | Act::Reach { .. }
            | Act::Rename { .. } => unreachable!("no person working a lane does this"),
        }
    }

    /// What a lane's camera pushes.
    async fn read(&self, at: &str, lane: usize, plate: Option<usize>, number: u32, by_itself: bool) -> Answer {
        let plate = plate.map_or("无车牌", |plate| PLATES[plate]);
        let gate = u8::from(!by_itself);
        let taken = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let taken = Timestamp(i64::try_from(taken.as_millis()).unwrap());
        let event = format!(
            "<EventNotificationAlert><dateTime>{taken}</dateTime><eventType>ANPR</eventType><UUID>r{number}</UUID>\
             <ANPR><licensePlate>{plate}</licensePlate><confidenceLevel>97</confidenceLevel>\
             <barrierGateCtrlType>{gate}</barrierGateCtrlType></ANPR></EventNotificationAlert>"
        );
        let (code, key) = (lane_id(lane), push_key(lane));
        let path = format!("/api/devices/cam-{code}/hikvision?key={key}");
        let request = Person::stranger(at).request(Method::POST, &path);
        let request = request.header("content-type", "application/xml");
        Person::send(request.body(event)).await
    }

    async fn pay(&self, at: &str, number: u32, plate: usize, fen: i64) -> Answer {
        let event = json!({
            "event_id": format!("e{number}"), "lot": LOT, "plate": PLATES[plate], "amount_fen": fen,
            "paid_at": self.now(),
        });
        self.signed(at, "pay", "payments", &event).await
    }

    /// What the telephone system tells of a call.
    pub(super) async fn ring(&self, at: &str, with: &With, what: &str, lane: Option<usize>) -> Answer {
        let (call, number) = (with.call.unwrap_or_default(), with.number);
        let mut event = json!({
            "event_id": format!("e{number}"), "type": what, "call_id": format!("k{call}"),
            "caller": format!("{CALLER}{call:06}"), "occurred_at": self.now(),
        });
        if let Some(lane) = lane {
            event["lane"] = json!(lane_id(lane));
        }
        self.signed(at, "tel", "telephony", &event).await
    }

    async fn signed(&self, at: &str, from: &str, kind: &str, event: &Value) -> Answer {
        let (seconds, body) = ((self.now().0 / 1_000).to_string(), event.to_string());
        let signature = sign(SECRET, &seconds, body.as_bytes());
        let path = format!("/api/integrations/{kind}/events");
        let request = Person::stranger(at).request(Method::POST, &path);
        let request = request
            .header("x-integration", from)
            .header("x-timestamp", seconds)
            .header("x-signature", signature)
            .header("content-type", "application/json");
        Person::send(request.body(body)).await
    }

    /// The administrator changes one field of a row; asked for the password once more, they enter it.
    async fn edit(&self, at: &str, row: &str, field: &str, value: Value) -> Answer {
        let answer = edit(&self.admin.at(at), row, field, &value).await;
        if answer.body["code"] != "password_required" {
            return answer;
        }
        edit(&Person::log_in(at, "admin").await, row, field, &value).await
    }
}

async fn edit(admin: &Person, row: &str, field: &str, value: &Value) -> Answer {
    let path = format!("/api/site/{row}");
    let mut row = admin.get(&path).await.ok();
    row["row"][field] = value.clone();
    let body = json!({"version": row["version"], "row": row["row"]});
    admin.call(Method::PUT, &path, Some(&body)).await
}
