//! The contract as OpenAPI. A committed copy shows every change of it in review.

mod kinds;
mod schemas;

use super::{is_open, problem};
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Lanedesk hub", description = "Find a lane, hold it, see it, open it, close the case."),
    modifiers(&Bearer),
    security(("session" = [])),
    components(schemas(
        lanedesk_wire::stream::Frame,
        lanedesk_wire::stream::FromDesk,
        lanedesk_wire::problem::Problem,
        lanedesk_wire::site::SiteTable
    ))
)]
struct Frame;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi.components.get_or_insert_default().add_security_scheme("session", scheme);
    }
}

/// Title, security and the shapes no route names.
pub(super) fn frame() -> utoipa::openapi::OpenApi {
    Frame::openapi()
}

/// The whole contract.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = super::routes().into_openapi();
    kinds::complete(&mut document);
    document
}

/// The contract as it is served, written once.
pub(super) fn json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| document().to_pretty_json().unwrap_or_default());
    &JSON
}

#[cfg(feature = "testing")]
pub(super) use proof::prove;

/// In tests every answer is held against the contract: one that it does not describe fails whichever test met it.
#[cfg(feature = "testing")]
mod proof {
    use super::document;
    use axum::{
        extract::{MatchedPath, Request},
        http::{Method, StatusCode, header},
        middleware::Next,
        response::Response,
    };
    use serde_json::Value;
    use std::sync::LazyLock;

    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(document()).unwrap_or_default());

    /// Fails on an answer whose status or type its operation does not name.
    pub(in crate::http) async fn prove(request: Request, next: Next) -> Response {
        let path = request.extensions().get::<MatchedPath>().cloned();
        let method = request.method().clone();
        let response = next.run(request).await;
        if let Some(path) = path {
            let missing = missing(&method, path.as_str(), &response);
            assert_eq!(missing, None, "the contract does not describe an answer");
        }
        response
    }

    /// What the contract does not say of an answer.
    fn missing(method: &Method, path: &str, response: &Response) -> Option<String> {
        let operations = DOCUMENT["paths"].get(path)?;
        let verb = match *method {
            Method::HEAD => "get".to_owned(),
            _ => method.as_str().to_lowercase(),
        };
        // A method that a path does not have is refused as such.
        let operation = operations.get(verb)?;
        let status = response.status();
        let named = &operation["responses"][status.as_str()];
        if named.is_null() {
            return Some(format!("{method} {path}: {status}"));
        }
        let named = match named["$ref"].as_str() {
            Some(shared) => DOCUMENT.pointer(shared.trim_start_matches('#'))?,
            None => named,
        };
        if status == StatusCode::SWITCHING_PROTOCOLS || method == Method::HEAD {
            return None;
        }
        let kind = response.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()?.split(';').next());
        let known = match kind {
            Some(kind) => !named["content"][kind].is_null(),
            None => named["content"].is_null(),
        };
        (!known).then(|| format!("{method} {path}: {status} as {kind:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Invariant 8. `UPDATE_OPENAPI=1 cargo test -p lanedesk-hub openapi` writes the copy.
    #[test]
    fn the_committed_copy_is_what_is_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let now = format!("{}\n", json());
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(path, &now).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == now, "openapi.json is out of date: run with UPDATE_OPENAPI=1 and commit it");
    }

    /// What is named and out of sight is 404 also where a query or a body names it; rows hold texts, numbers and lists.
    #[test]
    fn answers_and_values_are_described_and_every_shape_that_is_named_is_there() {
        let document: serde_json::Value = serde_json::from_str(json()).unwrap();
        for (method, path) in
            [("get", "/api/cases"), ("get", "/api/approvals"), ("put", "/api/seat"), ("post", "/api/calls")]
        {
            let answers = &document["paths"][path][method]["responses"];
            assert!(answers["404"].is_object(), "{method} {path}: {answers}");
        }
        let schemas = &document["components"]["schemas"];
        let row = &schemas["AddRow"]["properties"]["row"];
        assert!(row["additionalProperties"].is_object(), "{row}");
        for name in json().split("#/components/schemas/").skip(1) {
            let name = name.split('"').next().unwrap_or_default();
            assert!(schemas[name].is_object(), "{name} is named and not there");
        }
    }

    #[test]
    fn every_path_stands_whole_in_it() {
        let document = document();
        assert!(document.paths.paths.len() >= 8);
        assert!(document.paths.paths.keys().all(|path| path.starts_with("/api/") || path == "/metrics"));
    }
}
