//! The daily report.

use lanedesk_wire::report::Report;

commands! { desk:
    /// One day (local, `2026-11-22`) of the lots in scope.
    report(day: String) -> Report = {
        let day = desk.day(&day)?;
        desk.ask(|hub| async move { hub.report(day).await }).await
    };
    /// This person's word that they read it.
    acknowledge_report(day: String) -> Report = {
        let day = desk.day(&day)?;
        desk.ask(|hub| async move { hub.acknowledge_report(day).await }).await
    };
}
