//! Whom the client believes (invariant 16): the pinned authority and nobody else, no redirect, no open line.

use super::{next, quick};
use crate::fake::TestHub;
use lanedesk_client::{Address, CallError, Hub, Language, Stream, StreamNews, Trust};
use lanedesk_wire::problem::{Code, Problem};
use std::{path::PathBuf, sync::Arc};
use tokio::{io::copy_bidirectional, net::TcpListener, net::TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

/// HTTPS before a hub, under a certificate that no public authority knows.
struct Secure {
    address: String,
    authority: PathBuf,
    _folder: tempfile::TempDir,
}

impl Secure {
    async fn before(hub: &str) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("its key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a server");
        let folder = tempfile::tempdir().expect("a folder");
        let authority = folder.path().join("ca.pem");
        std::fs::write(&authority, made.cert.pem()).expect("written");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let (acceptor, hub) = (TlsAcceptor::from(Arc::new(config)), hub.trim_start_matches("http://").to_owned());
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let (acceptor, hub) = (acceptor.clone(), hub.clone());
                tokio::spawn(async move {
                    let mut line = acceptor.accept(line).await?;
                    let mut behind = TcpStream::connect(hub).await?;
                    copy_bidirectional(&mut line, &mut behind).await
                });
            }
        });
        Self { address: format!("https://localhost:{port}"), authority, _folder: folder }
    }

    fn hub(&self, trust: Trust) -> Hub {
        let address = Address::parse(&self.address).expect("an address");
        Hub::new(address, Language::Chinese, quick(), trust).expect("a client")
    }
}

async fn log_in(hub: &Hub) -> Result<(), CallError> {
    hub.login("guard".into(), "right".into(), None).await.map(drop)
}

#[tokio::test]
async fn only_the_pinned_authority_may_vouch_for_the_hub() {
    let test = TestHub::default();
    let plain = test.serve().await;
    let (secure, other) = (Secure::before(&plain).await, Secure::before(&plain).await);
    let public = log_in(&secure.hub(Trust::default())).await.expect_err("no public authority knows it");
    assert_eq!(public.code(), Code::HubUnreachable);
    let wrong = Trust::default().pin(&other.authority).expect("a certificate");
    let wrong = log_in(&secure.hub(wrong)).await.expect_err("another one's certificate");
    assert_eq!(wrong.code(), Code::HubUnreachable);
    let hub = secure.hub(Trust::default().pin(&secure.authority).expect("a certificate"));
    log_in(&hub).await.expect("the pinned one");
    // The stream believes the same authority.
    let (_stream, mut heard) = Stream::follow(hub);
    assert_eq!(next(&mut heard).await, StreamNews::Connecting);
    assert_eq!(next(&mut heard).await, StreamNews::Online);
}

#[tokio::test]
async fn a_file_without_an_authority_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("empty.pem");
    for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        std::fs::write(&file, text).expect("written");
        let error = Trust::default().pin(&file).expect_err(text);
        assert!(error.to_string().contains("empty.pem"), "{error}");
    }
    assert!(Trust::default().pin(&folder.path().join("absent.pem")).is_err());
}

/// A password goes nowhere but where the person said.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let thief = TestHub::default();
    let theirs = thief.serve().await;
    let to = format!("{theirs}/api/session");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    let router = axum::Router::new().fallback(move || {
        let to = to.clone();
        async move { axum::response::Redirect::temporary(&to) }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let address = Address::parse(&address).expect("an address");
    let hub = Hub::new(address, Language::Chinese, quick(), Trust::default()).expect("a client");
    let error = log_in(&hub).await.expect_err("no hub there");
    assert!(matches!(error, CallError::Unreadable { status: 307, .. }), "{error}");
    assert!(hub.token().is_none());
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    // An address of the documentation's own: were anything sent, this would wait in vain.
    let address = || Address::parse("http://192.0.2.1:8470").expect("an address");
    let refused = Hub::new(address(), Language::Chinese, quick(), Trust::default()).expect_err("not encrypted");
    let problem: Box<Problem> = refused.into();
    assert_eq!(problem.code, Code::Invalid);
    assert!(problem.detail.contains("https") && problem.detail.contains("LANEDESK_PLAIN_HTTP"), "{}", problem.detail);
    let told = Trust::default().with_plain_http(true);
    assert!(Hub::new(address(), Language::Chinese, quick(), told).is_ok());
}
