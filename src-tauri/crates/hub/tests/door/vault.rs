//! R36 at rest: keys change while the hub runs, a wrong key is told at the start, objects may rest in S3.

use super::{
    cli::{hub, run, started, terminate, text, written},
    desk::Desk,
    evidence::{claim, photograph, picture},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lanedesk_hub::testing::{Database, ENGINES, Engine};
use reqwest::Method;
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use serde_json::Value;
use std::{
    net::SocketAddr,
    path::Path,
    process::{Command, Output},
};

/// The site with a secret in a table.
fn site() -> String {
    let secret = "\n[[integration]]\nid = \"pay\"\nkind = \"payments\"\nsecret = \"pay-secret-1\"\n";
    format!("{}{secret}", super::SITE)
}

fn serve(database: &Database, more: &[&str]) -> Command {
    let args = ["serve", "--listen", "127.0.0.1:0"];
    hub(database, &[args.as_slice(), more].concat())
}

async fn person(addr: SocketAddr, username: &str) -> Desk {
    let mut desk = Desk::new(addr);
    desk.log_in(username, "secret-1").await;
    desk
}

async fn sees(desk: &Desk, photo: &Value) {
    let path = format!("/api/photos/{}", photo["id"].as_str().unwrap());
    let answer = desk.request(Method::GET, &path).send().await.unwrap();
    let status = answer.status();
    let body = answer.bytes().await.unwrap();
    assert_eq!(status, 200, "{}", text(&body));
    assert!(body.starts_with(b"\xff\xd8"));
}

fn told(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn keys_change_while_the_hub_runs_and_the_old_one_can_be_thrown_away() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let site = written(&database, "site.toml", &site());
        let objects = ["--objects", "objects"];
        let (mut child, addr) = started(&database, serve(&database, &[&objects[..], &["--site", &site]].concat()));
        let guard = person(addr, "guard").await;
        let case = claim(&guard, "E01").await;
        let photo = photograph(&guard, &case, picture(5)).await;
        let exported = text(&run(&database, &["export"]).stdout);
        assert!(exported.contains("pay-secret-1"), "{exported}");

        let file = database.folder().join("hub.key");
        let old = std::fs::read_to_string(&file).unwrap();
        let rotated = run(&database, &["rotate-key", "--objects", "objects"]);
        assert!(rotated.status.success(), "{}", told(&rotated));
        assert!(text(&rotated.stdout).contains(" 1 pictures sealed anew; 0 could"), "{}", told(&rotated));
        let both = std::fs::read_to_string(&file).unwrap();
        assert!(both.ends_with(&old) && both.len() > old.len(), "the new key stands first");
        // The hub that runs meets the new key and reads the file again.
        sees(&guard, &photo).await;
        let later = photograph(&guard, &case, picture(9)).await;
        terminate(&mut child);

        // Only the new key is left.
        std::fs::write(&file, both.strip_suffix(&old).unwrap()).unwrap();
        let (mut child, addr) = started(&database, serve(&database, &objects));
        let chief = person(addr, "chief").await;
        sees(&chief, &photo).await;
        sees(&chief, &later).await;
        assert_eq!(text(&run(&database, &["export"]).stdout), exported);
        terminate(&mut child);

        // The old one alone fits nothing any more.
        std::fs::write(&file, &old).unwrap();
        let refused = serve(&database, &objects).output().unwrap();
        assert!(!refused.status.success() && told(&refused).contains("does not fit"), "{}", told(&refused));
        let again = run(&database, &["rotate-key", "--only", "reseal", "--objects", "objects"]);
        assert!(!again.status.success(), "{}", told(&again));
    }
}

#[tokio::test]
async fn a_wrong_or_missing_key_is_told_at_the_start() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let file = written(&database, "site.toml", &site());
        assert!(run(&database, &["import", &file]).status.success());
        let key = database.folder().join("hub.key");
        let right = std::fs::read_to_string(&key).unwrap();

        std::fs::remove_file(&key).unwrap();
        let missing = serve(&database, &[]).output().unwrap();
        let words = told(&missing);
        assert!(
            !missing.status.success() && words.contains("is not there") && words.contains("LANEDESK_KEY"),
            "{words}"
        );
        assert!(!key.exists(), "no new key takes its place");

        for wrong in [STANDARD.encode([9; 32]), "not a key".to_owned()] {
            std::fs::write(&key, wrong).unwrap();
            for command in ["serve", "export", "import"] {
                let args = if command == "import" { vec![command, &file] } else { vec![command] };
                let refused = run(&database, &args);
                let words = told(&refused);
                let plain = words.contains("does not fit this database") || words.contains("32 bytes in base64");
                assert!(!refused.status.success() && plain, "{command}: {words}");
            }
        }

        // The key itself in the environment, as a secret store hands it out.
        let given = |args: &[&str]| {
            let mut command = hub(&database, args);
            command.env("LANEDESK_KEY", right.trim()).output().unwrap()
        };
        let exported = given(&["export"]);
        assert!(text(&exported.stdout).contains("pay-secret-1"), "{}", told(&exported));
        let rotated = given(&["rotate-key"]);
        assert!(!rotated.status.success() && told(&rotated).contains("environment"), "{}", told(&rotated));
    }
}

/// An S3 server over a folder; each folder in it is a bucket.
async fn s3(root: &Path) -> SocketAddr {
    use hyper_util::rt::{TokioExecutor, TokioIo};
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
    service.set_auth(SimpleAuth::from_single("test-id", "test-secret"));
    let service = service.build().into_shared();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((line, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(line), service).await;
            });
        }
    });
    addr
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![std::fs::read(path).unwrap()] }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_rest_sealed_in_s3_and_go_from_there() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    let file = written(&database, "site.toml", &site());
    let root = database.folder().join("s3");
    std::fs::create_dir_all(root.join("photos")).unwrap();
    let bucket = s3(&root).await;
    let objects = format!("s3://photos/hub-1?endpoint=http://{bucket}&region=cn-test");
    let with_credentials = |secret: &str| {
        let mut command = serve(&database, &["--objects", &objects, "--site", &file]);
        command.env("AWS_ACCESS_KEY_ID", "test-id").env("AWS_SECRET_ACCESS_KEY", secret);
        command.env("NO_PROXY", "127.0.0.1");
        command
    };
    let refused = tokio::task::block_in_place(|| with_credentials("wrong").output().unwrap());
    assert!(!refused.status.success() && told(&refused).contains("objects cannot be reached"), "{}", told(&refused));

    let (mut child, addr) = tokio::task::block_in_place(|| started(&database, with_credentials("test-secret")));
    let guard = person(addr, "guard").await;
    let case = claim(&guard, "E01").await;
    let sent = picture(5);
    let photo = photograph(&guard, &case, sent.clone()).await;
    sees(&guard, &photo).await;
    let resting = root.join("photos/hub-1/pictures");
    let kept = files(&resting);
    assert_eq!(kept.len(), 1, "one object under the prefix");
    assert!(kept[0].starts_with(b"LDK2"), "sealed");
    let id = photo["id"].as_str().unwrap();
    guard.delete(&format!("/api/cases/{case}/photos/{id}")).await.ok(204);
    assert_eq!(files(&resting).len(), 0, "and it goes from there");
    tokio::task::block_in_place(|| terminate(&mut child));

    let copied = run(&database, &["backup", "copy", "--objects", &objects]);
    assert!(!copied.status.success() && told(&copied).contains("bucket's own tools"), "{}", told(&copied));
    assert!(run(&database, &["backup", "copy"]).status.success(), "the database alone is copied");
}
