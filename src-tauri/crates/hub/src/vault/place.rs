//! Where objects rest: a folder, or a bucket that speaks S3.
//!
//! `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`; credentials come from the environment (`AWS_ACCESS_KEY_ID` and its
//! kin) or from the machine's role, never from the address, which shows in process lists.

use crate::files::own_folder;
use async_trait::async_trait;
use object_store::{
    ClientOptions, ObjectStore, RetryConfig,
    aws::AmazonS3Builder,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
    },
    local::LocalFileSystem,
    prefix::PrefixStore,
};
use reqwest::Url;
use std::{sync::Arc, time::Duration};

/// Why objects cannot be kept there.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The folder cannot be made.
    #[error("objects folder {folder}: {error}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        error: std::io::Error,
    },
    /// Not an address of a bucket.
    #[error("{0}: give s3://BUCKET/PREFIX?endpoint=URL&region=NAME")]
    Address(String),
    /// The bucket cannot be used.
    #[error("S3: {0}")]
    S3(#[from] object_store::Error),
}

/// Whether an address means a bucket.
pub fn is_s3(address: &str) -> bool {
    address.starts_with("s3://")
}

/// Opens the place. A folder is made where it is missing; a bucket is not asked yet.
pub fn open(address: &str) -> Result<Arc<dyn ObjectStore>, PlaceError> {
    if is_s3(address) {
        return s3(address);
    }
    let failed = |error| PlaceError::Folder { folder: address.to_owned(), error };
    own_folder(std::path::Path::new(address)).map_err(failed)?;
    let folder = LocalFileSystem::new_with_prefix(address);
    Ok(Arc::new(folder.map_err(|error| failed(std::io::Error::other(error)))?))
}

/// One photo waits for it; a bucket that does not answer must not hold people up for minutes.
const RETRY_FOR: Duration = Duration::from_secs(10);

fn s3(address: &str) -> Result<Arc<dyn ObjectStore>, PlaceError> {
    let wrong = || PlaceError::Address(address.to_owned());
    let url = Url::parse(address).map_err(|_| wrong())?;
    let bucket = url.host_str().filter(|bucket| !bucket.is_empty()).ok_or_else(wrong)?;
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_http_connector(Connector)
        .with_retry(RetryConfig { max_retries: 3, retry_timeout: RETRY_FOR, ..RetryConfig::default() });
    for (name, value) in url.query_pairs() {
        builder = match name.as_ref() {
            "endpoint" => builder.with_allow_http(value.starts_with("http://")).with_endpoint(value),
            "region" => builder.with_region(value),
            _ => return Err(wrong()),
        };
    }
    let bucket = builder.build()?;
    Ok(Arc::new(PrefixStore::new(bucket, url.path().trim_matches('/'))))
}

/// The bucket's requests go through the same HTTP client and TLS as everything else of the hub.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client =
            reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).timeout(Duration::from_secs(30)).build();
        let client = client.map_err(|error| object_store::Error::Generic { store: "S3", source: error.into() })?;
        Ok(HttpClient::new(Client(client)))
    }
}

#[derive(Debug)]
struct Client(reqwest::Client);

#[async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string());
        let url = url.map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        let mut asked = reqwest::Request::new(parts.method, url);
        *asked.headers_mut() = parts.headers;
        *asked.body_mut() = Some(match body.as_bytes() {
            Some(bytes) => bytes.clone().into(),
            None => reqwest::Body::wrap(body),
        });
        let answer = self.0.execute(asked).await.map_err(http_error)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(http_error)?;
        let mut response = HttpResponse::new(HttpResponseBody::from(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

fn http_error(error: reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else if error.is_body() || error.is_decode() {
        HttpErrorKind::Interrupted
    } else {
        HttpErrorKind::Unknown
    };
    HttpError::new(kind, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_no_bucket_is_refused_with_an_example() {
        for address in ["s3://", "s3:///photos", "s3://bucket?key=secret"] {
            let refused = open(address).err().map(|error| error.to_string());
            let told = refused.is_some_and(|told| told.contains("s3://BUCKET/PREFIX"));
            assert!(told, "{address}");
        }
        assert!(open("s3://bucket/photos?endpoint=http://127.0.0.1:9&region=cn").is_ok());
    }
}
