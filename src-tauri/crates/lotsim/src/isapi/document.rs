//! The documents a device writes.

use crate::{Lane, event::EventReading};
use axum::body::Body;
use hyper::{Response, StatusCode};
use lanedesk_domain::time::Timestamp;
use quick_xml::escape::escape;
use time::{OffsetDateTime, UtcOffset, macros::format_description};

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
/// The maker's name space.
const NAMESPACE: &str = r#"version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema""#;

/// A document as an answer.
pub(super) fn xml(status: StatusCode, inside: &str) -> Response<Body> {
    let mut answer = Response::new(Body::from(format!("{DECLARATION}\n{inside}\n")));
    *answer.status_mut() = status;
    let kind = hyper::header::HeaderValue::from_static("application/xml; charset=UTF-8");
    answer.headers_mut().insert("content-type", kind);
    answer
}

/// A `ResponseStatus`.
pub(super) fn status(http: StatusCode, url: &str, code: u8, words: &str, sub: &str) -> Response<Body> {
    let url = escape(url);
    xml(
        http,
        &format!(
            "<ResponseStatus {NAMESPACE}><requestURL>{url}</requestURL><statusCode>{code}</statusCode><statusString>{words}</statusString><subStatusCode>{sub}</subStatusCode></ResponseStatus>"
        ),
    )
}

/// The `ResponseStatus` that says yes.
pub(super) fn ok(url: &str) -> Response<Body> {
    status(StatusCode::OK, url, 1, "OK", "ok")
}

/// An element with the maker's name space around what is inside.
pub(super) fn element(name: &str, inside: &str) -> Response<Body> {
    xml(StatusCode::OK, &format!("<{name} {NAMESPACE}>{inside}</{name}>"))
}

/// A device's local time, China's, as it writes it.
pub(super) fn local(at: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]+08:00");
    china(at).format(&format).unwrap_or_default()
}

/// The same without separators, as `vehicleDetect` uses it.
pub(super) fn compact(at: Timestamp) -> String {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let at = china(at).to_offset(UtcOffset::UTC);
    at.format(&format).unwrap_or_default()
}

fn china(at: Timestamp) -> OffsetDateTime {
    let utc = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000);
    let hours = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    utc.unwrap_or(OffsetDateTime::UNIX_EPOCH).to_offset(hours)
}

/// The keep-alive of the event stream.
pub(super) fn keep_alive(lane: &Lane) -> String {
    let at = local(lane.clock());
    format!(
        "{DECLARATION}\n<EventNotificationAlert {NAMESPACE}><ipAddress>127.0.0.1</ipAddress><channelID>1</channelID><dateTime>{at}</dateTime><activePostCount>0</activePostCount><eventType>videoloss</eventType><eventState>inactive</eventState><eventDescription>videoloss alarm</eventDescription></EventNotificationAlert>\n"
    )
}

/// A plate event.
pub(super) fn anpr(lane: &Lane, told: &EventReading) -> String {
    let event = &told.event;
    let vehicle = &event.vehicle;
    let plate = vehicle.reading().unwrap_or("unknown");
    let color = vehicle.reading().map_or("unknown", |_| vehicle.plate_color().isapi());
    let confidence = vehicle.reading().map_or(0, |_| vehicle.confidence());
    let each: Vec<String> = vehicle.confidences().iter().map(u8::to_string).collect();
    let original = vehicle.reading().unwrap_or_default();
    let direction = if vehicle.reverse { "reverse" } else { "forward" };
    let history = u8::from(told.history);
    let gate = u8::from(!event.opened);
    let rect = event.rect.map_or_else(String::new, |[x, y, width, height]| {
        format!("<plateRect><X>{x}</X><Y>{y}</Y><width>{width}</width><height>{height}</height></plateRect>")
    });
    let count = 1 + u8::from(event.plate.is_some());
    let (at, uuid) = (local(event.at), &event.uuid);
    let (site, plate, original) = (escape(lane.code()), escape(plate), escape(original));
    let each = each.join(",");
    format!(
        "{DECLARATION}\n<EventNotificationAlert {NAMESPACE}>\n<ipAddress>127.0.0.1</ipAddress><protocol>HTTP</protocol><macAddress>02:00:00:00:00:01</macAddress><channelID>1</channelID>\n<dateTime>{at}</dateTime><activePostCount>1</activePostCount><eventType>ANPR</eventType><eventState>active</eventState><eventDescription>ANPR</eventDescription><channelName>{site}</channelName><UUID>{uuid}</UUID><picNum>{count}</picNum><monitoringSiteID>{site}</monitoringSiteID>\n<ANPR><country>9</country><licensePlate>{plate}</licensePlate><line>1</line><direction>{direction}</direction><confidenceLevel>{confidence}</confidenceLevel><plateType>92TypeCivil</plateType><plateColor>{color}</plateColor><plateCharBelieve>{each}</plateCharBelieve><vehicleType>vehicle</vehicleType><detectDir>8</detectDir><detectType>1</detectType><barrierGateCtrlType>{gate}</barrierGateCtrlType><alarmDataType>{history}</alarmDataType><originalLicensePlate>{original}</originalLicensePlate>\n<vehicleInfo><index>1</index><colorDepth>2</colorDepth><color>white</color></vehicleInfo><pictureInfoList><pictureInfo><fileName>detectionPicture.jpg</fileName><type>detectionPicture</type><dataType>0</dataType><absTime>{at}</absTime>{rect}</pictureInfo></pictureInfoList></ANPR>\n</EventNotificationAlert>\n"
    )
}
