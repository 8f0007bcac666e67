//! HTTPS from certificate files, plain HTTP only where it was asked for, and a backup of a hub at work.

use super::{
    NOON, Place, SITE,
    cli::{hub, run, started_as, terminate, text, written},
    desk::Desk,
};
use lanedesk_hub::{
    backup,
    clock::Clock,
    hub::Hub,
    serve::StartError,
    testing::{Database, Engine},
    tls::TlsFiles,
};
use serde_json::json;
use std::{path::Path, time::Duration};

/// A certificate for `localhost`, written as its files; answers it as PEM.
pub(crate) fn certificate(folder: &Path) -> (TlsFiles, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let files = TlsFiles { certificate: folder.join("hub.crt"), key: folder.join("hub.pem") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    (files, made.cert.pem())
}

/// Asks with a client that trusts this certificate and no other.
pub(crate) async fn healthy(port: u16, trusted: &str) -> Result<bool, reqwest::Error> {
    let root = reqwest::Certificate::from_pem(trusted.as_bytes()).unwrap();
    let http =
        reqwest::Client::builder().no_proxy().tls_built_in_root_certs(false).add_root_certificate(root).build()?;
    let answer = http.get(format!("https://localhost:{port}/api/health"));
    Ok(answer.send().await?.status().is_success())
}

#[tokio::test]
async fn the_hub_serves_https_and_takes_a_renewed_certificate_up() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    database.import(SITE, NOON).await.unwrap();
    let (files, first) = certificate(database.folder());
    let mut config = database.config(Clock::manual(NOON));
    config.tls = Some(files);
    let hub = Hub::start(config).await.unwrap();
    let port = hub.addr.port();
    assert!(healthy(port, &first).await.unwrap());
    let plain = reqwest::Client::builder().no_proxy().build().unwrap();
    let plain = plain.get(format!("http://localhost:{port}/api/health"));
    assert!(plain.send().await.is_err(), "no plain HTTP beside it");
    let (_, second) = certificate(database.folder());
    assert!(healthy(port, &second).await.is_err(), "not looked at yet");
    let deadline = std::time::Instant::now() + Duration::from_secs(40);
    while healthy(port, &second).await.is_err() {
        assert!(std::time::Instant::now() < deadline, "the new certificate was never taken up");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    // Rubbish leaves what is in force.
    std::fs::write(database.folder().join("hub.crt"), "rubbish").unwrap();
    assert!(healthy(port, &second).await.unwrap());
    hub.stop().await;
}

/// The contract names one flag, and one name in the environment; what is no pair is refused with what to write instead.
#[tokio::test]
async fn the_program_takes_certificate_and_key_in_one_flag() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    let site = written(&database, "site.toml", SITE);
    let (files, trusted) = certificate(database.folder());
    let pair = format!("{},{}", files.certificate.display(), files.key.display());
    let args = ["serve", "--listen", "127.0.0.1:0", "--objects", "objects", "--site", &site];
    let flag = hub(&database, &[&args[..], &["--tls", &pair]].concat());
    let mut environment = hub(&database, &args);
    environment.env("LANEDESK_TLS", &pair);
    for command in [flag, environment] {
        let (mut child, addr) = started_as("https", &database, command);
        assert!(healthy(addr.port(), &trusted).await.unwrap());
        assert!(terminate(&mut child).success());
    }
    for (wrong, told) in [
        ("hub.crt", "with one comma between them"),
        ("hub.crt,", "with one comma between them"),
        (",hub.pem", "with one comma between them"),
        ("hub.crt,chain.crt,hub.pem", "with one comma between them"),
        ("auto", "auto is not built yet"),
    ] {
        let refused = run(&database, &["serve", "--tls", wrong]);
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{wrong}: {said}");
        assert!(said.contains(told), "{wrong}: {said}");
    }
    let before = run(&database, &["serve", "--tls-cert", "hub.crt"]);
    assert_eq!(before.status.code(), Some(2), "{}", text(&before.stderr));
}

#[tokio::test]
async fn plain_http_beyond_this_machine_must_be_asked_for() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    database.import(SITE, NOON).await.unwrap();
    let mut config = database.config(Clock::manual(NOON));
    config.listen = ([0, 0, 0, 0], 0).into();
    let refused = Hub::start(config.clone()).await.err().unwrap();
    assert!(matches!(refused, StartError::PlainHttp(_)), "{refused}");
    assert!(refused.to_string().contains("--tls CERT,KEY"), "{refused}");
    config.plain_http = true;
    Hub::start(config).await.unwrap().stop().await;
}

/// A backup made while people work holds everything that was answered before it began; restored, nobody's old fence or
/// session is good for anything.
#[tokio::test]
async fn a_backup_under_way_loses_nothing_that_was_answered() {
    let place = Place::new(Engine::Sqlite).await;
    let admin = place.desk("admin").await;
    let guard = place.desk("guard").await;
    let adds = |from: u32| {
        let admin = admin.clone();
        async move {
            let mut answered = Vec::new();
            for n in from..from + 40 {
                let seat = json!({"row": {"number": format!("s{n}")}});
                if admin.post("/api/site/seat", seat).await.status == 201 {
                    answered.push(n);
                }
            }
            answered
        }
    };
    let answered = adds(0).await;
    let claimed = guard.post("/api/lanes/E01/claim", json!({})).await.ok(201).clone();
    let folder = place.database.folder().join("copy");
    let objects = place.database.folder().join("objects").display().to_string();
    let (copied, _) = tokio::join!(backup::backup(&place.database.address, Some(&objects), &folder), adds(1000),);
    copied.unwrap();
    let in_use = backup::restore(&place.database.address, Some(&objects), &folder).await;
    assert!(matches!(in_use, Err(backup::BackupError::InUse)), "a running hub's records are not pulled away");
    place.hub.stop().await;
    backup::restore(&place.database.address, Some(&objects), &folder).await.unwrap();
    let again = Hub::start(place.database.config(Clock::manual(NOON))).await.unwrap();
    let mut later = Desk::new(again.addr);
    later.token.clone_from(&guard.token);
    later.get("/api/session").await.refused(401, "no_session");
    later.log_in("admin", "secret-1").await;
    for n in &answered {
        later.get(&format!("/api/site/seat/s{n}")).await.ok(200);
    }
    assert_eq!(answered.len(), 40);
    let mut guard = Desk::new(again.addr);
    guard.log_in("guard", "secret-1").await;
    let fence = guard.post("/api/lanes/E01/claim", json!({})).await.ok(201)["lease"]["fence"].clone();
    assert!(fence.as_i64() > claimed["lease"]["fence"].as_i64(), "every fence rises");
    again.stop().await;
}
