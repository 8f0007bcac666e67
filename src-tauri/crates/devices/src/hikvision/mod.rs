//! Hikvision cameras with a barrier output, over ISAPI (DEVICES.md 1).

mod address;
mod answer;
mod digest;
mod event;
mod gate;
mod jpeg;
mod line;
mod live;
mod multipart;
mod push;
mod reads;
mod settings;
mod stream;
mod xml;

pub use push::{BadPush, parse_push};
pub use settings::{HikvisionSettings, Timeouts};

use crate::{
    Barrier, CameraNews, Device, DeviceError, EventSource, LiveCamera, LiveError, LivePictures, OpenError, Permit,
    PlateCamera, PlateRead, Still, StillCamera,
};
use address::Address;
use async_trait::async_trait;
use digest::Credentials;
use gate::Gate;
use lanedesk_domain::{barrier::BarrierState, order::BarrierAction};
use live::Live;
use reads::Reads;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;
use url::Url;

/// The driver's name in site files.
pub const NAME: &str = "hikvision";

/// One camera.
pub struct Hikvision {
    settings: HikvisionSettings,
    address: Address,
    gate: Gate,
    reads: Reads,
    live: Live,
}

impl Hikvision {
    /// Makes the device ready; nothing is sent yet.
    pub fn new(settings: HikvisionSettings) -> Result<Self, OpenError> {
        let address = Address::parse(&settings.url)?;
        let live = Live::new(rtsp(&settings, &address), &settings);
        let hosts = [Some(address.host()), live.host()];
        if !hosts.into_iter().flatten().all(|host| settings.networks.allow_host(host)) {
            return Err(OpenError::Outside(settings.networks));
        }
        let (username, password) = (settings.username.clone(), settings.password.clone());
        let credentials = Arc::new(Credentials::new(username, password));
        let gate = Gate::new(address.clone(), Arc::clone(&credentials), &settings);
        let reads = Reads::new(address.clone(), credentials, &settings)?;
        Ok(Self { settings, address, gate, reads, live })
    }

    /// Looks whether a device could be made of these settings.
    pub fn check(settings: &HikvisionSettings) -> Result<(), OpenError> {
        Address::parse(&settings.url).map(drop)
    }
}

/// The main stream's address; none: what the settings say is none.
fn rtsp(settings: &HikvisionSettings, address: &Address) -> Option<Url> {
    let own = settings.rtsp.trim();
    let text = if own.is_empty() {
        let host = address.host();
        format!("rtsp://{host}:554/Streaming/Channels/{}01", settings.channel)
    } else {
        own.to_owned()
    };
    let mut url = Url::parse(&text).ok()?;
    // The account is another setting; what an address carries is not used.
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    (url.scheme() == "rtsp").then_some(url)
}

impl Device for Hikvision {
    fn driver(&self) -> &'static str {
        NAME
    }
    fn barrier(&self) -> Option<&dyn Barrier> {
        Some(self)
    }
    fn plate_camera(&self) -> Option<&dyn PlateCamera> {
        Some(self)
    }
    fn still_camera(&self) -> Option<&dyn StillCamera> {
        Some(self)
    }
    fn rtsp_url(&self) -> Option<String> {
        rtsp(&self.settings, &self.address).map(Into::into)
    }
    fn live_camera(&self) -> Option<&dyn LiveCamera> {
        Some(self)
    }
}

#[async_trait]
impl Barrier for Hikvision {
    async fn order(&self, action: BarrierAction, permit: &dyn Permit) -> Result<(), DeviceError> {
        self.gate.order(action, permit).await
    }

    async fn state(&self) -> Result<BarrierState, DeviceError> {
        let wait = self.settings.timeouts.status;
        let answer = self.reads.get(self.gate.status_path(), wait).await?;
        gate::read_state(answer.status, &answer.body)
    }
}

#[async_trait]
impl StillCamera for Hikvision {
    async fn still(&self) -> Result<Still, DeviceError> {
        let path = format!("/ISAPI/Streaming/channels/{}01/picture", self.settings.channel);
        let wait = self.settings.timeouts.still;
        let answer = self.reads.get(&path, wait).await?;
        answer::data_answer(answer.status, &answer.body)?;
        if !answer.body.starts_with(&[0xff, 0xd8, 0xff]) {
            return Err(DeviceError::BadAnswer("it is no JPEG"));
        }
        Ok(Still { jpeg: answer.body })
    }
}

#[async_trait]
impl LiveCamera for Hikvision {
    async fn open_live(&self) -> Result<Box<dyn LivePictures>, LiveError> {
        self.live.open(&self.reads).await
    }
}

#[async_trait]
impl PlateCamera for Hikvision {
    async fn recognise(&self) -> Result<PlateRead, DeviceError> {
        let channel = self.settings.channel;
        let path = format!("/ISAPI/Traffic/MNPR/channels/{channel}?laneNo=1&OSD=1");
        let wait = self.settings.timeouts.still;
        let answer = self.reads.get(&path, wait).await?;
        answer::data_answer(answer.status, &answer.body)?;
        let reads = parse_push(&answer.content_type, &answer.body)
            .map_err(|_| DeviceError::BadAnswer("it holds no readable event"))?;
        let read = reads.into_iter().next();
        read.ok_or(DeviceError::BadAnswer("it holds no plate event"))
    }

    fn event_source(&self) -> EventSource {
        self.settings.events
    }

    async fn watch(&self, told: Sender<CameraNews>) {
        if self.settings.events == EventSource::Pull {
            stream::watch(&self.reads, &self.settings.timeouts, &told).await;
        }
    }
}
