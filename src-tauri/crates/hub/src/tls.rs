//! HTTPS from certificate files (rustls). A renewed certificate is taken up while the hub runs; one that cannot be read
//! leaves the old one in force.

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use std::{
    io,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Why there is no HTTPS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is no PEM of its kind.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Certificate and key do not go together.
    #[error("certificate and key: {0}")]
    Pair(#[from] rustls::Error),
}

/// Where certificate and key lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, PEM, the hub's own certificate first.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// Why a text names no certificate and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsFormError {
    /// It is not two paths.
    #[error(
        "write the certificate chain's file and its private key's, both PEM, with one comma between them, for example \
         /etc/lanedesk/hub.crt,/etc/lanedesk/hub.pem"
    )]
    NotTwo,
    /// A certificate that the hub would fetch by itself.
    #[error(
        "auto is not built yet: have the certificate made by another program and name its files, for example \
         /etc/lanedesk/hub.crt,/etc/lanedesk/hub.pem; renewed ones are taken up while the hub runs"
    )]
    Auto,
}

impl FromStr for TlsFiles {
    type Err = TlsFormError;

    /// `CERT,KEY`, as `--tls` takes it. A path with a comma in it cannot be said, so a second comma is a mistake.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim() == "auto" {
            return Err(TlsFormError::Auto);
        }
        let paths: Vec<&str> = text.split(',').map(str::trim).collect();
        match paths[..] {
            [certificate, key] if !certificate.is_empty() && !key.is_empty() => {
                Ok(Self { certificate: certificate.into(), key: key.into() })
            }
            _ => Err(TlsFormError::NotTwo),
        }
    }
}

/// Which HTTP both ends agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpVersion {
    /// The one a WebSocket begins with.
    Http1,
    /// Many requests on one connection.
    Http2,
}

/// What handshakes are made with.
#[derive(Debug)]
pub(crate) struct Tls {
    files: TlsFiles,
    config: RwLock<Arc<ServerConfig>>,
}

fn bytes(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|error| TlsError::File { path: path.to_owned(), why: error.to_string() })
}

fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let fault =
        |path: &Path, why: &dyn std::fmt::Display| TlsError::File { path: path.to_owned(), why: why.to_string() };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes(&files.certificate)?).collect();
    let chain = chain.map_err(|error| fault(&files.certificate, &error))?;
    if chain.is_empty() {
        return Err(fault(&files.certificate, &"holds no certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(&bytes(&files.key)?).map_err(|error| fault(&files.key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // WebSockets begin as HTTP/1.1; desks speak both.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

impl Tls {
    /// Reads the files once; a fault shows at the start.
    pub(crate) fn open(files: TlsFiles) -> Result<Arc<Self>, TlsError> {
        let config = RwLock::new(read(&files)?);
        Ok(Arc::new(Self { files, config }))
    }

    fn now(&self) -> Arc<ServerConfig> {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes one handshake; how long that may take is the caller's to say.
    pub(crate) async fn accept(&self, line: TcpStream) -> io::Result<(TlsStream<TcpStream>, HttpVersion)> {
        let stream = TlsAcceptor::from(self.now()).accept(line).await?;
        let speaks = match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => HttpVersion::Http2,
            _ => HttpVersion::Http1,
        };
        Ok((stream, speaks))
    }

    /// Takes up what the files say now.
    fn look_again(&self) -> Result<(), TlsError> {
        let fresh = read(&self.files)?;
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Both files' content, to see whether it changed; a file being replaced reads as nothing for a moment.
    fn content(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let certificate = std::fs::read(&self.files.certificate).ok()?;
        Some((certificate, std::fs::read(&self.files.key).ok()?))
    }

    /// Looks at the files for ever; the caller ends it by dropping it.
    pub(crate) async fn follow(self: Arc<Self>) {
        let mut known = self.content();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = self.content();
            if now.is_none() || now == known {
                continue;
            }
            match self.look_again() {
                Ok(()) => {
                    tracing::info!("a new certificate is in force");
                    known = now;
                }
                // Half a pair: the other file follows in a moment.
                Err(error) => tracing::warn!(%error, "the certificate in force stays"),
            }
        }
    }
}
