//! `/api/cases/{case}/help` 「需要帮助」

use super::handler::handlers;
use crate::ops::help;
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::board::HelpNote;

handlers! { routes:
    /// The holder asks supervisors for help.
    post "/api/cases/{case}/help" "case" AskHelp ask(hub, actor) [case: CaseId] {told: HelpNote}
        -> 204, 409 "`lease_lost`" = help::ask(hub, actor, &case, &told.note);
    /// The holder needs none any more.
    delete "/api/cases/{case}/help" "case" AskHelp end(hub, actor) [case: CaseId] -> 204 = help::end(hub, actor, &case);
    /// A supervisor answers.
    post "/api/cases/{case}/help/answer" "case" AnswerHelp reply(hub, actor) [case: CaseId] {told: HelpNote}
        -> 204, 404 "nobody asks" = help::answer(hub, actor, &case, &told.note);
}
