//! `/robot/{number}`: the page that makes any tablet with a browser a robot. Part of the program, nothing from elsewhere.

use crate::{
    error::{Error, Result},
    hub::Hub,
};
use axum::{
    extract::Path,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
    routing::get,
};
use utoipa_axum::router::OpenApiRouter;

/// Everything comes from this hub, and the page talks to it alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; \
    media-src 'self' blob: mediastream:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The page uses its camera; nothing else of the machine.
const MAY_USE: &str = "camera=(self), microphone=(), geolocation=()";
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The page's files: name, kind, text.
const FILES: &[(&str, &str, &str)] = &[
    ("kiosk.css", "text/css; charset=utf-8", include_str!("../kiosk/kiosk.css")),
    ("main.js", SCRIPT, include_str!("../kiosk/main.js")),
    ("link.js", SCRIPT, include_str!("../kiosk/link.js")),
    ("scene.js", SCRIPT, include_str!("../kiosk/scene.js")),
    ("plate.js", SCRIPT, include_str!("../kiosk/plate.js")),
    ("voice.js", SCRIPT, include_str!("../kiosk/voice.js")),
    ("eye.js", SCRIPT, include_str!("../kiosk/eye.js")),
    ("pair.js", SCRIPT, include_str!("../kiosk/pair.js")),
];

/// Outside the API, so not in its document.
pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().route("/robot/{number}", get(page)).route("/robot/-/{file}", get(file))
}

/// The same page for every number, known or not: it learns nothing before it has the key.
async fn page() -> Response {
    sent("text/html; charset=utf-8", include_str!("../kiosk/index.html"))
}

async fn file(Path(name): Path<String>) -> Result<Response> {
    let file = FILES.iter().find(|(file, _, _)| *file == name);
    let (_, kind, text) = file.ok_or(Error::NotFound)?;
    Ok(sent(kind, text))
}

fn sent(kind: &'static str, text: &'static str) -> Response {
    let head = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // A new hub brings a new page.
        (header::CACHE_CONTROL, "no-cache"),
        (PERMISSIONS, MAY_USE),
    ];
    (head, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_a_page_names_is_there_and_none_comes_from_elsewhere() {
        let page = include_str!("../kiosk/index.html");
        let texts = FILES.iter().map(|(_, _, text)| *text).chain([page]);
        for text in texts {
            assert!(!text.contains("//cdn") && !text.contains("https://"), "{text}");
            for import in text.split("from './").skip(1) {
                let name = import.split('\'').next().unwrap();
                assert!(FILES.iter().any(|(file, _, _)| *file == name), "{name}");
            }
        }
        for name in page.split("/robot/-/").skip(1) {
            let name = name.split('"').next().unwrap();
            assert!(FILES.iter().any(|(file, _, _)| *file == name), "{name}");
        }
    }
}
