//! Working a case: the fence stays in Rust, the page names only the case.

use lanedesk_client::Hub;
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::case::{Claimed, CloseCase, HandOver};

commands! { desk:
    /// The case this person works now, so that a reloaded page finds its work again.
    current_case() -> Option<Claimed> = desk.current_case().await;
    /// Ends the case and frees the lane at once (R8).
    close_case(case_id: CaseId, close: CloseCase) -> () = {
        let end = |hub: Hub, id: CaseId| async move { hub.close_case(id, close).await };
        desk.end_case(case_id, end).await
    };
    /// Hands the case to another person with a note.
    hand_over_case(case_id: CaseId, to: HandOver) -> () = {
        let end = |hub: Hub, id: CaseId| async move { hub.hand_over(id, to).await };
        desk.end_case(case_id, end).await
    };
}
