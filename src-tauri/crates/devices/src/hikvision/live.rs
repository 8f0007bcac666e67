//! The live picture: RTSP, or JPEG after JPEG over HTTP where there is no RTSP (DEVICES.md 1.8).

use super::{
    multipart::{Multipart, boundary},
    reads::{Reads, content_type},
    settings::HikvisionSettings,
};
use crate::{
    DeviceError, LiveError, LivePicture, LivePictures,
    rtsp::{self, Source},
};
use async_trait::async_trait;
use reqwest::Response;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout};
use url::Url;

/// How long the stream is not asked for again after a wrong password, growing with each further one. The account is
/// the one that moves the barrier: it must not be locked over a picture.
const PAUSES: [Duration; 3] = [Duration::from_secs(120), Duration::from_secs(600), Duration::from_secs(1800)];

/// So many refused connections, one after the other, mean that there is no RTSP.
const REFUSED: u32 = 3;

/// Where the picture is, and what the stream said of our password.
pub(crate) struct Live {
    /// None: the address in the settings is none.
    source: Option<Source>,
    preview: String,
    wait: Duration,
    mood: Mutex<Mood>,
}

/// What the stream said lately.
#[derive(Default)]
struct Mood {
    /// Wrong passwords, one after the other.
    wrong: usize,
    /// Nothing is asked before then.
    until: Option<Instant>,
    /// Connections refused, one after the other.
    refused: u32,
}

impl Live {
    pub(crate) fn new(address: Option<Url>, settings: &HikvisionSettings) -> Self {
        let source = address.map(|url| source(url, settings));
        let preview = format!("/ISAPI/Streaming/channels/{}01/httpPreview", settings.channel);
        Self { source, preview, wait: settings.timeouts.still, mood: Mutex::default() }
    }

    /// Whose picture it is.
    pub(crate) fn host(&self) -> Option<&str> {
        self.source.as_ref()?.url.host_str()
    }

    pub(crate) async fn open(&self, reads: &Reads) -> Result<Box<dyn LivePictures>, LiveError> {
        let error = match self.rtsp(reads).await {
            Ok(pictures) => return Ok(pictures),
            Err(error) => error,
        };
        if self.has_no_rtsp(&error)
            && let Ok(pictures) = self.preview(reads).await
        {
            return Ok(pictures);
        }
        Err(error)
    }

    /// Whether nobody speaks RTSP there. Elsewhere the other door is left alone: a wrong password would be counted twice,
    /// and a camera that is just starting opens that door first.
    fn has_no_rtsp(&self, error: &LiveError) -> bool {
        match error {
            // A camera that wants the password in the clear there asks for it otherwise at that door.
            LiveError::NoVideo | LiveError::Device(DeviceError::NotSupported { .. } | DeviceError::ClearPassword) => {
                true
            }
            LiveError::Device(DeviceError::NotSent(_)) => self.mood().refused >= REFUSED,
            _ => false,
        }
    }

    async fn rtsp(&self, reads: &Reads) -> Result<Box<dyn LivePictures>, LiveError> {
        let source = self.source.as_ref().ok_or(LiveError::NoVideo)?;
        reads.held()?;
        let until = self.mood().until;
        if until.is_some_and(|until| until > Instant::now()) {
            return Err(DeviceError::Unauthorised { tries_left: None }.into());
        }
        let opened = rtsp::open(source, self.wait).await;
        let mut mood = self.mood();
        match &opened {
            Err(LiveError::Device(DeviceError::Unauthorised { .. })) => {
                mood.until = Some(Instant::now() + PAUSES[mood.wrong.min(PAUSES.len() - 1)]);
                mood.wrong += 1;
            }
            Err(LiveError::Device(DeviceError::NotSent(_))) => mood.refused += 1,
            Err(_) => mood.refused = 0,
            Ok(_) => *mood = Mood::default(),
        }
        opened
    }

    fn mood(&self) -> std::sync::MutexGuard<'_, Mood> {
        self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn preview(&self, reads: &Reads) -> Result<Box<dyn LivePictures>, LiveError> {
        let answer = timeout(self.wait, reads.open(&self.preview)).await;
        let answer = answer.map_err(|_| DeviceError::Unanswered("no live picture in time"))??;
        let kind = content_type(&answer);
        match boundary(&kind) {
            Some(boundary) if answer.status().is_success() => {
                Ok(Box::new(Preview { answer, parts: Multipart::new(&boundary) }))
            }
            _ => Err(LiveError::NoVideo),
        }
    }
}

/// The stream with its own account, or the device's where it has none.
fn source(url: Url, settings: &HikvisionSettings) -> Source {
    let (username, password) = if settings.rtsp_username.is_empty() {
        (&settings.username, &settings.password)
    } else {
        (&settings.rtsp_username, &settings.rtsp_password)
    };
    Source {
        url,
        username: username.clone(),
        password: password.clone(),
        basic: settings.rtsp_basic,
        transport: settings.transport,
        networks: settings.networks.clone(),
    }
}

/// JPEG after JPEG in one endless answer.
struct Preview {
    answer: Response,
    parts: Multipart,
}

#[async_trait]
impl LivePictures for Preview {
    async fn next(&mut self) -> Result<LivePicture, LiveError> {
        loop {
            match self.parts.next() {
                Ok(Some(part)) if part.body.starts_with(&[0xff, 0xd8, 0xff]) => {
                    return Ok(LivePicture::Jpeg(part.body));
                }
                Ok(Some(_)) => continue,
                Ok(None) => {}
                Err(_) => return Err(LiveError::Unreadable),
            }
            match self.answer.chunk().await {
                Ok(Some(bytes)) => self.parts.push(&bytes),
                Ok(None) => return Err(DeviceError::Unanswered("the live picture ended").into()),
                Err(_) => return Err(DeviceError::Unanswered("the live picture broke off").into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_with_an_account_of_its_own_uses_that_one() {
        let mut settings = HikvisionSettings::new("http://10.0.0.9", "admin", "secret");
        let url = Url::parse("rtsp://10.0.0.8/live").unwrap();
        assert_eq!(source(url.clone(), &settings).username, "admin");
        settings.rtsp_username = "viewer".to_owned();
        settings.rtsp_password = "p/w".to_owned();
        let own = source(url, &settings);
        assert_eq!((own.username.as_str(), own.password.as_str()), ("viewer", "p/w"));
    }
}
