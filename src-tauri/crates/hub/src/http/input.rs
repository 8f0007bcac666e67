//! What a request brings. Reading never refuses by itself: a handler asks for it after it has asked who may do this.

use crate::{
    actor::Actor,
    auth::{Admission, Visitor},
    error::{Error, Result},
};
use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
    http::{StatusCode, header, request::Parts},
};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{convert::Infallible, str::FromStr, sync::Arc};

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or(Error::NoSession)
    }
}

/// The person who asks.
pub struct Asker(pub Arc<Actor>);

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        Visitor::from_request_parts(parts, state).await.map(|visitor| Self(visitor.actor))
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
        Ok(Self(read.map(|Query(read)| read).map_err(|error| Error::BadRequest(error.body_text()))))
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
        let json = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
            kind.to_str().is_ok_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"))
        });
        if !json {
            return Ok(Self(Err(Error::UnsupportedMedia)));
        }
        let let_in: Option<Admission> = request.extensions().get().cloned();
        let body = Bytes::from_request(request, state).await;
        if let Some(let_in) = let_in
            && let Err(refused) = let_in.still().await
        {
            return Ok(Self(Err(refused)));
        }
        Ok(Self(body.map_err(|error| unreadable(&error)).and_then(|body| parse(&body))))
    }
}

/// Reads JSON.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    // The position is enough to find the fault; the content may hold what no log should.
    serde_json::from_slice(body).or_else(|error| {
        let (line, column) = (error.line(), error.column());
        let fault = Error::BadRequest(format!("line {line} column {column}"));
        with_whole_numbers(body).ok_or(fault)
    })
}

/// JSON has one kind of number: 3.0 is a whole one to programs that write it so, and none to Rust's integers.
fn with_whole_numbers<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let mut value = serde_json::from_slice(body).ok()?;
    make_whole(&mut value);
    serde_json::from_value(value).ok()
}

fn make_whole(value: &mut Value) {
    /// Beyond it the next whole number is not told from this one.
    const MOST: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|n| n.fract() == 0.0);
            #[expect(clippy::cast_possible_truncation, reason = "whole, and below 2^53")]
            if let Some(whole) = whole.filter(|n| n.abs() < MOST) {
                *value = Value::from(whole as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(make_whole),
        Value::Object(members) => members.values_mut().for_each(make_whole),
        _ => {}
    }
}

/// Reads a body whose sender is known, or that is small.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes> {
    let limited = http_body_util::Limited::new(body, limit);
    match limited.collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Error::TooLarge),
        Err(_) => Err(not_whole()),
    }
}

fn not_whole() -> Error {
    Error::BadRequest("the body did not arrive whole".to_owned())
}

/// Why a body could not be read.
pub(super) fn unreadable(error: &BytesRejection) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        _ => not_whole(),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let whole: Vec<i64> = parse(b"[3.0, -2, 1e3]").unwrap();
        assert_eq!(whole, [3, -2, 1_000]);
        for other in [&b"[3.5]"[..], b"[1e300]", b"[\"3\"]"] {
            assert!(parse::<Vec<i64>>(other).is_err());
        }
    }
}
