//! What a request brings. Reading never refuses by itself: a handler asks for it after it has asked who may do this.

use crate::{
    actor::Actor,
    auth::Visitor,
    error::{Error, Result},
};
use axum::{
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
    http::{StatusCode, header, request::Parts},
};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use std::{convert::Infallible, str::FromStr, sync::Arc};

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Error::NoSession)
    }
}

/// The person who asks.
pub struct Who(pub Arc<Actor>);

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        Visitor::from_request_parts(parts, state)
            .await
            .map(|visitor| Self(visitor.actor))
    }
}

/// The id in the path. One that is no id names nothing that is there.
pub struct Id<T>(Option<T>);

impl<T> Id<T> {
    /// The id.
    pub fn get(self) -> Result<T> {
        self.0.ok_or(Error::NotFound)
    }
}

impl<T: FromStr + Send, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        Ok(Self(text.and_then(|Path(text)| text.parse().ok())))
    }
}

/// The query string.
pub struct Params<T>(Result<T>);

impl<T> Params<T> {
    /// What it says.
    pub fn get(self) -> Result<T> {
        self.0
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        Ok(Self(
            read.map(|Query(read)| read)
                .map_err(|error| Error::BadRequest(error.body_text())),
        ))
    }
}

/// The JSON body.
pub struct Input<T>(Result<T>);

impl<T> Input<T> {
    /// What it says.
    pub fn get(self) -> Result<T> {
        self.0
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| {
                kind.to_str()
                    .is_ok_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"))
            });
        if !json {
            return Ok(Self(Err(Error::UnsupportedMedia)));
        }
        let body = Bytes::from_request(request, state).await;
        Ok(Self(
            body.map_err(|error| unreadable(&error))
                .and_then(|body| parse(&body)),
        ))
    }
}

/// Reads JSON.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    // The position is enough to find the fault; the content may hold what no log should.
    serde_json::from_slice(body).map_err(|error| {
        Error::BadRequest(format!("line {} column {}", error.line(), error.column()))
    })
}

/// Why a body could not be read.
pub(super) fn unreadable(error: &BytesRejection) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        _ => Error::BadRequest("the body did not arrive whole".to_owned()),
    }
}
