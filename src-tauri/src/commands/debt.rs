//! Follow-up debts (R38).

use lanedesk_client::Hub;
use lanedesk_domain::{ids::CaseId, money::Fen};
use lanedesk_wire::debt::{Debt, FileDebt};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What is filed; Rust adds the fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NewDebt {
    /// The driver's phone; a debt needs it or a plate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What is owed.
    pub amount_fen: Fen,
}

commands! { desk:
    /// Files what is owed in a case.
    file_debt(case_id: CaseId, debt: NewDebt) -> Debt = {
        let NewDebt { phone, amount_fen } = debt;
        let step =
            |hub: Hub, id: CaseId, fence| async move { hub.file_debt(id, FileDebt { fence, phone, amount_fen }).await };
        desk.step(case_id, step).await
    };
}
