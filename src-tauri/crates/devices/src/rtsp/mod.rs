//! Live pictures over RTSP, whoever made the camera: usually one connection, pictures interleaved in it, so that it passes
//! wherever the camera's address is reached; in datagrams (RTP/AVP/UDP, unicast) where the settings say so.

mod guard;
mod h264;
mod parameters;

use crate::{AccessUnit, DeviceError, LiveError, LivePicture, LivePictures, LiveTransport, Networks};
use async_trait::async_trait;
use futures::StreamExt;
use h264::Depacketizer;
use retina::client::{
    Credentials, PacketItem, PlayOptions, Playing, Session, SessionOptions, SetupOptions, TcpTransportOptions,
    Transport, UdpTransportOptions,
};
use std::{collections::VecDeque, time::Duration};
use tokio::time::timeout;
use url::Url;

/// Where RTSP is spoken unless another port is said.
const PORT: u16 = 554;

/// Where a stream is and who may see it.
#[derive(Clone)]
pub(crate) struct Source {
    /// Without user name and password.
    pub(crate) url: Url,
    pub(crate) username: String,
    pub(crate) password: String,
    /// Whether the password may be told in the clear.
    pub(crate) basic: bool,
    pub(crate) transport: LiveTransport,
    /// Where it may be.
    pub(crate) networks: Networks,
}

/// A running stream.
struct Pictures {
    session: Session<Playing>,
    /// What stands between, where something does: ends with the stream.
    _guard: Option<guard::Guard>,
    units: Depacketizer,
    ready: VecDeque<AccessUnit>,
}

/// Begins a stream within `wait`.
pub(crate) async fn open(source: &Source, wait: Duration) -> Result<Box<dyn LivePictures>, LiveError> {
    match timeout(wait, begin(source)).await {
        Ok(opened) => opened,
        Err(_) => Err(DeviceError::Unanswered("no live picture in time").into()),
    }
}

async fn begin(source: &Source) -> Result<Box<dyn LivePictures>, LiveError> {
    let credentials = (!source.username.is_empty())
        .then(|| Credentials { username: source.username.clone(), password: source.password.clone() });
    let options = SessionOptions::default().creds(credentials).user_agent("lanedesk".to_owned());
    let way = way(source).await?;
    let refused = || {
        let guard = way.guard.as_ref();
        guard.is_some_and(guard::Guard::has_refused)
    };
    let told = |error: &retina::Error| {
        if refused() { DeviceError::ClearPassword.into() } else { told(error) }
    };
    let mut session = Session::describe(way.url.clone(), options).await.map_err(|error| told(&error))?;
    let video = video(&session)?;
    let units = Depacketizer::new(video.configured);
    let options = SetupOptions::default().transport(match source.transport {
        LiveTransport::Tcp => Transport::Tcp(TcpTransportOptions::default()),
        LiveTransport::Udp => Transport::Udp(UdpTransportOptions::default()),
    });
    session.setup(video.at, options).await.map_err(|error| told(&error))?;
    let session = session.play(PlayOptions::default()).await.map_err(|error| told(&error))?;
    let ready = VecDeque::new();
    Ok(Box::new(Pictures { session, _guard: way.guard, units, ready }))
}

/// How the camera is reached.
struct Way {
    /// The stream's address, its name looked up already: nothing looks it up again.
    url: Url,
    guard: Option<guard::Guard>,
}

