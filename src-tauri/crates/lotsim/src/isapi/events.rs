//! Pictures and readings: still, on demand, recent, streamed, pushed.

use super::{document, route::IsapiRequest};
use crate::{
    Fault, Lane,
    event::{Event, EventReading},
    scene::Angle,
};
use axum::body::Body;
use bytes::{BufMut, Bytes, BytesMut};
use futures::{StreamExt, stream};
use hyper::{Response, StatusCode, header::HeaderValue};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Interval, MissedTickBehavior, interval},
};

const BOUNDARY: &str = "boundary";

/// A still.
pub(super) async fn still(lane: &Lane, angle: Angle) -> Response<Body> {
    let mut answer = Response::new(Body::from(lane.picture_from(angle).await));
    let kind = HeaderValue::from_static("image/jpeg");
    answer.headers_mut().insert("content-type", kind);
    answer
}

/// Reads the plate now and answers with document and pictures.
pub(super) async fn recognise(lane: &Lane) -> Response<Body> {
    let view = lane.view();
    let uuid = uuid::Uuid::new_v4().to_string();
    let drawn = tokio::task::spawn_blocking(move || Event::draw(uuid, &view, false)).await;
    let Ok(event) = drawn else {
        return document::status(StatusCode::INTERNAL_SERVER_ERROR, "", 3, "Device Error", "deviceError");
    };
    let told = EventReading { event: Arc::new(event), history: false };
    let mut body = BytesMut::new();
    write(lane, &told, &mut body);
    body.put(&b"--boundary--\r\n"[..]);
    multipart(Body::from(body.freeze()))
}

/// Plates read after a time.
pub(super) fn recent(lane: &Lane, body: &Bytes) -> Response<Body> {
    let asked = String::from_utf8_lossy(body);
    let after = asked.split("<picTime>").nth(1);
    let after = after.and_then(|rest| rest.split('<').next()).unwrap_or_default().trim();
    let memory: Vec<Arc<Event>> = lane.state().memory.iter().cloned().collect();
    let plates: String = memory.iter().filter_map(|event| {
        let at = document::compact(event.at);
        let plate = event.vehicle.reading().unwrap_or("unknown");
        let direction = if event.vehicle.reverse { "reverse" } else { "forward" };
        (at.as_str() > after).then(|| format!(
            "<Plate><captureTime>{at}</captureTime><plateNumber>{plate}</plateNumber><picName>{}</picName><country>9</country><laneNo>1</laneNo><direction>{direction}</direction></Plate>",
            event.uuid
        ))
    }).collect();
    document::element("Plates", &plates)
}

/// The endless stream: what is remembered, then what happens, and a keep-alive.
pub(super) fn stream(lane: &Lane) -> Response<Body> {
    let (memory, told) = {
        // Under one lock, so that each reading is either in memory or still to come.
        let state = lane.state();
        let memory: Vec<_> = state.memory.iter().cloned().collect();
        (memory, lane.inner.told.subscribe())
    };
    let mut first = BytesMut::new();
    write_part(lane, "application/xml; charset=\"UTF-8\"", "", document::keep_alive(lane).as_bytes(), &mut first);
    for event in memory {
        let past = EventReading { event, history: true };
        write(lane, &past, &mut first);
    }
    let mut tick = interval(Duration::from_millis(lane.config().heartbeat_ms.max(1)));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let live = stream::unfold((lane.clone(), told, tick), |(lane, mut told, mut tick)| async {
        let chunk = next_chunk(&lane, &mut told, &mut tick).await?;
        Some((Ok(chunk), (lane, told, tick)))
    });
    let first = stream::once(async move { Ok::<_, std::io::Error>(first.freeze()) });
    multipart(Body::from_stream(first.chain(live)))
}

