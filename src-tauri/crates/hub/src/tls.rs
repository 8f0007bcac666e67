//! HTTPS from certificate files (rustls). A renewed certificate is taken up while the hub runs; one that cannot be read
//! leaves the old one in force.

use axum::serve::Listener;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// Whoever needs longer than this for a handshake is no desk.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes at once; beyond it the next ones wait.
const AT_ONCE: usize = 512;
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

/// What handshakes are made with.
#[derive(Debug)]
pub(crate) struct Tls {
    files: TlsFiles,
    config: RwLock<Arc<ServerConfig>>,
}

fn bytes(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|error| TlsError::File {
        path: path.to_owned(),
        why: error.to_string(),
    })
}

fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let fault = |path: &Path, why: &dyn std::fmt::Display| TlsError::File {
        path: path.to_owned(),
        why: why.to_string(),
    };
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(&bytes(&files.certificate)?).collect();
    let chain = chain.map_err(|error| fault(&files.certificate, &error))?;
    if chain.is_empty() {
        return Err(fault(&files.certificate, &"holds no certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(&bytes(&files.key)?)
        .map_err(|error| fault(&files.key, &error))?;
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
        self.config
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
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

/// Lines whose handshake is done.
pub(crate) struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    addr: SocketAddr,
}

impl TlsListener {
    /// Takes lines in; a slow handshake keeps nobody else waiting. `prepare` sees every line first.
    pub(crate) fn start(
        tcp: TcpListener,
        tls: Arc<Tls>,
        prepare: fn(&mut TcpStream),
    ) -> io::Result<Self> {
        let addr = tcp.local_addr()?;
        let (done, ready) = mpsc::channel(64);
        tokio::spawn(take_in(tcp, tls, prepare, done));
        Ok(Self { ready, addr })
    }
}

async fn take_in(
    mut tcp: TcpListener,
    tls: Arc<Tls>,
    prepare: fn(&mut TcpStream),
    done: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let (mut line, from) = tokio::select! {
            // axum's own, which goes on after what one line did wrong.
            accepted = Listener::accept(&mut tcp) => accepted,
            () = done.closed() => return,
        };
        prepare(&mut line);
        let Ok(turn) = turns.clone().acquire_owned().await else {
            return;
        };
        let (acceptor, done) = (TlsAcceptor::from(tls.now()), done.clone());
        tokio::spawn(async move {
            let _turn = turn;
            // Scanners, plain HTTP and wrong clocks end here; it is theirs to look into.
            if let Ok(Ok(line)) = timeout(HANDSHAKE, acceptor.accept(line)).await {
                let _ = done.send((line, from)).await;
            }
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(line) => line,
            // Nobody takes lines in any more: the hub stops.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.addr)
    }
}
