//! Questions that move nothing: one pooled client a device, digest answered at most once more.

use super::{
    address::Address,
    digest::{Answer, Credentials},
    settings::HikvisionSettings,
};
use crate::{DeviceError, OpenError, networks::OutsideAddress};
use bytes::{Bytes, BytesMut};
use reqwest::{Client, Response, StatusCode, header::AUTHORIZATION, redirect, retry};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// Largest answer read whole: a recognition with two pictures.
const MAX_BODY: usize = 24 * 1024 * 1024;

/// Asks a device.
pub(crate) struct Reads {
    client: Client,
    address: Address,
    credentials: Arc<Credentials>,
}

/// An answer read whole.
pub(crate) struct DeviceAnswer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

impl Reads {
    pub(crate) fn new(
        address: Address,
        credentials: Arc<Credentials>,
        settings: &HikvisionSettings,
    ) -> Result<Self, OpenError> {
        let timeouts = &settings.timeouts;
        let client = Client::builder()
            // The roots of the web cost memory and start-up in every client; nearly all devices speak plain HTTP.
            .tls_built_in_root_certs(address.tls())
            .connect_timeout(timeouts.connect)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .dns_resolver(Arc::new(settings.networks.clone()))
            .pool_max_idle_per_host(2)
            .pool_idle_timeout(Duration::from_secs(60))
            .tcp_nodelay(true)
            .build()
            .map_err(OpenError::Client)?;
        Ok(Self { client, address, credentials })
    }

    /// A whole answer within `wait`.
    pub(crate) async fn get(&self, path: &str, wait: Duration) -> Result<DeviceAnswer, DeviceError> {
        let ask = async {
            let answer = self.open(path).await?;
            let status = answer.status();
            let content_type = content_type(&answer);
            let body = whole(answer).await?;
            Ok(DeviceAnswer { status, content_type, body })
        };
        timeout(wait, ask).await.map_err(|_| DeviceError::Unanswered("no answer in time"))?
    }

    /// Refuses while the device is known to refuse our account.
    pub(crate) fn held(&self) -> Result<(), DeviceError> {
        self.credentials.held()
    }

    /// The head of an answer, digest settled; its body is still to be read.
    pub(crate) async fn open(&self, path: &str) -> Result<Response, DeviceError> {
        self.credentials.held()?;
        let path = self.address.path(path);
        let mut answers = 0;
        loop {
            let header = self.credentials.answer("GET", &path);
            let answer = self.send(&path, header.as_ref()).await?;
            if answer.status() != StatusCode::UNAUTHORIZED {
                if let Some(sent) = &header {
                    self.credentials.accepted(sent);
                }
                return Ok(answer);
            }
            let headers = answer.headers().clone();
            let body = whole(answer).await.unwrap_or_default();
            self.credentials.challenged(&headers, &body, header.as_ref())?;
            answers += 1;
            // No answer yet, then one that expired: a third challenge is a device that only challenges.
            if answers > 2 {
                return Err(DeviceError::Unauthorised { tries_left: None });
            }
        }
    }

    async fn send(&self, path: &str, answer: Option<&Answer>) -> Result<Response, DeviceError> {
        let mut request = self.client.get(self.address.url(path));
        if let Some(answer) = answer {
            request = request.header(AUTHORIZATION, &answer.header);
        }
        request.send().await.map_err(|error| {
            if is_outside(&error) {
                DeviceError::Outside
            } else if error.is_connect() {
                DeviceError::NotSent("no connection")
            } else {
                DeviceError::Unanswered("the connection broke")
            }
        })
    }
}

/// Whether the device's name leads to where no device may be.
fn is_outside(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<OutsideAddress>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The answer's content type, empty where there is none.
pub(crate) fn content_type(answer: &Response) -> String {
    let value = answer.headers().get(reqwest::header::CONTENT_TYPE);
    let text = value.and_then(|value| value.to_str().ok());
    text.unwrap_or_default().to_owned()
}

async fn whole(mut answer: Response) -> Result<Bytes, DeviceError> {
    let mut body = BytesMut::new();
    loop {
        let chunk = answer.chunk().await;
        match chunk.map_err(|_| DeviceError::Unanswered("the answer broke off"))? {
            Some(chunk) if body.len() + chunk.len() > MAX_BODY => {
                return Err(DeviceError::BadAnswer("it is too long"));
            }
            Some(chunk) => body.extend_from_slice(&chunk),
            None => return Ok(body.freeze()),
        }
    }
}
