//! Somebody who watches a live picture, and what they can tell of it.

use crate::lot::Lot;
use futures::{SinkExt, StreamExt};
use lotsim::{
    film::{Decoder, Stamp},
    scene::BurntText,
};
use serde_json::Value;
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// What arrives.
#[derive(Debug)]
pub(crate) enum Heard {
    Told(Value),
    Bytes(Vec<u8>),
    Closed,
}

pub(crate) struct Watcher {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Watcher {
    pub(crate) async fn of(lot: &Lot, path: &str) -> Self {
        Self::with(lot, path, lot.token()).await
    }

    /// Somebody else's.
    pub(crate) async fn with(lot: &Lot, path: &str, token: &str) -> Self {
        let url = lot.url(path).replacen("http", "ws", 1);
        let mut request = url.into_client_request().unwrap();
        let bearer = format!("Bearer {token}");
        request.headers_mut().insert("authorization", bearer.parse().unwrap());
        let (socket, _) = connect_async(request).await.unwrap();
        Self { socket }
    }

    pub(crate) async fn next(&mut self) -> Heard {
        let next = timeout(Duration::from_secs(30), self.socket.next()).await;
        match next.expect("something in time") {
            Some(Ok(Message::Text(text))) => Heard::Told(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Binary(bytes))) => Heard::Bytes(bytes.to_vec()),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Heard::Told(Value::Null),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Heard::Closed,
        }
    }

    /// The next picture or segment.
    pub(crate) async fn bytes(&mut self) -> Vec<u8> {
        loop {
            match self.next().await {
                Heard::Bytes(bytes) => return bytes,
                Heard::Told(_) => {}
                Heard::Closed => panic!("closed"),
            }
        }
    }

    /// The next state, pictures before it left out.
    pub(crate) async fn state(&mut self, wanted: &str) -> Value {
        loop {
            match self.next().await {
                Heard::Told(told) if told["state"] == wanted => return told,
                Heard::Closed => panic!("closed before {wanted}"),
                _ => {}
            }
        }
    }

    pub(crate) async fn close(mut self) {
        let _ = self.socket.close(None).await;
        // The hub's own closing is waited for, so that it has noticed.
        while let Some(Ok(_)) = self.socket.next().await {}
    }

    /// Leaves without a word.
    pub(crate) fn vanish(self) {
        drop(self);
    }

    pub(crate) async fn flush(&mut self) {
        let _ = self.socket.flush().await;
    }
}

/// A box's content, found by the path to it.
pub(crate) fn inside<'a>(mut bytes: &'a [u8], path: &[&str]) -> &'a [u8] {
    for kind in path {
        bytes = boxes(bytes)
            .into_iter()
            .find(|(name, _)| name == kind)
            .map_or_else(|| panic!("no {kind}"), |(_, content)| content);
    }
    bytes
}

/// Boxes with their content; every length must fit.
pub(crate) fn boxes(mut bytes: &[u8]) -> Vec<(String, &[u8])> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
        let name = String::from_utf8(bytes[4..8].to_vec()).unwrap();
        found.push((name, &bytes[8..length]));
        bytes = &bytes[length..];
    }
    found
}

/// One fragment taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Fragment {
    pub(crate) decoded: u64,
    pub(crate) shown: i64,
    pub(crate) key: bool,
    pub(crate) nals: Vec<Vec<u8>>,
    pub(crate) stamp: Option<Stamp>,
}

pub(crate) fn fragment(bytes: &[u8]) -> Fragment {
    let traf = inside(bytes, &["moof", "traf"]);
    let decoded = u64::from_be_bytes(inside(traf, &["tfdt"])[4..12].try_into().unwrap());
    let trun = inside(traf, &["trun"]);
    let number = |at: usize| u32::from_be_bytes(trun[at..at + 4].try_into().unwrap());
    assert_eq!(number(4), 1, "a picture a fragment");
    let data = &bytes[number(8) as usize..];
    assert_eq!(number(16) as usize, data.len());
    let mut rest = data;
    let mut nals = Vec::new();
    while let [a, b, c, d, after @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        nals.push(after[..length].to_vec());
        rest = &after[length..];
    }
    let key = number(20) == 0x0200_0000;
    assert_eq!(key, nals.iter().any(|nal| nal[0] & 31 == 5), "what is called a key frame is one");
    Fragment {
        decoded,
        shown: i64::try_from(decoded).unwrap() + i64::from(number(24).cast_signed()),
        key,
        nals,
        stamp: Stamp::find(data),
    }
}

/// Plays what a watcher gets, as a screen would.
pub(crate) struct Screen {
    decoder: Decoder,
    sets: Vec<Vec<u8>>,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self { decoder: Decoder::new().unwrap(), sets: Vec::new() }
    }

    /// Takes an initialisation segment; answers width and height.
    pub(crate) fn begin(&mut self, segment: &[u8]) -> (u16, u16) {
        assert_eq!(boxes(segment)[0].0, "ftyp");
        let entry = &inside(segment, &["moov", "trak", "mdia", "minf", "stbl", "stsd"])[16..];
        let side = |at: usize| u16::from_be_bytes(entry[at..at + 2].try_into().unwrap());
        let record = inside(&entry[78..], &["avcC"]);
        let first = usize::from(u16::from_be_bytes([record[6], record[7]]));
        self.sets = vec![record[8..8 + first].to_vec(), record[8 + first + 3..].to_vec()];
        (side(24), side(26))
    }

    /// Shows a fragment; answers the clock on it.
    pub(crate) fn show(&mut self, fragment: &Fragment) -> Option<BurntText> {
        let sets = self.sets.iter().filter(|_| fragment.key);
        let nals = sets.chain(&fragment.nals).map(Vec::as_slice);
        self.decoder.decode(nals).unwrap().and_then(|(_, clock)| clock)
    }
}

/// A number of the hub's own count.
pub(crate) async fn counted(lot: &Lot, name: &str) -> u64 {
    let text = lot.bytes("/metrics").await.text().await.unwrap();
    let mut lines = text.lines();
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap().parse().unwrap()
}
