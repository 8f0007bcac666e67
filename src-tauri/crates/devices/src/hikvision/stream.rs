//! The endless event stream: read, told, and begun again for ever (DEVICES.md 1.5).

use super::{
    event::{Alert, Draft},
    multipart::{Multipart, Part, boundary},
    reads::{Reads, content_type},
    settings::Timeouts,
};
use crate::{CameraNews, DeviceError};
use reqwest::Response;
use tokio::{
    sync::mpsc::Sender,
    time::{Instant, sleep, timeout},
};

/// Where events are streamed.
const PATH: &str = "/ISAPI/Event/notification/alertStream";

/// Why one connection ended.
enum End {
    /// Nobody listens any more.
    Unheard,
    /// The link broke; `told` says whether it had stood.
    Broken { error: DeviceError, stood: bool },
}

/// Watches until the receiver is gone. Each broken link is told once and tried again after a growing pause.
pub(crate) async fn watch(reads: &Reads, timeouts: &Timeouts, told: &Sender<CameraNews>) {
    let mut pause = timeouts.backoff_first;
    loop {
        let (error, stood) = match follow(reads, timeouts, told).await {
            End::Unheard => return,
            End::Broken { error, stood } => (error, stood),
        };
        if stood {
            pause = timeouts.backoff_first;
        }
        if told.send(CameraNews::Down(error)).await.is_err() {
            return;
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = told.closed() => return,
        }
        pause = (pause * 2).min(timeouts.backoff_most);
    }
}

/// One connection, from asking to its end.
async fn follow(reads: &Reads, timeouts: &Timeouts, told: &Sender<CameraNews>) -> End {
    let broken = |error| End::Broken { error, stood: false };
    let asked = tokio::select! {
        asked = timeout(timeouts.still, open(reads)) => asked,
        () = told.closed() => return End::Unheard,
    };
    let (answer, boundary) = match asked {
        Err(_) => return broken(DeviceError::Unanswered("no event stream in time")),
        Ok(Err(error)) => return broken(error),
        Ok(Ok(opened)) => opened,
    };
    if told.send(CameraNews::Up).await.is_err() {
        return End::Unheard;
    }
    let mut assembly = Assembly::new(&boundary);
    match assembly.run(answer, timeouts, told).await {
        None => End::Unheard,
        Some(error) => End::Broken { error, stood: true },
    }
}

async fn open(reads: &Reads) -> Result<(Response, String), DeviceError> {
    let answer = reads.open(PATH).await?;
    if !answer.status().is_success() {
        let words = format!("HTTP {}", answer.status().as_u16());
        return Err(DeviceError::NotSupported { words });
    }
    let boundary = boundary(&content_type(&answer));
    let boundary = boundary.ok_or(DeviceError::BadAnswer("the event stream is no multipart"))?;
    Ok((answer, boundary))
}

/// Parts of a running stream put together into reads.
struct Assembly {
    parts: Multipart,
    draft: Option<Box<Draft>>,
    /// When the draft is told even without its pictures.
    until: Instant,
}

impl Assembly {
    fn new(boundary: &str) -> Self {
        Self { parts: Multipart::new(boundary), draft: None, until: Instant::now() }
    }

    /// Reads until the link breaks (why) or nobody listens (nothing).
    async fn run(
        &mut self,
        mut answer: Response,
        timeouts: &Timeouts,
        told: &Sender<CameraNews>,
    ) -> Option<DeviceError> {
        let mut dead_at = Instant::now() + timeouts.silence;
        loop {
            let wake_at = match self.draft {
                Some(_) => self.until.min(dead_at),
                None => dead_at,
            };
            let chunk = tokio::select! {
                chunk = answer.chunk() => chunk,
                () = tokio::time::sleep_until(wake_at) => {
                    if wake_at == dead_at {
                        return Some(DeviceError::Unanswered("the event stream fell silent"));
                    }
                    self.give_up_waiting(told).await?;
                    continue;
                }
                () = told.closed() => return None,
            };
            match chunk {
                Err(_) => return Some(DeviceError::Unanswered("the event stream broke")),
                Ok(None) => return Some(DeviceError::Unanswered("the event stream ended")),
                Ok(Some(bytes)) => self.parts.push(&bytes),
            }
            dead_at = Instant::now() + timeouts.silence;
            loop {
                match self.parts.next() {
                    Err(_) => {
                        return Some(DeviceError::BadAnswer("the event stream is no multipart"));
                    }
                    Ok(None) => break,
                    Ok(Some(part)) => self.take(part, timeouts, told).await?,
                }
            }
        }
    }

    /// Takes a part; `None` when nobody listens.
    async fn take(&mut self, part: Part, timeouts: &Timeouts, told: &Sender<CameraNews>) -> Option<()> {
        if part.is_picture() {
            if let Some(draft) = &mut self.draft {
                draft.add(part);
            }
        } else if part.is_xml() {
            self.tell(told).await?;
            // A document that cannot be read is skipped: the next one may be whole.
            if let Ok(Alert::Read(draft)) = Alert::read(&part.body) {
                self.draft = Some(draft);
                self.until = Instant::now() + timeouts.pictures;
            }
        }
        if self.draft.as_ref().is_some_and(|draft| draft.whole()) {
            self.tell(told).await?;
        }
        Some(())
    }

    /// The pictures did not all come in time: what stands begun is taken, then the read is told.
    async fn give_up_waiting(&mut self, told: &Sender<CameraNews>) -> Option<()> {
        if let (Some(draft), Some(part)) = (&mut self.draft, self.parts.rest())
            && part.is_picture()
        {
            draft.add(part);
        }
        self.tell(told).await
    }

    async fn tell(&mut self, told: &Sender<CameraNews>) -> Option<()> {
        let Some(draft) = self.draft.take() else {
            return Some(());
        };
        let read = Box::new(draft.finish());
        told.send(CameraNews::Read(read)).await.ok()
    }
}
