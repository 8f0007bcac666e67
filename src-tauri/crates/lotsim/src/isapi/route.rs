//! Which question a request asks.

use super::{HangUp, auth::Auth, document, events, gate, preview};
use crate::{Lane, scene::Angle};
use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::{HeaderMap, Method, Request, Response, StatusCode, body::Incoming};

/// Longest body a device takes.
const MAX_BODY: usize = 64 * 1024;

/// One request, read whole.
pub(super) struct IsapiRequest {
    pub(super) method: Method,
    /// Path and query as they stand in the request line.
    pub(super) uri: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

pub(super) async fn answer(lane: &Lane, auth: &Auth, request: Request<Incoming>) -> Result<Response<Body>, HangUp> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(|_| HangUp)?;
    let asked = IsapiRequest {
        method: head.method,
        uri: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        headers: head.headers,
        body: body.to_bytes(),
    };
    if lane.config().body_first && asked.method == Method::PUT && asked.body.is_empty() {
        let bad = document::status(StatusCode::BAD_REQUEST, &asked.uri, 6, "Invalid XML Content", "badXmlContent");
        return Ok(bad);
    }
    if let Some(instead) = auth.check(lane, asked.method.as_str(), &asked.uri, &asked.headers) {
        return Ok(instead);
    }
    route(lane, asked).await
}

async fn route(lane: &Lane, asked: IsapiRequest) -> Result<Response<Body>, HangUp> {
    let path = asked.uri.split('?').next().unwrap_or_default().to_owned();
    let steps: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let uri = asked.uri.as_str();
    Ok(match (asked.method.as_str(), steps.as_slice()) {
        ("PUT", ["ISAPI", "Parking", "channels", "1", "barrierGate"]) => {
            return gate::order(lane, &asked);
        }
        ("GET", ["ISAPI", "Parking", "channels", "1", "barrierGate", "barrierGateStatus"]) => gate::state(lane),
        ("GET", ["ISAPI", "Parking", "channels", "1", "barrierGate", "capabilities"]) => document::element(
            "BarrierGate",
            "<ctrlMode opt=\"open,close,lock,unlock\"/><isSupportBarrierGateStatus>true</isSupportBarrierGateStatus>",
        ),
        ("GET", ["ISAPI", "Streaming", "channels", stream, what]) => match (Angle::of_stream(stream), *what) {
            (Some(angle), "picture") => events::still(lane, angle).await,
            (Some(angle), "httpPreview") => preview::play(lane, angle),
            _ => not_supported(StatusCode::NOT_FOUND, uri),
        },
        ("GET", ["ISAPI", "Traffic", "MNPR", "channels", "1"]) => events::recognise(lane).await,
        ("POST", ["ISAPI", "Traffic", "channels", "1", "vehicleDetect", "plates"]) => events::recent(lane, &asked.body),
        ("GET", ["ISAPI", "Event", "notification", "alertStream"]) => events::stream(lane),
        ("PUT" | "POST", ["ISAPI", "Event", "notification", "httpHosts", ..]) => events::set_push(lane, &asked),
        ("GET", ["ISAPI", "ITC", "Entrance", "entranceParam"]) => {
            let mode = if lane.config().automatic { 2 } else { 1 };
            document::element("EntranceParam", &format!("<enable>true</enable><ctrlMod>{mode}</ctrlMod>"))
        }
        ("GET", ["ISAPI", "ITC", "Entrance", "capabilities"]) => document::element(
            "EntranceCap",
            "<supportBarrierGateNum>1</supportBarrierGateNum><supportRelayNum>2</supportRelayNum>",
        ),
        ("GET", ["ISAPI", "System", "deviceInfo"]) => document::element(
            "DeviceInfo",
            "<deviceName>lotsim</deviceName><model>DS-TCG405-E</model><firmwareVersion>V5.4.0</firmwareVersion>",
        ),
        ("GET", ["ISAPI", "System", "time"]) => {
            let at = document::local(lane.clock());
            document::element(
                "Time",
                &format!("<timeMode>manual</timeMode><localTime>{at}</localTime><timeZone>CST-8:00:00</timeZone>"),
            )
        }
        ("GET", ["ISAPI", "Security", "userCheck"]) => document::xml(
            StatusCode::OK,
            "<userCheck><statusValue>200</statusValue><statusString>OK</statusString></userCheck>",
        ),
        (_, ["ISAPI", "System", "IO", ..]) => not_supported(StatusCode::FORBIDDEN, uri),
        _ => not_supported(StatusCode::NOT_FOUND, uri),
    })
}

fn not_supported(status: StatusCode, uri: &str) -> Response<Body> {
    document::status(status, uri, 4, "Invalid Operation", "notSupport")
}
