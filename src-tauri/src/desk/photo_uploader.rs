//! Takes photos to the hub: each once, in the session of the person who took it, whenever the hub is reached.

use super::Desk;
use crate::{
    commands::session::Connection,
    store::{Fate, KeptPhoto, Owner},
};
use lanedesk_client::{CallError, Hub, TakenPhoto};
use lanedesk_wire::{
    photo::Photo,
    problem::{Code, Problem},
};
use std::sync::Arc;
use tokio::{sync::Notify, task::AbortHandle};

/// One session's uploader; it ends with the session.
#[derive(Debug)]
pub(super) struct PhotoUploader {
    bell: Arc<Notify>,
    work: AbortHandle,
}

impl Drop for PhotoUploader {
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl Desk {
    /// Begins to carry photos of the session at `hub`: those of the last start first.
    pub(super) fn begin_carrying(&self, hub: Hub) {
        let bell = Arc::new(Notify::new());
        let work = self.clone().carry(hub, self.owner(), bell.clone());
        let work = tokio::spawn(work).abort_handle();
        self.state().photo_uploader = Some(PhotoUploader { bell, work });
    }

    /// Something waits, or the hub is reached again.
    pub(super) fn send_photos(&self) {
        if let Some(photo_uploader) = &self.state().photo_uploader {
            photo_uploader.bell.notify_one();
        }
    }

    async fn carry(self, hub: Hub, owner: Owner, bell: Arc<Notify>) {
        if let Err(error) = self.store().drop_old_photos(super::now()).await {
            tracing::info!(%error, "local store");
        }
        loop {
            let all = self.send_waiting(&hub, &owner).await;
            let online = self.state().connection == Connection::Online;
            if all || !online {
                bell.notified().await;
            } else {
                let pause = tokio::time::sleep(hub.pace().photo_again);
                tokio::select! {
                    () = pause => {}
                    () = bell.notified() => {}
                }
            }
        }
    }

    /// Sends what waits, oldest first; false where something has to wait longer.
    async fn send_waiting(&self, hub: &Hub, owner: &Owner) -> bool {
        let (mut after, mut all) = (String::new(), true);
        while let Ok(Some(photo)) = self.store().waiting_photo(owner, &after).await {
            after.clone_from(&photo.id);
            match self.sent(hub, owner, &photo).await {
                Ok(fate) => self.note(hub, owner, photo, fate).await,
                Err(CallError::Unreachable { .. } | CallError::LoggedOut { .. }) => return false,
                Err(error) if error.code() == Code::NoSession => {
                    let (desk, hub) = (self.clone(), hub.clone());
                    // Apart: leaving the session ends this uploader.
                    tokio::spawn(async move { desk.session_over(&hub).await });
                    return false;
                }
                Err(error) => {
                    tracing::info!(%error, "a photo waits longer");
                    all = false;
                }
            }
        }
        all
    }

    /// Sends one photo. An error leaves it waiting.
    async fn sent(&self, hub: &Hub, owner: &Owner, photo: &KeptPhoto) -> Result<Fate, CallError> {
        let sealed = self.store().sealed_photo(owner, &photo.id).await;
        let Ok(Some(sealed)) = sealed else {
            return Ok(Fate::Refused(self.unreadable_photo()));
        };
        let Ok(picture) = self.seal().open(&photo.id, sealed).await else {
            return Ok(Fate::Refused(self.unreadable_photo()));
        };
        let sent = hub.send_photo(TakenPhoto {
            case: photo.case.clone(),
            source: photo.source,
            taken_at: photo.taken_at,
            bytes: picture.into(),
        });
        match sent.await {
            Ok(photo) => Ok(Fate::Sent(photo)),
            Err(CallError::Refused(problem)) if is_final(problem.status) => Ok(Fate::Refused(problem)),
            Err(error) => Err(error),
        }
    }

    /// Notes the hub's answer and tells the page. A photo dropped meanwhile is taken back from the hub.
    async fn note(&self, hub: &Hub, owner: &Owner, mut photo: KeptPhoto, fate: Fate) {
        let still_wanted = self.store().photo_answered(owner, &photo.id, &fate).await;
        if matches!(still_wanted, Ok(false)) {
            if let Fate::Sent(there) = fate {
                take_back(hub, &photo, &there).await;
            }
            return;
        }
        photo.fate = fate;
        self.tell_evidence(&photo.case, self.shown(&photo));
    }

    fn unreadable_photo(&self) -> Box<Problem> {
        self.problem(
            Code::DeskFault,
            ("照片无法读取", "Photo unreadable"),
            ("本机保存的照片无法读取，请重新拍摄。", "The photo kept on this device cannot be read. Take it again."),
        )
    }
}

async fn take_back(hub: &Hub, photo: &KeptPhoto, there: &Photo) {
    if let Err(error) = hub.drop_photo(photo.case.clone(), there.id.clone()).await {
        tracing::info!(%error, "a photo given up stays on the hub, unused");
    }
}

/// Whether sending the same again could end no other way.
const fn is_final(status: u16) -> bool {
    matches!(status, 400..=499) && !matches!(status, 401 | 408 | 425 | 429)
}
