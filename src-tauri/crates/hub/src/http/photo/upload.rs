//! A photo as a form brings it.

use crate::{
    error::{Error, Result},
    ops::photo::PhotoUpload,
};
use axum::{
    extract::{
        FromRequest, FromRequestParts, Multipart, Path, Request,
        multipart::{Field, MultipartError},
    },
    http::{StatusCode, header, request::Parts},
};
use bytes::Bytes;
use lanedesk_domain::{
    ids::{CaseId, PhotoId},
    time::Timestamp,
};
use lanedesk_wire::photo::PhotoSource;
use std::{convert::Infallible, str::FromStr};

/// The form as the contract describes it.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct Shape {
    /// JPEG or PNG.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Which camera took it.
    source: PhotoSource,
    /// When, in hub time; now, unless given.
    taken_at: Option<Timestamp>,
}

/// A form that is read when somebody asks for it.
pub(super) struct Form(Result<Multipart>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
            return Ok(Self(Err(Error::UnsupportedMedia)));
        }
        let form = Multipart::from_request(request, state).await;
        Ok(Self(form.map_err(|_| unreadable())))
    }
}

impl Form {
    /// The photo in it.
    pub(super) async fn read(self) -> Result<PhotoUpload> {
        let mut form = self.0?;
        let (mut file, mut source, mut taken_at) = (None, None, None);
        while let Some(field) = form.next_field().await.map_err(|e| refused(&e))? {
            match field.name() {
                Some("file") => file = Some(picture(field).await?),
                Some("source") => source = Some(part(field, "source").await?),
                Some("taken_at") => taken_at = Some(part(field, "taken_at").await?),
                _ => {}
            }
        }
        Ok(PhotoUpload {
            file: file.ok_or_else(|| empty("file"))?,
            source: source.ok_or_else(|| empty("source"))?,
            taken_at,
        })
    }
}

/// The file. What it is decide its bytes; a part that calls itself something else is not taken.
async fn picture(field: Field<'_>) -> Result<Bytes> {
    let kind = field.content_type().unwrap_or("application/octet-stream");
    let known = ["image/jpeg", "image/jpg", "image/png", "application/octet-stream"];
    if !known.contains(&kind.to_ascii_lowercase().as_str()) {
        return Err(Error::UnsupportedMedia);
    }
    field.bytes().await.map_err(|e| refused(&e))
}

async fn part<T: FromStr>(field: Field<'_>, name: &'static str) -> Result<T> {
    let text = field.text().await.map_err(|e| refused(&e))?;
    let wrong = |_| Error::Invalid { field: name, why: "not_acceptable" };
    text.trim().parse().map_err(wrong)
}

fn empty(field: &'static str) -> Error {
    Error::Invalid { field, why: "empty" }
}

fn refused(error: &MultipartError) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        _ => unreadable(),
    }
}

fn unreadable() -> Error {
    Error::BadRequest("the form did not arrive whole".to_owned())
}

/// A photo of a case, as the path names them. What is no id names nothing that is there.
pub(super) struct PhotoCasePath(Option<(CaseId, PhotoId)>);

impl PhotoCasePath {
    /// The ids.
    pub(super) fn get(self) -> Result<(CaseId, PhotoId)> {
        self.0.ok_or(Error::NotFound)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PhotoCasePath {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let texts = Path::<(String, String)>::from_request_parts(parts, state).await;
        let ids = texts.ok().and_then(|Path((case, id))| {
            let (case, id) = (case.parse().ok()?, id.parse().ok()?);
            Some((case, id))
        });
        Ok(Self(ids))
    }
}
