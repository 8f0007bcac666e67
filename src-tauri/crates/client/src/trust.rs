//! Whom a desk believes to be its hub.

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_tungstenite::Connector;

/// Whom a desk believes to be its hub: by default whoever a public authority vouches for, over HTTPS.
#[derive(Clone, Default)]
pub struct Trust {
    authority: Option<Authority>,
    plain_http: bool,
}

/// The authority that alone may vouch for the hub.
#[derive(Clone)]
struct Authority {
    certificates: Vec<reqwest::Certificate>,
    sockets: Arc<ClientConfig>,
}

/// A file that holds no authority's certificate.
#[derive(Debug, thiserror::Error)]
#[error("{file} holds no certificate of an authority (PEM)")]
pub struct BadAuthority {
    file: PathBuf,
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trust")
            .field("pinned", &self.authority.is_some())
            .field("plain_http", &self.plain_http)
            .finish()
    }
}

impl Trust {
    /// Only the authorities in this PEM file may vouch for the hub, and no public one.
    pub fn pin(mut self, file: &Path) -> Result<Self, BadAuthority> {
        let bad = || BadAuthority { file: file.to_path_buf() };
        let pem = std::fs::read(file).map_err(|_| bad())?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|_| bad())?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|_| bad())?;
            roots.add(certificate).map_err(|_| bad())?;
        }
        if roots.is_empty() {
            return Err(bad());
        }
        let sockets = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| bad())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        self.authority = Some(Authority { certificates, sockets: Arc::new(sockets) });
        Ok(self)
    }

    /// Plain HTTP is allowed beyond this machine too: whoever is on the way reads passwords and pictures.
    #[must_use]
    pub fn with_plain_http(mut self, allowed: bool) -> Self {
        self.plain_http = allowed;
        self
    }

    pub(crate) fn allows_plain_http(&self) -> bool {
        self.plain_http
    }

    /// A client that believes the same. It goes where it was sent and nowhere else: a session's token must not follow a
    /// redirect.
    pub(crate) fn client(&self) -> reqwest::ClientBuilder {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let Some(authority) = &self.authority else {
            return client;
        };
        let client = client.tls_built_in_root_certs(false);
        let certificates = authority.certificates.iter().cloned();
        certificates.fold(client, reqwest::ClientBuilder::add_root_certificate)
    }

    /// The same for a `WebSocket`; none: the library's own, which believes the public authorities.
    pub(crate) fn connector(&self) -> Option<Connector> {
        let authority = self.authority.as_ref()?;
        Some(Connector::Rustls(authority.sockets.clone()))
    }
}
