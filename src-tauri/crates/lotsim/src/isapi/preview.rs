//! `httpPreview`: the moving picture as JPEG after JPEG in one endless answer, for cameras whose stream is MJPEG.

use crate::{Fault, Lane, scene::Angle};
use axum::body::Body;
use bytes::{BufMut, Bytes, BytesMut};
use futures::stream;
use hyper::{Response, header::HeaderValue};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Between two pictures: such streams are slow.
const EVERY: Duration = Duration::from_millis(125);

/// Plays until nobody takes the pictures.
pub(super) fn play(lane: &Lane, angle: Angle) -> Response<Body> {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let parts = stream::unfold((lane.clone(), tick, 0), move |(lane, mut tick, number)| async move {
        tick.tick().await;
        while lane.has(Fault::Silent) || lane.has(Fault::LiveSilent) {
            tick.tick().await;
        }
        let part = part(&lane.moving_picture(angle, number).await);
        Some((Ok::<_, std::io::Error>(part), (lane, tick, number + 1)))
    });
    let mut answer = Response::new(Body::from_stream(parts));
    let kind = HeaderValue::from_static("multipart/x-mixed-replace; boundary=MjpegBoundary");
    answer.headers_mut().insert("content-type", kind);
    answer
}

fn part(jpeg: &Bytes) -> Bytes {
    let mut part = BytesMut::new();
    let head = format!("--MjpegBoundary\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", jpeg.len());
    part.put_slice(head.as_bytes());
    part.put_slice(jpeg);
    part.put_slice(b"\r\n");
    part.freeze()
}
