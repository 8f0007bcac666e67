//! Photos of the case at hand: sealed here before they are shown as taken, sent once when the hub is reached (R23).

use super::{Desk, now};
use crate::{
    camera::thumb,
    commands::{
        Reply,
        evidence::{EvidencePhoto, EvidenceState},
    },
    events::EvidenceChanged,
    store::{Fate, KeptPhoto, Owner},
};
use lanedesk_client::{Hub, TakenPhoto};
use lanedesk_domain::{
    ids::{CaseId, PhotoId},
    time::Timestamp,
};
use lanedesk_wire::{
    photo::{Photo, PhotoSource},
    problem::{Code, Problem},
};
use std::time::Instant;

/// The hub takes no larger ones; said here before megabytes are sent in vain.
const LARGEST: usize = 15 * 1024 * 1024;

/// A photo the system's own camera took, as the page sends it.
#[derive(Debug, Clone)]
pub struct SystemPhoto {
    /// The case, from the header `x-case`.
    pub case: Option<CaseId>,
    /// The file, from the raw body.
    pub bytes: Vec<u8>,
}

/// A small picture of a photo taken here, held in memory while its case is worked.
#[derive(Debug)]
pub(super) struct Thumb {
    case: CaseId,
    jpeg: Vec<u8>,
}

impl Desk {
    /// Adds a photo the system's own camera took just now.
    pub async fn add_photo(&self, taken: SystemPhoto) -> Reply<EvidencePhoto> {
        let case = taken.case.ok_or_else(|| self.no_photo())?;
        self.photographs(&case)?;
        if taken.bytes.is_empty() {
            return Err(self.no_photo());
        }
        if taken.bytes.len() > LARGEST {
            return Err(self.large_photo());
        }
        let taken_at = self.hub_time(Instant::now());
        self.keep(case, PhotoSource::SystemCamera, taken_at, taken.bytes).await
    }

    /// Has the lane's ID camera take a photo.
    pub async fn photo_from_lane(&self, case: CaseId) -> Reply<EvidencePhoto> {
        let named = case.clone();
        let step = |hub: Hub, id: CaseId, fence| async move { hub.photo_from_lane(id, fence).await };
        let photo = self.step(named, step).await?;
        let photo = on_the_hub(photo);
        self.tell_evidence(&case, photo.clone());
        Ok(photo)
    }

    /// The photos of a case, oldest first: those taken here, and those the hub has from elsewhere.
    pub async fn evidence(&self, case: CaseId) -> Reply<Vec<EvidencePhoto>> {
        let kept = self.store().photos(&self.owner(), &case).await;
        let kept = kept.unwrap_or_default();
        let mut photos: Vec<EvidencePhoto> = kept.iter().map(|photo| self.shown(photo)).collect();
        // Without the hub what is here is shown; it is what this person took.
        if let Ok(form) = self.ask(|hub| async move { hub.release_form(case).await }).await {
            let known = |id: &PhotoId| {
                let same = |photo: &EvidencePhoto| photo.photo.as_ref().is_some_and(|photo| photo.id == *id);
                photos.iter().any(same)
            };
            let others: Vec<Photo> = form.photos.into_iter().filter(|photo| !known(&photo.id)).collect();
            photos.extend(others.into_iter().map(on_the_hub));
            photos.sort_by_key(|photo| photo.taken_at);
        }
        Ok(photos)
    }

    /// Gives a photo up, here and on the hub.
    pub async fn drop_photo(&self, case: CaseId, id: String) -> Reply<()> {
        let owner = self.owner();
        let kept = self.store().photo(&owner, &id).await.ok().flatten();
        let there = match kept.map(|photo| photo.fate) {
            Some(Fate::Sent(photo)) => Some(photo.id),
            Some(Fate::Waiting | Fate::Refused(_)) => None,
            None => Some(id.parse().map_err(|_| self.no_photo())?),
        };
        if let Some(photo) = there {
            self.ask(|hub| async move { hub.drop_photo(case, photo).await }).await?;
        }
        self.state().thumbs.remove(&id);
        self.stored(self.store().drop_photo(&owner, &id).await)
    }

    /// Seals a photo here, shows it, and has it sent.
    pub(super) async fn keep(
        &self,
        case: CaseId,
        source: PhotoSource,
        taken_at: Timestamp,
        picture: Vec<u8>,
    ) -> Reply<EvidencePhoto> {
        let owner = self.owner();
        let kept = KeptPhoto { id: PhotoId::new().to_string(), case, source, taken_at, fate: Fate::Waiting };
        let (small, picture) = unblocked_thumb(picture).await;
        if let Err(problem) = self.sealed(&owner, &kept, picture.clone()).await {
            // A full disk must not keep a barrier shut: the hub may still take it at once.
            return self.send_at_once(kept, picture).await.map_err(|_| problem);
        }
        if let Some(jpeg) = small {
            let case = kept.case.clone();
            self.state().thumbs.insert(kept.id.clone(), Thumb { case, jpeg });
        }
        self.send_photos();
        let shown = self.shown(&kept);
        self.tell_evidence(&kept.case, shown.clone());
        Ok(shown)
    }

