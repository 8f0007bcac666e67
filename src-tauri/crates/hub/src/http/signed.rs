//! Requests of other systems, proven by a signature over time stamp and body.
//!
//! What can be told from the head is looked at before the body is read: the sender, the time stamp, the form of the
//! signature. The body of whoever passes is read with a small limit, and believed once its signature is right.

use super::{
    input::{parse, read},
    prove,
    session::origin,
};
use crate::{
    error::{Error, Result},
    hub::Hub,
    ops,
    refusal::Refusal,
    signature::{self, Proof},
};
use axum::{
    extract::{FromRequest, Request},
    http::HeaderMap,
};
use lanedesk_domain::ids::IntegrationId;
use serde::de::DeserializeOwned;
use std::convert::Infallible;

/// The largest event, bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// A signed request, neither read nor believed.
pub(super) struct SignedRequest(Request);

impl<S: Send + Sync> FromRequest<S> for SignedRequest {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self(request))
    }
}

impl SignedRequest {
    /// What it says, if an integration of this kind signed it.
    pub(super) async fn check<T: DeserializeOwned>(self, hub: &Hub, kind: &str) -> Result<(IntegrationId, T)> {
        let from = origin(self.0.extensions());
        let checked = self.checked(hub, kind).await;
        if let Err(Error::BadSignature) = &checked {
            let subject = format!("integration:{kind}");
            ops::refusal::note(hub, Refusal::Signature, Some(from), None, &subject);
        }
        checked
    }

    async fn checked<T: DeserializeOwned>(self, hub: &Hub, kind: &str) -> Result<(IntegrationId, T)> {
        let (parts, body) = self.0.into_parts();
        let header = |name| value(&parts.headers, name);
        let proof = Proof {
            integration: header("x-integration"),
            timestamp: header("x-timestamp"),
            signature: header("x-signature"),
        };
        signature::look(hub, kind, &proof)?;
        let body = read(body, BODY_LIMIT).await?;
        let from = signature::check(hub, kind, &proof, &body)?;
        prove(&parts.extensions);
        Ok((from, parse(&body)?))
    }
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name);
    value.and_then(|v| v.to_str().ok()).unwrap_or_default()
}
