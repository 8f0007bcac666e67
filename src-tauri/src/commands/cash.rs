//! Cash taken at the gate (R39).

use lanedesk_domain::{ids::CaseId, money::Fen};
use lanedesk_wire::cash::Cash;

commands! { desk:
    /// Records cash taken in the case at hand 「代收现金」. Pressed again after no answer came, it counts once.
    take_cash(case_id: CaseId, amount_fen: Fen) -> Cash = desk.take_cash(case_id, amount_fen).await;
}
