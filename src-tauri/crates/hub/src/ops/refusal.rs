//! Writes down what was refused: counted for `/metrics`, and put together by minute for the audit.

use crate::{
    hub::Hub,
    refusal::{Refusal, Trace, minute},
    store::{Audit, StoreError},
};
use lanedesk_domain::ids::PersonId;
use serde_json::json;
use std::net::IpAddr;

/// Counts a refusal and leaves its trace. Nobody waits for it to be written.
pub fn note(hub: &Hub, what: Refusal, from: Option<IpAddr>, person: Option<&PersonId>, subject: &str) {
    hub.metrics().refused(what);
    let now = hub.clock().now();
    let traces = hub.refusals().note(what, from, person, subject, now);
    if !traces.is_empty() {
        tokio::spawn(written(hub.clone(), traces));
    }
}

/// Writes what is left of each minute when it is over; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    loop {
        let now = hub.clock().now();
        written(hub.clone(), hub.refusals().due(now)).await;
        hub.clock().sleep_until(minute(now).plus_minutes(1)).await;
    }
}

async fn written(hub: Hub, traces: Vec<Trace>) {
    if traces.is_empty() {
        return;
    }
    let now = hub.clock().now();
    let written: Result<(), StoreError> = hub
        .store()
        .write(async move |tx| {
            for trace in &traces {
                let body = json!({
                    "from": trace.from,
                    "times": trace.times,
                    "minute": trace.minute,
                });
                tx.audit(Audit::new(now, trace.person.as_ref(), trace.what.action(), trace.subject.clone(), body))
                    .await?;
            }
            Ok(())
        })
        .await;
    if let Err(error) = written {
        tracing::warn!(%error, "refusals were counted but not written down");
    }
}