/// What is sent next; nothing when the stream ends.
async fn next_chunk(lane: &Lane, told: &mut Receiver<EventReading>, tick: &mut Interval) -> Option<Bytes> {
    let mut chunk = BytesMut::new();
    loop {
        tokio::select! {
            _ = tick.tick() => {
                // A device that is silent is so in mid-stream, too.
                if lane.has(Fault::Silent) {
                    continue;
                }
                let text = document::keep_alive(lane);
                write_part(lane, "application/xml; charset=\"UTF-8\"", "", text.as_bytes(), &mut chunk);
            }
            event = told.recv() => match event {
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return None,
                Ok(_) if lane.has(Fault::Silent) => continue,
                Ok(event) => write_with_faults(lane, &event, &mut chunk),
            }
        }
        return Some(chunk.freeze());
    }
}

/// A reading, twice or with the past behind it where that is switched on.
fn write_with_faults(lane: &Lane, told: &EventReading, out: &mut BytesMut) {
    write(lane, told, out);
    if lane.has(Fault::DuplicateEvents) {
        write(lane, told, out);
    }
    if lane.has(Fault::ReplayEvents) && !told.history {
        let memory: Vec<_> = lane.state().memory.iter().cloned().collect();
        for event in memory {
            write(lane, &EventReading { event, history: true }, out);
        }
    }
}

/// A reading as parts: document, plate, scene.
fn write(lane: &Lane, told: &EventReading, out: &mut BytesMut) {
    let text = document::anpr(lane, told);
    write_part(lane, "application/xml; charset=\"UTF-8\"", "anpr.xml", text.as_bytes(), out);
    if let Some(plate) = &told.event.plate {
        write_part(lane, "image/jpeg", "licensePlatePicture.jpg", plate, out);
    }
    write_part(lane, "image/jpeg", "detectionPicture.jpg", &told.event.scene, out);
}

fn write_part(lane: &Lane, kind: &str, name: &str, body: &[u8], out: &mut BytesMut) {
    let loose = lane.has(Fault::LfFraming);
    let eol = if loose { "\n" } else { "\r\n" };
    let name = if name.is_empty() {
        String::new()
    } else {
        format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"{eol}")
    };
    let length = if loose { String::new() } else { format!("Content-Length: {}{eol}", body.len()) };
    let head = format!("--{BOUNDARY}{eol}{name}Content-Type: {kind}{eol}{length}");
    out.put(head.as_bytes());
    out.put(eol.as_bytes());
    out.put(body);
    out.put(eol.as_bytes());
}

fn multipart(body: Body) -> Response<Body> {
    let mut answer = Response::new(body);
    let kind = HeaderValue::from_static("multipart/mixed; boundary=boundary");
    answer.headers_mut().insert("content-type", kind);
    answer
}

/// Where the camera posts its events from now on.
pub(super) fn set_push(lane: &Lane, asked: &IsapiRequest) -> Response<Body> {
    let text = String::from_utf8_lossy(&asked.body);
    let field = |name: &str| {
        let rest = text.split(&format!("<{name}>")).nth(1)?;
        Some(rest.split('<').next()?.trim().to_owned())
    };
    let host = field("ipAddress").or_else(|| field("hostName"));
    let (Some(host), Some(path)) = (host, field("url")) else {
        return document::status(StatusCode::BAD_REQUEST, &asked.uri, 6, "Invalid XML Content", "badXmlContent");
    };
    let path = quick_xml::escape::unescape(&path).unwrap_or_default().into_owned();
    let port = field("portNo").unwrap_or_else(|| "80".to_owned());
    lane.state().push_url = Some(format!("http://{host}:{port}/{}", path.trim_start_matches('/')));
    document::ok(&asked.uri)
}

/// Posts a reading to whoever was named, once, or twice where duplicates are switched on. Like some firmware it does
/// not look at the answer.
pub(crate) fn push(lane: Lane, url: String, told: EventReading) {
    tokio::spawn(async move {
        let mut body = BytesMut::new();
        write(&lane, &told, &mut body);
        body.put(&b"--boundary--\r\n"[..]);
        let body = body.freeze();
        let times = if lane.has(Fault::DuplicateEvents) { 2 } else { 1 };
        for _ in 0..times {
            let post = lane.inner.client.post(&url).body(body.clone());
            let post = post.header("content-type", "multipart/form-data; boundary=boundary");
            if let Err(error) = post.send().await {
                tracing::warn!(lane = lane.code(), error = %error.without_url(), "an event could not be pushed");
            }
        }
    });
}