    async fn sealed(&self, owner: &Owner, photo: &KeptPhoto, picture: Vec<u8>) -> Reply<()> {
        let sealed = self.seal().close(&photo.id, picture).await;
        let sealed = sealed.map_err(|error| {
            tracing::warn!(%error, "a photo could not be sealed");
            self.no_photo()
        })?;
        let kept = self.store().keep_photo(owner, photo, &sealed, now()).await;
        self.stored(kept)
    }

    async fn send_at_once(&self, kept: KeptPhoto, picture: Vec<u8>) -> Reply<EvidencePhoto> {
        let case = kept.case.clone();
        let photo = TakenPhoto { case: kept.case, source: kept.source, taken_at: kept.taken_at, bytes: picture.into() };
        let photo = self.ask(|hub| async move { hub.send_photo(photo).await }).await?;
        let photo = on_the_hub(photo);
        self.tell_evidence(&case, photo.clone());
        Ok(photo)
    }

    /// A photo as the page shows it.
    pub(super) fn shown(&self, kept: &KeptPhoto) -> EvidencePhoto {
        let here = self.state().thumbs.contains_key(&kept.id);
        let mut shown = EvidencePhoto {
            id: kept.id.clone(),
            state: EvidenceState::Waiting,
            photo: None,
            problem: None,
            taken_at: kept.taken_at,
            thumb: format!("/local/photos/{}", kept.id),
        };
        match &kept.fate {
            Fate::Waiting => {}
            Fate::Sent(photo) => {
                shown.state = EvidenceState::Sent;
                if !here {
                    shown.thumb = thumb_of(photo);
                }
                shown.photo = Some(photo.clone());
            }
            Fate::Refused(problem) => {
                shown.state = EvidenceState::Refused;
                shown.problem = Some((**problem).clone());
            }
        }
        shown
    }

    /// A small picture of a photo taken here.
    pub async fn local_thumb(&self, id: &str) -> Option<Vec<u8>> {
        let held = self.state().thumbs.get(id).map(|thumb| thumb.jpeg.clone());
        if held.is_some() {
            return held;
        }
        let sealed = self.store().sealed_photo(&self.owner(), id).await;
        let picture = self.seal().open(id, sealed.ok()??).await.ok()?;
        unblocked_thumb(picture).await.0
    }

    /// Small pictures are held only while their case is worked.
    pub(super) fn forget_thumbs(&self, case: &CaseId) {
        self.state().thumbs.retain(|_, thumb| thumb.case != *case);
    }

    pub(super) fn tell_evidence(&self, case: &CaseId, photo: EvidencePhoto) {
        let case = case.clone();
        self.page().evidence_changed(EvidenceChanged { case, photo });
    }

    /// The hub's time at a moment; this device's own where the hub has not been heard yet.
    pub(super) fn hub_time(&self, moment: Instant) -> Timestamp {
        let hub = self.state().hub.clone();
        hub.and_then(|hub| hub.clock().at(moment)).unwrap_or_else(now)
    }

    fn no_photo(&self) -> Box<Problem> {
        self.problem(
            Code::DeskFault,
            ("没有照片", "No photo"),
            ("没有收到照片，请再拍一次。", "No photo arrived. Take it once more."),
        )
    }

    fn large_photo(&self) -> Box<Problem> {
        self.problem(
            Code::TooLarge,
            ("照片过大", "Photo too large"),
            (
                "照片超过 15 MB，请降低相机分辨率后再拍。",
                "The photo is larger than 15 MB. Lower the camera's resolution and take it again.",
            ),
        )
    }
}

fn on_the_hub(photo: Photo) -> EvidencePhoto {
    EvidencePhoto {
        id: photo.id.to_string(),
        state: EvidenceState::Sent,
        problem: None,
        taken_at: photo.taken_at,
        thumb: thumb_of(&photo),
        photo: Some(photo),
    }
}

fn thumb_of(photo: &Photo) -> String {
    format!("/api/photos/{}?size=thumb", photo.id)
}

/// Decoding a large photo takes a while; the desk goes on meanwhile.
async fn unblocked_thumb(picture: Vec<u8>) -> (Option<Vec<u8>>, Vec<u8>) {
    let work = tokio::task::spawn_blocking(move || (thumb(&picture), picture));
    // The work panics nowhere; if it did, the photo would be lost and is therefore told as not taken.
    work.await.unwrap_or_default()
}
