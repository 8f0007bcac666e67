//! `/api/openings/export`

mod cells;
mod csv;
mod xlsx;
mod zip;

use super::{Asker, Language, Params};
use crate::{
    error::{Error, Result},
    hub::Hub,
    ops::{
        export::{self, Export},
        opening::OpeningQuery,
    },
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use cells::CellWriter;
use lanedesk_domain::person::Permission;
use lanedesk_wire::opening::Opening;
use std::{io, sync::Arc};
use tokio::{sync::mpsc, task::spawn_blocking};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(file))
}

/// What kind of file.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `csv` (UTF-8 with BOM) or `xlsx`; `csv` where it is not given.
    format: Option<String>,
}

/// The openings of a filter as a file, streamed; titles in Chinese, or English with `Accept-Language: en`.
#[utoipa::path(get, path = "/api/openings/export", tag = "opening", params(ExportQuery, OpeningQuery), responses(
    (status = 200, description = "the file", content(
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))))]
async fn file(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    headers: HeaderMap,
    kind: Params<ExportQuery>,
    asked: Params<OpeningQuery>,
) -> Result<Response> {
    actor.allow(Permission::Export)?;
    let format = Format::of(kind.get()?.format.as_deref())?;
    let export = export::begin(&hub, &actor, format.word(), asked.get()?).await?;
    Ok(answer(export, format, Language::of(&headers)))
}

/// A kind of file.
#[derive(Debug, Clone, Copy)]
enum Format {
    Csv,
    Xlsx,
}

impl Format {
    fn of(word: Option<&str>) -> Result<Self> {
        match word {
            None | Some("csv") => Ok(Self::Csv),
            Some("xlsx") => Ok(Self::Xlsx),
            Some(_) => Err(Error::Invalid { field: "format", why: "not_acceptable" }),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    fn kind(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        })
    }

    fn sheet(self, words: CellWriter) -> io::Result<Box<dyn Sheet>> {
        Ok(match self {
            Self::Csv => Box::new(csv::Csv::new(words)?),
            Self::Xlsx => Box::new(xlsx::Xlsx::new(words)?),
        })
    }
}

/// A small table as a file people take away.
pub(super) fn table(name: &str, format: Option<&str>, viewer: &str, rows: &[Vec<String>]) -> Result<Response> {
    let format = Format::of(format)?;
    let bytes = match format {
        Format::Csv => csv::table(rows),
        Format::Xlsx => xlsx::workbook(name, viewer, rows),
    };
    let bytes = bytes.map_err(|error| Error::Internal(format!("a table: {error}")))?;
    let file = format!("{name}.{}", format.word());
    Ok(attached(&file, format.kind(), Body::from(bytes)))
}

/// A file for the download folder, kept by nobody between.
pub(super) fn attached(name: &str, kind: HeaderValue, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    // A file's name is letters, digits, dashes and points.
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A file that grows row by row and gives away what is finished of it.
trait Sheet: Send {
    /// Adds rows, and gives what can be sent now.
    fn rows(&mut self, openings: &[Opening]) -> io::Result<Vec<u8>>;
    /// Ends the file, and gives what is left of it.
    fn end(self: Box<Self>) -> io::Result<Vec<u8>>;
}

fn answer(export: Export, format: Format, language: Language) -> Response {
    let name = format!("openings-{}.{}", export.at.local_text().replace([' ', ':', '-'], ""), format.word());
    let body = Body::from_stream(stream(export, format, language));
    attached(&name, format.kind(), body)
}

/// The file in pieces. Where the other side hangs up, the pieces and with them the reading end.
fn stream(export: Export, format: Format, language: Language) -> impl futures::Stream<Item = io::Result<Bytes>> {
    let (piece, pieces) = mpsc::channel(1);
    tokio::spawn(async move {
        if let Err(error) = write(export, format, language, &piece).await {
            // The transfer breaks off, so that nobody takes a part for the whole.
            let _ = piece.send(Err(error)).await;
        }
    });
    futures::stream::unfold(pieces, async |mut pieces| {
        let piece = pieces.recv().await?;
        Some((piece, pieces))
    })
}

async fn write(
    export: Export,
    format: Format,
    language: Language,
    piece: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let Export { mut pages, viewer, at, site } = export;
    let mut sheet = format.sheet(CellWriter::new(language, &viewer, at, Arc::clone(&site)))?;
    while let Some(page) = pages.recv().await {
        let page = page.map_err(|error| io::Error::other(error.to_string()))?;
        // Putting rows into words and packing them is work for another thread than the one that serves requests.
        let (done, bytes) = off(move || sheet.rows(&page).map(|bytes| (sheet, bytes))).await?;
        sheet = done;
        if !bytes.is_empty() && piece.send(Ok(bytes.into())).await.is_err() {
            return Ok(());
        }
    }
    let bytes = off(|| sheet.end()).await?;
    let _ = piece.send(Ok(bytes.into())).await;
    Ok(())
}

async fn off<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
