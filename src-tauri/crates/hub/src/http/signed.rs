//! Requests of other systems, proven by a signature over time stamp and body.

use super::input::{parse, unreadable};
use crate::{
    error::Result,
    hub::Hub,
    signature::{self, Proof},
};
use axum::{
    extract::{FromRequest, Request},
    http::HeaderMap,
};
use bytes::Bytes;
use lanedesk_domain::ids::IntegrationId;
use serde::de::DeserializeOwned;
use std::convert::Infallible;

/// A signed request, read whole and not yet believed.
pub(super) struct Signed {
    headers: HeaderMap,
    body: Result<Bytes>,
}

impl<S: Send + Sync> FromRequest<S> for Signed {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state).await;
        Ok(Self {
            headers,
            body: body.map_err(|error| unreadable(&error)),
        })
    }
}

impl Signed {
    /// What it says, if an integration of this kind signed it.
    pub(super) fn check<T: DeserializeOwned>(
        self,
        hub: &Hub,
        kind: &str,
    ) -> Result<(IntegrationId, T)> {
        let header = |name| {
            let value = self.headers.get(name);
            value.and_then(|v| v.to_str().ok()).unwrap_or_default()
        };
        let proof = Proof {
            integration: header("x-integration"),
            timestamp: header("x-timestamp"),
            signature: header("x-signature"),
        };
        let body = self.body?;
        let from = signature::check(hub, kind, &proof, &body)?;
        Ok((from, parse(&body)?))
    }
}
