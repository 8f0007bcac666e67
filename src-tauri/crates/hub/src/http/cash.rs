//! `/api/cases/{case}/cash`, `/api/cash` 代收现金 (R39)

use super::handler::handlers;
use crate::ops::cash::{self, CashQuery};
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::{
    cash::{Cash, CashTotal, TakeCash},
    list::Page,
};

handlers! { routes:
    /// Records cash; it counts as paid.
    post "/api/cases/{case}/cash" "case" RecordCash take(hub, actor) [case: CaseId] {taken: TakeCash}
        -> 201 Cash, 409 "`not_offered`, `lease_lost`" = cash::take(hub, actor, &case, &taken);
    /// Cash taken, newest first.
    get "/api/cash" "cash" SeeCash list(hub, actor) ?[which: CashQuery] -> 200 Page<Cash>
        = cash::list(hub, actor, which);
    /// Sums by person and shift.
    get "/api/cash/totals" "cash" SeeCash totals(hub, actor) ?[which: CashQuery] -> 200 Page<CashTotal>
        = cash::totals(hub, actor, which);
}
