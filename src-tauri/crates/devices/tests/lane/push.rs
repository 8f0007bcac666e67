//! Events a simulated camera posts, read as the hub reads them.

use super::common::site_with;
use lanedesk_devices::{PlateRead, hikvision::parse_push};
use lotsim::{Fault, Vehicle};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Takes one POST off a socket and answers 200.
async fn take(listener: &TcpListener) -> Vec<PlateRead> {
    let (mut stream, _) =
        timeout(Duration::from_secs(20), listener.accept()).await.expect("a post in time").expect("a connection");
    let (head, body) = request(&mut stream).await;
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    stream.write_all(answer).await.expect("an answer");
    let kind = head.lines().find_map(|line| line.strip_prefix("content-type: "));
    parse_push(kind.expect("a content type"), &body).expect("readable events")
}

async fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        stream.read_buf(&mut bytes).await.expect("bytes");
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|text| text.parse().ok()).expect("a length");
        if bytes.len() >= end + 4 + length {
            return (head, bytes.split_off(end + 4));
        }
    }
}

#[tokio::test]
async fn a_pushed_event_is_read_and_its_repeat_has_the_same_id() {
    for framing in [None, Some(Fault::LfFraming)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}/api/devices/cam/hikvision?key=k");
        let (_sim, lane) = site_with(|lane| lane.push_url = Some(url)).await;
        lane.fault(Fault::DuplicateEvents);
        if let Some(framing) = framing {
            lane.fault(framing);
        }
        lane.arrive(Vehicle::new("粤B12345").read_as("粤B1Z345"));
        let first = take(&listener).await;
        let again = take(&listener).await;
        assert_eq!((first.len(), again.len()), (1, 1));
        assert_eq!(first[0].plate.as_deref(), Some("粤B1Z345"));
        assert_eq!(first[0].doubtful, [3]);
        assert!(first[0].picture.is_some() && first[0].plate_picture.is_some());
        assert_eq!(first[0].uuid, again[0].uuid);
    }
}
