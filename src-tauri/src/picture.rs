//! The `lanedesk` scheme: pictures go from the hub into `<img>` with the session added here, never through an event and
//! never with a token in the page.
//!
//! It answers GET to the paths of pictures, and to those of photos taken here, and nothing else, so it cannot be turned into a way to the hub's other calls.

use crate::desk::Desk;
use http::{Method, Request, Response, StatusCode, header};
use lanedesk_client::{PicturePath, StillImage};
use lanedesk_wire::problem::Code;
use std::borrow::Cow;
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

/// The scheme's name; `http://lanedesk.localhost` on Windows and Android.
pub(crate) const SCHEME: &str = "lanedesk";

/// Photos of this device, which the hub need not have yet.
const LOCAL: &str = "/local/photos/";

/// What the web view is given.
type PictureAnswer = Response<Cow<'static, [u8]>>;

/// Answers a picture request in the background.
#[expect(clippy::needless_pass_by_value, reason = "the shape Tauri calls")]
pub(crate) fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    // Before the desk stands there is no session, so there is no picture either.
    let desk = context.app_handle().try_state::<Desk>().map(|desk| desk.inner().clone());
    tauri::async_runtime::spawn(async move {
        responder.respond(match desk {
            Some(desk) => answer(&desk, &request).await,
            None => empty(StatusCode::UNAUTHORIZED),
        });
    });
}

async fn answer(desk: &Desk, request: &Request<Vec<u8>>) -> PictureAnswer {
    let uri = request.uri();
    if request.method() == Method::GET
        && let Some(id) = uri.path().strip_prefix(LOCAL)
    {
        return local(desk, id).await;
    }
    let path = match PicturePath::parse(uri.path(), uri.query()) {
        Some(path) if request.method() == Method::GET => path,
        _ => return empty(StatusCode::NOT_FOUND),
    };
    let stored = path.stored();
    match desk.ask(|hub| async move { hub.picture(&path).await }).await {
        Ok(image) => shown(image, stored),
        Err(problem) => empty(match problem.code {
            Code::NoSession => StatusCode::UNAUTHORIZED,
            Code::HubUnreachable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY),
        }),
    }
}

/// A small picture of a photo that was taken here.
async fn local(desk: &Desk, id: &str) -> PictureAnswer {
    match desk.local_thumb(id).await {
        Some(jpeg) => shown(StillImage { media_type: "image/jpeg".to_owned(), bytes: jpeg.into() }, false),
        None => empty(StatusCode::NOT_FOUND),
    }
}

fn shown(image: StillImage, stored: bool) -> PictureAnswer {
    // Held by the web view only while the program runs: custom schemes are never cached on disk.
    let keep = if stored { "private, max-age=600" } else { "no-store" };
    Response::builder()
        .header(header::CONTENT_TYPE, image.media_type)
        .header(header::CACHE_CONTROL, keep)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(Cow::Owned(image.bytes.into()))
        .unwrap_or_else(|_| empty(StatusCode::BAD_GATEWAY))
}

fn empty(status: StatusCode) -> PictureAnswer {
    let mut answer = Response::new(Cow::Borrowed(&[][..]));
    *answer.status_mut() = status;
    answer
}
