//! The connection an order goes over: one of its own, made before the permit is looked at, never reused behind our
//! back and never retried, so that "nothing was sent" is certain (invariant 3).

use super::{address::Address, settings::Timeouts};
use crate::{DeviceError, Networks};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use reqwest::{StatusCode, header::HeaderMap};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};

/// Answers to orders are a few hundred bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// An answer, whole.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// One open connection to a device.
pub(crate) struct DeviceConnection {
    sender: http1::SendRequest<Full<Bytes>>,
    host: String,
}

impl DeviceConnection {
    /// Connects. Whatever goes wrong here, nothing was asked of the device.
    pub(crate) async fn open(address: &Address, networks: &Networks, timeouts: &Timeouts) -> Result<Self, DeviceError> {
        timeout(timeouts.connect, Self::connect(address, networks))
            .await
            .map_err(|_| DeviceError::NotSent("no connection in time"))?
    }

    async fn connect(address: &Address, networks: &Networks) -> Result<Self, DeviceError> {
        let found = networks.look_up(address.socket_host(), address.port());
        let found = found
            .await
            .map_err(|_| DeviceError::NotSent("the name leads nowhere"))?
            .map_err(|_| DeviceError::Outside)?;
        let tcp = TcpStream::connect(found.as_slice())
            .await
            .map_err(|_| DeviceError::NotSent("the connection was refused"))?;
        // An order is one small packet; waiting to fill it would only make it late.
        let _ = tcp.set_nodelay(true);
        let host = address.host_header();
        if address.tls() {
            let name = ServerName::try_from(address.socket_host().to_owned())
                .map_err(|_| DeviceError::NotSent("no name for TLS"))?;
            let tls = TlsConnector::from(tls_config())
                .connect(name, tcp)
                .await
                .map_err(|_| DeviceError::NotSent("TLS failed"))?;
            Self::shake(TokioIo::new(tls), host).await
        } else {
            Self::shake(TokioIo::new(tcp), host).await
        }
    }

    async fn shake<S>(io: TokioIo<S>, host: String) -> Result<Self, DeviceError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) =
            http1::handshake(io).await.map_err(|_| DeviceError::NotSent("no HTTP connection"))?;
        // Ends with the connection: when this line is dropped, or the device hangs up.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Self { sender, host })
    }

    /// Whether the next request can still go over this connection.
    pub(crate) async fn usable(&mut self) -> bool {
        // Ready at once after a whole answer; a connection that is neither ready nor closed is of no use.
        let ready = timeout(Duration::from_millis(200), self.sender.ready()).await;
        matches!(ready, Ok(Ok(())))
    }

    /// Sends one request, once, and waits for the whole answer.
    pub(crate) async fn send(
        &mut self,
        request: hyper::http::request::Builder,
        body: Bytes,
        wait: Duration,
    ) -> Result<Reply, DeviceError> {
        let request = request
            .header("host", &self.host)
            .body(Full::new(body))
            .map_err(|_| DeviceError::NotSent("the request could not be written"))?;
        timeout(wait, self.exchange(request)).await.map_err(|_| DeviceError::Unanswered("no answer in time"))?
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Reply, DeviceError> {
        let sent = self.sender.send_request(request).await;
        let answer = sent.map_err(|error| {
            // "Canceled" is hyper's word for a request it never began to write.
            if error.is_canceled() {
                DeviceError::NotSent("the connection closed before the request")
            } else {
                DeviceError::Unanswered("the connection broke")
            }
        })?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map_err(|_| DeviceError::Unanswered("the answer broke off"))?;
        Ok(Reply { status: head.status, headers: head.headers, body: body.to_bytes() })
    }
}

fn tls_config() -> Arc<ClientConfig> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let make = || {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        // The default provider supports the default protocol versions; rustls tests that of itself.
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions();
        match config {
            Ok(builder) => Arc::new(builder.with_root_certificates(roots).with_no_client_auth()),
            Err(error) => unreachable!("ring speaks TLS 1.2 and 1.3: {error}"),
        }
    };
    Arc::clone(CONFIG.get_or_init(make))
}
