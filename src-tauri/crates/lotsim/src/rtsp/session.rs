//! One connection: asked, answered, and played over.

use super::{
    has_rtsp,
    packet::{KIND, Packets},
    request::{NoRtsp, RtspRequest, take},
    trouble::Trouble,
    way::{Datagrams, Way},
};
use crate::{
    Fault, Lane,
    film::{Frame, Watch},
    isapi::Auth,
    scene::Angle,
};
use bytes::BytesMut;
use std::{net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::broadcast::error::RecvError,
};

/// Seconds after which a session of which nothing is heard may be dropped, as told to whoever asks.
const TIMEOUT_S: u32 = 60;

/// Why a connection is over.
#[derive(Debug, thiserror::Error)]
enum SessionEnd {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    NoRtsp(#[from] NoRtsp),
    #[error("the other side hung up")]
    HungUp,
}

struct Session {
    lane: Lane,
    auth: Arc<Auth>,
    stream: TcpStream,
    id: String,
    packets: Packets,
    way: Way,
    trouble: Trouble,
    playing: Option<Watch>,
    /// A decoder can follow from here on: nothing was left out since the last key frame.
    whole: bool,
}

pub(super) async fn serve(lane: Lane, auth: Arc<Auth>, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let mut session = Session {
        lane,
        auth,
        stream,
        id: format!("{:08x}", rand::random::<u32>()),
        packets: Packets::new(0),
        way: Way::default(),
        trouble: Trouble::default(),
        playing: None,
        whole: true,
    };
    if let Err(over) = session.run().await {
        tracing::debug!(lane = session.lane.code(), %over, "RTSP");
    }
}

impl Session {
    async fn run(&mut self) -> Result<(), SessionEnd> {
        let mut arrived = BytesMut::with_capacity(4096);
        loop {
            while let Some(asked) = take(&mut arrived)? {
                if self.lane.has(Fault::Silent) {
                    std::future::pending::<()>().await;
                }
                let answer = self.answer(&asked);
                self.stream.write_all(answer.as_bytes()).await?;
                if asked.method == "TEARDOWN" {
                    return Ok(());
                }
            }
            tokio::select! {
                read = self.stream.read_buf(&mut arrived) => if read? == 0 {
                    return Err(SessionEnd::HungUp);
                },
                frame = next(self.playing.as_mut()) => match frame {
                    Ok(frame) => self.send(&frame).await?,
                    // Whoever is this slow sees the next key frame.
                    Err(RecvError::Lagged(_)) => self.whole = false,
                    Err(RecvError::Closed) => return Err(SessionEnd::HungUp),
                },
            }
        }
    }

    async fn send(&mut self, frame: &Frame) -> Result<(), SessionEnd> {
        let mut out = BytesMut::new();
        let instead = self.trouble.instead(&self.lane, frame, &mut self.packets, &mut out);
        self.whole |= frame.key;
        if !instead && self.whole {
            self.packets.picture(frame, &mut out);
        }
        let lossy = self.lane.has(Fault::LiveLoss);
        self.way.send(&mut self.stream, &out, lossy).await?;
        Ok(())
    }

    fn answer(&mut self, asked: &RtspRequest) -> String {
        let cseq = asked.header("cseq").to_owned();
        if let Some(challenge) = self.refusal(asked) {
            return format!("RTSP/1.0 401 Unauthorized\r\nCSeq: {cseq}\r\nWWW-Authenticate: {challenge}\r\n\r\n");
        }
        let (status, head, body) = self.word(asked);
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        format!("RTSP/1.0 {status}\r\nCSeq: {cseq}\r\n{head}{length}\r\n{body}")
    }

    /// The challenge for a request that may not come in.
    fn refusal(&self, asked: &RtspRequest) -> Option<String> {
        if asked.method == "OPTIONS" {
            return None;
        }
        let refused = self.auth.check(&self.lane, &asked.method, &asked.uri, &asked.headers)?;
        let challenge = refused.headers().get("www-authenticate")?;
        challenge.to_str().ok().map(str::to_owned)
    }

    /// Opens the way that is asked for; none where it cannot be had.
    fn transport(&mut self, asked: &str) -> Option<String> {
        if asked.contains("TCP") {
            let tcp = "RTP/AVP/TCP;unicast;interleaved=0-1";
            return (!self.lane.has(Fault::UdpOnly)).then(|| tcp.to_owned());
        }
        let port = client_port(asked)?;
        let peer = self.stream.peer_addr().ok()?.ip();
        let own = self.stream.local_addr().ok()?.ip();
        let datagrams = Datagrams::open(own, SocketAddr::new(peer, port)).ok()?;
        let (theirs, ours) = (port.saturating_add(1), datagrams.port);
        let told = format!("RTP/AVP/UDP;unicast;client_port={port}-{theirs};server_port={ours}-{}", ours + 1);
        self.way.datagrams = Some(datagrams);
        Some(told)
    }

    /// Status, further headers and body.
    fn word(&mut self, asked: &RtspRequest) -> (&'static str, String, String) {
        let plain = |status| (status, String::new(), String::new());
        let session = format!("Session: {};timeout={TIMEOUT_S}\r\n", self.id);
        match asked.method.as_str() {
            "OPTIONS" => {
                let public = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, SET_PARAMETER, GET_PARAMETER\r\n";
                ("200 OK", public.to_owned(), String::new())
            }
            "DESCRIBE" if has_rtsp(&self.lane) => {
                let head =
                    format!("Content-Type: application/sdp\r\nContent-Base: {}/\r\n", asked.uri.trim_end_matches('/'));
                ("200 OK", head, describe(&self.lane))
            }
            "DESCRIBE" => plain("404 Stream Not Found"),
            "SETUP" => match self.transport(asked.header("transport")) {
                Some(transport) => {
                    let head = format!("Transport: {transport}\r\n{session}");
                    ("200 OK", head, String::new())
                }
                None => plain("461 Unsupported Transport"),
            },
            "PLAY" => {
                let film = self.lane.film(angle(&asked.uri));
                self.playing = Some(film.watch(&self.lane));
                let range = format!("{session}Range: npt=now-\r\n");
                ("200 OK", range, String::new())
            }
            "TEARDOWN" | "SET_PARAMETER" | "GET_PARAMETER" => ("200 OK", session, String::new()),
            _ => plain("405 Method Not Allowed"),
        }
    }
}

/// Which of the lane's cameras an address names.
fn angle(uri: &str) -> Angle {
    let mut steps = uri.split('/').skip_while(|step| *step != "Channels");
    let named = steps.nth(1).and_then(Angle::of_stream);
    named.unwrap_or_default()
}

/// The lower one of the ports the other side listens at.
fn client_port(transport: &str) -> Option<u16> {
    let ports = transport.split(';').find_map(|part| part.trim().strip_prefix("client_port="))?;
    ports.split('-').next()?.parse().ok()
}

/// The next picture; never where nothing plays.
async fn next(watch: Option<&mut Watch>) -> Result<Arc<Frame>, RecvError> {
    match watch {
        Some(watch) => watch.frames.recv().await,
        None => std::future::pending().await,
    }
}

/// What is to be seen.
fn describe(lane: &Lane) -> String {
    let (name, details) = if lane.has(Fault::H265) {
        ("H265", String::new())
    } else {
        ("H264", format!("a=fmtp:{KIND} packetization-mode=1;profile-level-id=42001E\r\n"))
    };
    format!(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Media Presentation\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n\
         m=video 0 RTP/AVP {KIND}\r\na=rtpmap:{KIND} {name}/90000\r\n{details}a=control:trackID=1\r\n"
    )
}
