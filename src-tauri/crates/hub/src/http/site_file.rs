//! `/api/site/import`, `/api/site/export`: the site, or a list of it, as a file (R34)

use super::{Asker, Language, Params, export, fault, input::read, problem};
use crate::{
    auth::Visitor,
    error::{Error, Result},
    hub::Hub,
    ops::site::{
        give_out,
        take_in::{self, FileKind, SiteUpload},
    },
};
use axum::{
    body::Body,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use lanedesk_domain::person::Permission;
use lanedesk_wire::{
    problem::Problem,
    site::{ImportPhase, ImportProgress, ImportResult, SiteTable},
};
use std::convert::Infallible;
use tokio::sync::mpsc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The largest file taken: some 300,000 passes.
const FILE_LIMIT: usize = 64 * 1024 * 1024;

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(take)).routes(routes!(give))
}

/// What kind of file, and what for.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SiteFileQuery {
    /// `toml`, `csv` or `xlsx`; `toml` where it is not given.
    format: Option<String>,
    /// What a sheet holds: `pass`, `lot` or `person`.
    table: Option<SiteTable>,
    /// Only look what it would do.
    preview: Option<bool>,
}

/// The body, which is read when somebody has asked who may send it.
struct RawBody(Body);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self(request.into_body()))
    }
}

/// Takes a site file, or a sheet, in. With `Accept: application/x-ndjson` it is answered line by line while it goes on.
#[utoipa::path(post, path = "/api/site/import", tag = "site", params(SiteFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, description = "what it did, or would do", content(
        (ImportResult = "application/json"),
        (String = "application/x-ndjson"),
    )), (status = 422, description = "`invalid` with `faults`", body = Problem)))]
async fn take(
    State(hub): State<Hub>,
    visitor: Visitor,
    about: Params<SiteFileQuery>,
    headers: HeaderMap,
    raw: RawBody,
) -> Result<Response> {
    visitor.actor.allow(Permission::Configure)?;
    visitor.confirmed(&hub, |rules| rules.reentry_settings)?;
    let about = about.get()?;
    let kind: FileKind = about.format.as_deref().unwrap_or("toml").parse()?;
    let (table, preview, bytes) = (about.table, about.preview.unwrap_or(false), read(raw.0, FILE_LIMIT).await?);
    let work = ImportTask {
        hub,
        visitor,
        language: Language::of(&headers),
        upload: SiteUpload { kind, table, preview, bytes },
    };
    if line_by_line(&headers) { Ok(work.told()) } else { work.answered().await }
}

fn line_by_line(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/x-ndjson"))
}

struct ImportTask {
    hub: Hub,
    visitor: Visitor,
    language: Language,
    upload: SiteUpload,
}

impl ImportTask {
    /// A preview tells its faults beside what it would do; an import with faults is refused.
    async fn done(self, told: Option<&take_in::Observer>) -> Result<ImportResult> {
        let (preview, language) = (self.upload.preview, self.language);
        let (mut result, faults) = take_in::take_in(&self.hub, &self.visitor.actor, self.upload, told).await?;
        if faults.is_empty() {
            return Ok(result);
        }
        if !preview {
            return Err(Error::Faults(faults));
        }
        result.faults = fault::told(&faults, language);
        Ok(result)
    }

    async fn answered(self) -> Result<Response> {
        self.done(None).await.map(|result| axum::Json(result).into_response())
    }

    /// One JSON object a line; the last holds the result or the problem.
    fn told(self) -> Response {
        let (told, lines) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let language = self.language;
            let ended = self.done(Some(&told)).await;
            let (result, problem) = match ended {
                Ok(result) => (Some(result), None),
                Err(error) => (None, Some(problem::spoken(&error, language))),
            };
            let (phase, done) = (ImportPhase::Writing, result.as_ref().map_or(0, |result| result.rows));
            // Nobody may be listening any more; what was written is written.
            let _ = told.send(ImportProgress { phase, done, total: done, result, problem });
        });
        let lines = futures::stream::unfold(lines, async |mut lines| {
            let line: ImportProgress = lines.recv().await?;
            let mut text = serde_json::to_vec(&line).unwrap_or_default();
            text.push(b'\n');
            Some((Ok::<_, Infallible>(Bytes::from(text)), lines))
        });
        let mut response = Response::new(Body::from_stream(lines));
        let kind = HeaderValue::from_static("application/x-ndjson");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

/// The site as a site file without secrets, or one of its lists as a sheet.
#[utoipa::path(get, path = "/api/site/export", tag = "site", params(SiteFileQuery), responses(
    (status = 200, description = "the file", content(
        (String = "application/toml"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))))]
async fn give(State(hub): State<Hub>, Asker(actor): Asker, about: Params<SiteFileQuery>) -> Result<Response> {
    actor.allow(Permission::Configure)?;
    let about = about.get()?;
    let table = about.table;
    let site = give_out::give_out(&hub, &actor, table).await?;
    let Some(table) = table else {
        let kind = HeaderValue::from_static("application/toml; charset=utf-8");
        return Ok(export::attached("site.toml", kind, Body::from(site.to_toml())));
    };
    let rows = crate::site::sheet::written(table, &site).ok_or(Error::NotFound)?;
    export::table(&table.word(), about.format.as_deref(), &actor.name, &rows)
}
