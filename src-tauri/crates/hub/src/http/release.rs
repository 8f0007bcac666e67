//! `/api/cases/{case}/release`, `/api/reasons`

use super::handler::handlers;
use crate::{error::Error, ops::release};
use futures::{TryFutureExt as _, future::ok};
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::{
    list::Page,
    release::{ReasonChoice, Release, ReleaseAnswer, ReleaseForm},
};

handlers! { routes:
    /// What a release of this case asks for now.
    get "/api/cases/{case}/release" "case" Release form(hub, actor) [case: CaseId]
        -> 200 ReleaseForm, 409 "`not_offered`: no barrier, or the vehicle's way is not known"
        = release::form(hub, actor, &case);
    /// Release a vehicle against the rules. Sent again under the same id, it acts once. Answers within 12 s.
    post "/api/cases/{case}/release" "case" Release + reentry_release press(hub, actor) [case: CaseId] {wanted: Release}
        -> 200 ReleaseAnswer,
        409 "`lease_lost`, `not_offered`, `approval_required`, `approval_denied`, `order_in_flight`, \
            `order_late` or `order_id_used`",
        422 "`reason_required`, `remark_required`, `evidence_required`, or `invalid` with its field",
        503 "`unavailable`: nothing could be written, so nothing was sent"
        = release::release(hub, actor, &case, wanted).map_ok(|opening| ReleaseAnswer { opening });
    /// The reasons people may choose for a release, and what each asks for at an exit.
    get "/api/reasons" "records" View reasons(hub, actor) -> 200 Page<ReasonChoice>
        = ok::<_, Error>(release::reasons(hub));
}