async fn way(source: &Source) -> Result<Way, LiveError> {
    let nowhere = || DeviceError::NotSent("the name leads nowhere");
    let mut url = source.url.clone();
    let host = url.host_str().ok_or_else(nowhere)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = url.port().unwrap_or(PORT);
    let found = source.networks.look_up(host, port).await;
    let found = found.map_err(|_| nowhere())?.map_err(|_| DeviceError::Outside)?;
    let guarded = !source.basic && !source.username.is_empty();
    let (at, guard) = match source.transport {
        LiveTransport::Tcp if guarded => {
            let guard = guard::Guard::before(&found).await?;
            (guard.address(), Some(guard))
        }
        LiveTransport::Udp if guarded => {
            // Datagrams come from the camera itself, so nothing can stand between: it is asked beforehand.
            let camera = guard::asked_beforehand(&found, &url).await?;
            (camera, None)
        }
        _ => (*found.first().ok_or_else(nowhere)?, None),
    };
    url.set_ip_host(at.ip()).map_err(|()| nowhere())?;
    url.set_port(Some(at.port())).map_err(|()| nowhere())?;
    Ok(Way { url, guard })
}

/// The stream to play, and the parameters announced with it.
struct Video {
    at: usize,
    configured: Option<parameters::Sets>,
}

fn video(session: &Session<retina::client::Described>) -> Result<Video, LiveError> {
    let streams = session.streams();
    let is_video = |(_, stream): &(usize, &retina::client::Stream)| stream.media() == "video";
    let mut videos = streams.iter().enumerate().filter(is_video);
    if let Some((at, stream)) = videos.clone().find(|(_, stream)| stream.encoding_name() == "h264") {
        let record = match stream.parameters() {
            Some(retina::codec::ParametersRef::Video(video)) => Some(video.extra_data()),
            _ => None,
        };
        let configured = record.and_then(parameters::Sets::of_record);
        return Ok(Video { at, configured });
    }
    match videos.next() {
        Some((_, stream)) => Err(LiveError::Codec(name(stream.encoding_name()))),
        None => Err(LiveError::NoVideo),
    }
}

/// A codec as people know it.
fn name(encoding: &str) -> String {
    match encoding {
        "h265" => "H.265".to_owned(),
        "jpeg" => "MJPEG".to_owned(),
        other => other.chars().take(20).collect(),
    }
}

#[async_trait]
impl LivePictures for Pictures {
    async fn next(&mut self) -> Result<LivePicture, LiveError> {
        loop {
            if let Some(unit) = self.ready.pop_front() {
                return Ok(LivePicture::H264(unit));
            }
            match self.session.next().await {
                None => return Err(DeviceError::Unanswered("the live picture ended").into()),
                Some(Err(error)) => return Err(told(&error)),
                Some(Ok(PacketItem::Rtp(packet))) => self.units.push(
                    &h264::Packet {
                        payload: packet.payload(),
                        ticks: packet.timestamp().timestamp(),
                        last: packet.mark(),
                        lost: packet.loss() > 0,
                    },
                    &mut self.ready,
                )?,
                // Reports on the stream say nothing that is shown.
                Some(Ok(_)) => {}
            }
        }
    }
}

/// What went wrong, in our own words: the library's carry addresses and bytes.
fn told(error: &retina::Error) -> LiveError {
    tracing::debug!(status = error.status_code(), "live picture");
    match error.status_code() {
        Some(401 | 403) => DeviceError::Unauthorised { tries_left: None }.into(),
        Some(status @ (404 | 405 | 415 | 454..=461 | 501 | 551)) => {
            let words = format!("RTSP {status}");
            DeviceError::NotSupported { words }.into()
        }
        Some(status) if status >= 300 => {
            let words = format!("RTSP {status}");
            DeviceError::Refused { words }.into()
        }
        Some(_) => LiveError::Unreadable,
        None => kind(&error.to_string()),
    }
}

/// The library tells kinds of errors apart only by their first words.
fn kind(text: &str) -> LiveError {
    if text.starts_with("Unable to connect") {
        DeviceError::NotSent("no connection").into()
    } else if text.starts_with("Error reading") || text.starts_with("Error writing") {
        DeviceError::Unanswered("the live picture broke off").into()
    } else if text.starts_with("Timeout") {
        DeviceError::Unanswered("no answer in time").into()
    } else {
        LiveError::Unreadable
    }
}
