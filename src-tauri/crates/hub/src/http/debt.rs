//! `/api/debts`, `/api/cases/{case}/debt`

use super::handler::handlers;
use crate::ops::debt::{self, DebtQuery};
use lanedesk_domain::ids::{CaseId, DebtId};
use lanedesk_wire::{
    debt::{Debt, FileDebt, WaiveDebt},
    list::Page,
};

handlers! { routes:
    /// File what is owed where no candidate fits.
    post "/api/cases/{case}/debt" "case" FileDebt file(hub, actor) [case: CaseId] {wanted: FileDebt}
        -> 201 Debt, 409 "`lease_lost` or `not_offered`", 422 "`invalid` with its field"
        = debt::file(hub, actor, &case, &wanted);
    /// Follow-up debts, newest first. Who may not see others' sees those they filed.
    get "/api/debts" "records" Openings list(hub, actor) ?[which: DebtQuery] -> 200 Page<Debt>
        = debt::list(hub, actor, which);
    /// Give a debt up, with a reason.
    post "/api/debts/{id}/waive" "records" WaiveDebt waive(hub, actor) [id: DebtId] {why: WaiveDebt}
        -> 200 Debt, 422 "`reason_required`, or `invalid`: it is not open"
        = debt::waive(hub, actor, &id, &why.reason);
}
