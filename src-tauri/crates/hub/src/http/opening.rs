//! `/api/openings`

use super::handler::handlers;
use crate::ops::{
    evidence,
    opening::{self, OpeningQuery},
    release,
};
use lanedesk_domain::ids::OpeningId;
use lanedesk_wire::{
    case::TimelineEntry,
    list::Page,
    opening::{ClosePhotos, Opening},
    photo::Evidence,
};

handlers! { routes:
    /// Manual openings, newest first; one's own where the role does not see others'.
    get "/api/openings" "opening" Openings list(hub, actor) ?[asked: OpeningQuery] -> 200 Page<Opening>
        = opening::list(hub, actor, asked);
    /// One manual opening.
    get "/api/openings/{opening}" "opening" Openings one(hub, actor) [id: OpeningId] -> 200 Opening, 404
        = opening::one(hub, actor, &id);
    /// Every step of its case, oldest first (R35).
    get "/api/openings/{opening}/timeline" "opening" Openings timeline(hub, actor) [id: OpeningId]
        -> 200 Page<TimelineEntry>, 404 = opening::timeline(hub, actor, &id);
    /// Where its photos stand: kept, held, deleted when their time had come, or damaged (R36).
    get "/api/openings/{opening}/photos" "opening" Openings photos(hub, actor) [id: OpeningId]
        -> 200 Page<Evidence>, 404 = evidence::of_opening(hub, actor, &id);
    /// Wait no longer for overdue photos of a release, with a reason (补录, R24).
    post "/api/openings/{opening}/photos/close" "opening" ClosePhotos close_photos(hub, actor) [id: OpeningId]
        {why: ClosePhotos} -> 200 Opening, 404, 422 "`reason_required`, or `invalid`: nothing is overdue"
        = release::close_photos(hub, actor, &id, &why.reason);
}
