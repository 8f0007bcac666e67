//! The contract as OpenAPI. A committed copy shows every change of it in review.

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
    components(schemas(lanedesk_wire::stream::Frame, lanedesk_wire::problem::Problem))
)]
struct Frame;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("session", scheme);
    }
}

/// Title, security and the shapes no route names.
pub(super) fn frame() -> utoipa::openapi::OpenApi {
    Frame::openapi()
}

/// The whole contract.
pub fn document() -> utoipa::openapi::OpenApi {
    super::routes().into_openapi()
}

/// The contract as it is served, written once.
pub(super) fn json() -> &'static str {
    static JSON: LazyLock<String> =
        LazyLock::new(|| document().to_pretty_json().unwrap_or_default());
    &JSON
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
        assert!(
            committed == now,
            "openapi.json is out of date: run with UPDATE_OPENAPI=1 and commit it"
        );
    }

    #[test]
    fn every_path_stands_whole_in_it() {
        let document = document();
        assert!(document.paths.paths.len() >= 8);
        assert!(
            document
                .paths
                .paths
                .keys()
                .all(|path| path.starts_with("/api/") || path == "/metrics")
        );
    }
}
