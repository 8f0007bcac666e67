//! Pictures: their bytes go from the hub to the screen and are kept nowhere.

use crate::{CallError, Hub};
use bytes::Bytes;
use futures::StreamExt;
use reqwest::{Method, StatusCode, header};

/// Larger than any camera's still; what is larger is not one.
const LARGEST: usize = 24 * 1024 * 1024;

/// A path on the hub that leads to a picture and to nothing else, so that the page's picture scheme cannot be used to
/// call anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PicturePath {
    /// With its query, if it has one.
    path: String,
    stored: bool,
}

impl PicturePath {
    /// Accepts only the paths of pictures.
    pub fn parse(path: &str, query: Option<&str>) -> Option<Self> {
        let steps: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let (id, stored) = match steps.as_slice() {
            ["api", "pictures", id] => (id, true),
            ["api", "lanes", id, "picture" | "environment.jpg" | "robot-screen"] | ["api", "photos", id] => (id, false),
            _ => return None,
        };
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if id.is_empty() || id.len() > 40 || !id.chars().all(safe) {
            return None;
        }
        let path = match query {
            None | Some("") => path.to_owned(),
            Some(query) => {
                let allowed = |c: char| safe(c) || matches!(c, '=' | '&' | '.' | '%' | '+' | ':' | '~');
                query.chars().all(allowed).then(|| format!("{path}?{query}"))?
            }
        };
        Some(Self { path, stored })
    }

    /// Whether these bytes never change. ID photos are not counted among them: each look at one is logged by the hub,
    /// so each look must reach it.
    pub const fn stored(&self) -> bool {
        self.stored
    }
}

/// A picture as the hub sent it.
#[derive(Debug, Clone)]
pub struct StillImage {
    /// Its media type; always an image.
    pub media_type: String,
    /// The encoded picture.
    pub bytes: Bytes,
}

impl Hub {
    /// Fetches a picture.
    pub async fn picture(&self, path: &PicturePath) -> Result<StillImage, CallError> {
        let request = self.request(Method::GET, &path.path)?;
        let response = self.accepted(self.send(request).await?).await?;
        let media_type = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .filter(|value| value.starts_with("image/"))
            .map(str::to_owned);
        let media_type = media_type.ok_or_else(|| self.unreadable(response.status()))?;
        let mut bytes = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            bytes.extend_from_slice(&chunk.map_err(|e| self.unreachable(e))?);
            if bytes.len() > LARGEST {
                return Err(self.unreadable(StatusCode::PAYLOAD_TOO_LARGE));
            }
        }
        Ok(StillImage { media_type, bytes: bytes.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::PicturePath;

    #[test]
    fn only_pictures_can_be_fetched_by_the_page() {
        for path in [
            "/api/lanes/E01/picture",
            "/api/lanes/E01/environment.jpg",
            "/api/lanes/E01/robot-screen",
            "/api/pictures/018f-a_b",
            "/api/photos/018f",
        ] {
            assert!(PicturePath::parse(path, None).is_some(), "{path}");
        }
        for path in [
            "/api/session",
            "/api/lanes/E01",
            "/api/lanes/E01/claim",
            "/api/lanes/../session",
            "/api/lanes/%2e%2e/picture",
            "/api/pictures/",
            "/api/pictures/a/b",
            "//evil/api/pictures/a",
            "api/pictures/a",
        ] {
            assert!(PicturePath::parse(path, None).is_none(), "{path}");
        }
    }

    #[test]
    fn a_query_may_pick_a_camera_and_nothing_stranger() {
        let path = "/api/lanes/E01/picture";
        assert!(PicturePath::parse(path, Some("v=2026-11-22T08:00:00Z")).is_some());
        assert!(PicturePath::parse(path, Some("a=b#c")).is_none());
        assert!(PicturePath::parse(path, Some("a=\r\nX: y")).is_none());
    }
}
