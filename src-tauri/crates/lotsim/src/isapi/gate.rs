//! Orders to the bar and the question where it is.

use super::{HangUp, document, route::IsapiRequest};
use crate::{Cause, Fault, Lane, Outcome};
use axum::body::Body;
use hyper::{Response, StatusCode};
use lanedesk_domain::{barrier::BarrierState, order::BarrierAction};
use quick_xml::{Reader, events::Event};

/// An order as it was written.
struct Order {
    action: BarrierAction,
    namespace: String,
}

pub(super) fn order(lane: &Lane, asked: &IsapiRequest) -> Result<Response<Body>, HangUp> {
    let uri = asked.uri.as_str();
    let Some(order) = read(&asked.body) else {
        let bad = document::status(StatusCode::BAD_REQUEST, uri, 6, "Invalid XML Content", "badXmlContent");
        return Ok(bad);
    };
    let refusal =
        [(Fault::NotSupported, 4, "Invalid Operation", "notSupport"), (Fault::Busy, 2, "Device Busy", "deviceBusy")];
    let refusal = refusal.into_iter().find(|(fault, ..)| lane.has(*fault));
    let wanted = lane.config().namespace.as_ref();
    let deaf = lane.has(Fault::OkNoMove) || wanted.is_some_and(|wanted| *wanted != order.namespace);
    let outcome = if refusal.is_some() || deaf {
        Outcome::Ignored
    } else {
        lane.drive_bar(order.action == BarrierAction::Open, Cause::Command)
    };
    lane.inner.journal.commanded(lane.code(), order.action, outcome);
    lane.touch();
    if lane.has(Fault::ReplyLost) {
        return Err(HangUp);
    }
    Ok(match refusal {
        Some((_, code, words, sub)) => document::status(StatusCode::OK, uri, code, words, sub),
        None => document::ok(uri),
    })
}

/// 0 no signal wired, 1 closed, 2 open. While the bar travels the limit it left is still reported.
pub(super) fn state(lane: &Lane) -> Response<Body> {
    let wired = !lane.has(Fault::NoStatus);
    let number = match lane.state().arm.reported() {
        BarrierState::Closed if wired => 1,
        BarrierState::Open if wired => 2,
        _ => 0,
    };
    document::element("BarrierGateStatus", &format!("<barrierGateStatus>{number}</barrierGateStatus>"))
}

/// `<BarrierGate xmlns="…"><ctrlMode>open</ctrlMode></BarrierGate>`
fn read(body: &[u8]) -> Option<Order> {
    let mut reader = Reader::from_reader(body);
    let mut namespace = String::new();
    let mut inside = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                if let Ok(Some(attribute)) = tag.try_get_attribute("xmlns") {
                    namespace = attribute.value.into_owned();
                }
                inside.push(tag.local_name().as_ref().to_owned());
            }
            Event::End(_) => {
                inside.pop();
            }
            Event::Text(text) if inside == ["BarrierGate", "ctrlMode"] => {
                let action = match text.xml10_content().trim() {
                    "open" => BarrierAction::Open,
                    "close" => BarrierAction::Close,
                    _ => return None,
                };
                return Some(Order { action, namespace });
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}
