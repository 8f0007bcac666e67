//! The program itself: flags, exit codes, what is written where.

use super::{Place, desk::Desk};
use lanedesk_hub::testing::{Database, ENGINES, Engine};
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

pub(crate) fn hub(database: &Database, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lanedesk-hub"));
    command.current_dir(database.folder()).env("LANEDESK_DATABASE", &database.address);
    command.env("LANEDESK_KEY", database.folder().join("hub.key")).args(args);
    command
}

pub(crate) fn run(database: &Database, args: &[&str]) -> Output {
    hub(database, args).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn written(database: &Database, name: &str, content: &str) -> String {
    let path = database.folder().join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

/// Starts `serve` and waits until it says where it listens.
fn serve(database: &Database, args: &[&str]) -> (Child, SocketAddr) {
    let all = [&["serve", "--listen", "127.0.0.1:0", "--objects", "objects"], args].concat();
    started(database, hub(database, &all))
}

/// Starts a `serve` and waits until it says where it listens.
pub(crate) fn started(database: &Database, command: Command) -> (Child, SocketAddr) {
    started_as("http", database, command)
}

/// The same for a hub that speaks `scheme`.
pub(crate) fn started_as(scheme: &str, database: &Database, mut command: Command) -> (Child, SocketAddr) {
    let log = std::fs::File::create(database.folder().join("log")).unwrap();
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let addr = line.trim().strip_prefix(&format!("listening on {scheme}://")).unwrap_or_else(|| panic!("{line:?}"));
    (child, addr.parse().unwrap())
}

/// What `kill` does, gently.
pub(crate) fn terminate(child: &mut Child) -> std::process::ExitStatus {
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap()
}

#[tokio::test]
async fn serve_imports_serves_and_stops_when_told_leaving_no_secrets_in_its_log() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let site = written(&database, "site.toml", super::SITE);
        let (mut child, addr) = serve(&database, &["--site", &site]);
        let mut desk = Desk::new(addr);
        desk.log_in("guard", "secret-1").await;
        assert_eq!(desk.lanes("cydxdmjk").await, ["E01"]);
        desk.get("/api/records?q=粤B12345").await;
        assert!(terminate(&mut child).success());
        let log = std::fs::read_to_string(database.folder().join("log")).unwrap();
        assert!(log.lines().filter(|line| line.starts_with('{')).count() >= 2, "JSON lines: {log}");
        for secret in ["secret-1", desk.token.as_deref().unwrap(), "B12345", "4417"] {
            assert!(!log.contains(secret), "{secret} in {log}");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(database.folder().join("hub.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // Without the site file the database suffices.
        let (mut child, addr) = serve(&database, &[]);
        Desk::new(addr).try_log_in("guard", "secret-1").await.ok(201);
        terminate(&mut child);
    }
}

/// A person's row as the administrator sees it.
async fn person(admin: &Desk, username: &str) -> Value {
    let found = admin.get(&format!("/api/site/person?q={username}")).await;
    let items = found.ok(200)["items"].as_array().unwrap().clone();
    let is = |row: &&Value| row["row"]["username"] == username;
    items.iter().find(is).unwrap().clone()
}

/// The same where the file was taken in before by `import`: what was changed in the app since stands.
#[tokio::test]
async fn a_first_start_with_a_site_file_brings_no_revoked_pass_and_no_old_key_back() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let text = format!(
            "{}[[pass]]\nlot = \"cyds\"\nplates = [\"粤B66R58\", \"粤B12345\"]\nstatus = \"active\"\nvalid_from = \"2026-01-01\"\nvalid_to = \"2030-12-31\"\n\
             [[robot]]\nid = \"r1\"\nnumber = \"R-1\"\nphone = \"\"\nkey = \"robot-key-0123456789\"\n",
            super::SITE
        );
        let site = written(&database, "site.toml", &text);
        let imported = run(&database, &["import", &site]);
        assert!(imported.status.success(), "{imported:?}");
        let (mut child, addr) = serve(&database, &[]);
        let mut admin = Desk::new(addr);
        admin.log_in("admin", "secret-1").await;
        let pass = admin.get("/api/site/pass").await.ok(200)["items"][0].clone();
        let path = format!("/api/site/pass/{}", pass["id"].as_str().unwrap());
        let mut row = pass["row"].clone();
        row["status"] = json!("suspended");
        admin.put(&path, json!({"version": pass["version"], "row": row})).await.ok(200);
        let code = admin.post("/api/robots/R-1/pairing", json!({})).await;
        let code = json!({"code": code.ok(200)["code"]});
        admin.post("/api/robots/R-1/pair", code).await.ok(200);
        let robot = admin.get("/api/site/robot/r1").await.ok(200).clone();
        terminate(&mut child);
        let (mut child, addr) = serve(&database, &["--site", &site]);
        let mut admin = Desk::new(addr);
        admin.log_in("admin", "secret-1").await;
        let now = admin.get("/api/site/pass").await.ok(200)["items"].clone();
        let status: Vec<&Value> = now.as_array().unwrap().iter().map(|pass| &pass["row"]["status"]).collect();
        assert_eq!(status, [&json!("suspended")], "{engine:?}");
        let now = admin.get("/api/site/robot/r1").await.ok(200).clone();
        assert_eq!(now["version"], robot["version"], "the tablet's key stays");
        terminate(&mut child);
    }
}

/// R3, R34: the file says how a site begins. A role that was taken away, a stricter rule, a pass that was removed do not
/// come back with the next start; what the file says anew does.
#[tokio::test]
async fn a_restart_with_the_same_site_file_brings_nothing_old_back() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let text = format!(
            "{}[[pass]]\nlot = \"cyds\"\nplates = [\"粤B12345\"]\nstatus = \"active\"\nvalid_from = \"2026-01-01\"\nvalid_to = \"2030-12-31\"\n\
             [[robot]]\nid = \"r1\"\nnumber = \"R-1\"\nphone = \"\"\nkey = \"robot-key-0123456789\"\n[rules]\nlock_minutes = 10\n",
            super::SITE
        );
        let site = written(&database, "site.toml", &text);
        let (mut child, addr) = serve(&database, &["--site", &site]);
        let mut admin = Desk::new(addr);
        admin.log_in("admin", "secret-1").await;
        let change = |row: &Value, values: Value| {
            let mut cells = row["row"].clone();
            for (key, value) in values.as_object().unwrap() {
                cells[key] = value.clone();
            }
            json!({"version": row["version"], "row": cells})
        };
        let chief = person(&admin, "chief").await;
        let less = json!({"role": "agent", "areas": [], "lots": ["cyds"]});
        let path = format!("/api/site/person/{}", chief["id"].as_str().unwrap());
        admin.put(&path, change(&chief, less)).await.ok(200);
        let guard = person(&admin, "guard").await;
        let path = format!("/api/site/person/{}", guard["id"].as_str().unwrap());
        admin.put(&path, change(&guard, json!({"disabled": true}))).await.ok(200);
        let rule = admin.get("/api/site/rule/lock_minutes").await.ok(200).clone();
        let rule = json!({"version": rule["version"], "row": {"value": 3}});
        admin.put("/api/site/rule/lock_minutes", rule).await.ok(200);
        let pass = admin.get("/api/site/pass").await.ok(200)["items"][0].clone();
        let gone =
            format!("/api/site/pass/{}?version={}", pass["id"].as_str().unwrap(), pass["version"].as_str().unwrap());
        admin.delete(&gone).await.ok(204);
        let code = admin.post("/api/robots/R-1/pairing", json!({})).await;
        let code = json!({"code": code.ok(200)["code"]});
        admin.post("/api/robots/R-1/pair", code).await.ok(200);
        let robot = admin.get("/api/site/robot/r1").await.ok(200).clone();
        terminate(&mut child);

        let check = async |admin: &Desk| {
            let chief = person(admin, "chief").await["row"].clone();
            assert_eq!(
                (&chief["role"], &chief["areas"], &chief["lots"]),
                (&json!("agent"), &json!([]), &json!(["cyds"])),
                "{engine:?}"
            );
            assert_eq!(person(admin, "guard").await["row"]["disabled"], true);
            let rule = admin.get("/api/site/rule/lock_minutes").await.ok(200).clone();
            assert_eq!(rule["row"]["value"], 3);
            assert_eq!(admin.get("/api/site/pass").await.ok(200)["items"], json!([]));
            let now = admin.get("/api/site/robot/r1").await.ok(200).clone();
            assert_eq!(now["version"], robot["version"], "the tablet's key stays");
        };
        for _ in 0..2 {
            let (mut child, addr) = serve(&database, &["--site", &site]);
            let mut admin = Desk::new(addr);
            admin.log_in("admin", "secret-1").await;
            check(&admin).await;
            terminate(&mut child);
        }
        // What the file says anew of somebody is so.
        let text = text.replace("name = \"周敏\"", "name = \"周敏敏\"") + "grace_days = 5\n";
        let site = written(&database, "site.toml", &text);
        let (mut child, addr) = serve(&database, &["--site", &site]);
        let mut admin = Desk::new(addr);
        admin.log_in("admin", "secret-1").await;
        let chief = person(&admin, "chief").await["row"].clone();
        assert_eq!((&chief["role"], &chief["areas"]), (&json!("supervisor"), &json!(["south"])));
        let grace = admin.get("/api/site/rule/grace_days").await.ok(200).clone();
        assert_eq!(grace["row"]["value"], 5);
        let rule = admin.get("/api/site/rule/lock_minutes").await.ok(200).clone();
        assert_eq!(rule["row"]["value"], 3);
        terminate(&mut child);
    }
}

#[tokio::test]
async fn import_names_every_fault_and_export_gives_the_site_back() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let faulty = written(&database, "faulty.toml", "[[area]]\nid = \"a b\"\n[[seat]]\nnumber = 5\n");
        let refused = run(&database, &["import", &faulty]);
        assert!(!refused.status.success());
        let told = text(&refused.stderr);
        assert!(told.contains("line 2: area.id") && told.contains("line 4: seat.number"), "{told}");
        let site = written(&database, "site.toml", super::SITE);
        assert!(run(&database, &["import", &site]).status.success());
        let exported = run(&database, &["export"]);
        assert!(exported.status.success(), "{}", text(&exported.stderr));
        let toml = text(&exported.stdout);
        assert!(toml.contains("name = \"彩悦大厦\"") && !toml.contains("secret-1"), "{toml}");
        let again = written(&database, "again.toml", &toml);
        assert!(run(&database, &["import", &again]).status.success());
        assert_eq!(text(&run(&database, &["export"]).stdout), toml);
    }
}

/// A key that proves who speaks is as long as the settings page wants it, or whoever takes it in is told. One that is there
/// already is no fault of a file that says it again.
#[tokio::test]
async fn import_names_keys_that_the_settings_page_would_refuse() {
    let site = |key: &str, secret: &str| {
        format!(
            "{}[[robot]]\nid = \"r1\"\nnumber = \"R-1\"\nphone = \"\"\nkey = \"{key}\"\n\
             [[integration]]\nid = \"pay\"\nkind = \"payments\"\nsecret = \"{secret}\"\n",
            super::SITE
        )
    };
    let (robot, integration) = (
        "look: robot \"r1\": the key is too short: give 12 characters or more",
        "look: integration \"pay\": the key is too short: give 12 characters or more",
    );
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let told = |key: &str, secret: &str| {
            let file = written(&database, "site.toml", &site(key, secret));
            let taken = run(&database, &["import", &file]);
            let told = text(&taken.stderr);
            assert!(taken.status.success(), "{engine:?}: {told}");
            (told.contains(robot), told.contains(integration))
        };
        assert_eq!(told("robot-key-1", "pay-secret"), (true, true));
        assert_eq!(told("robot-key-1", "pay-secret"), (false, false));
        assert_eq!(told("robot-key-2", "pay-secret"), (true, false));
        assert_eq!(told("robot-key-12", "pay-secret-1"), (false, false));
    }
}

#[tokio::test]
async fn verify_audit_exits_with_1_and_names_the_row() {
    for engine in ENGINES {
        let place = Place::new(engine).await;
        place.desk("guard").await;
        let Place { database, hub } = place;
        let intact = run(&database, &["verify-audit"]);
        assert!(intact.status.success(), "{}", text(&intact.stdout));
        let spoilt: Result<(), lanedesk_hub::store::StoreError> = hub
            .hub
            .store()
            .write(async |tx| {
                let sql = "update audit set person_id = 'somebody' where action = 'session.begin'";
                tx.execute(sql, vec![]).await.map(drop)
            })
            .await;
        spoilt.unwrap();
        let broken = run(&database, &["verify-audit"]);
        assert_eq!(broken.status.code(), Some(1));
        assert!(text(&broken.stdout).contains("is broken"), "{}", text(&broken.stdout));
        hub.stop().await;
    }
}

#[tokio::test]
async fn a_backup_of_a_running_hub_comes_back_with_every_fence_risen() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    let site = written(&database, "site.toml", super::SITE);
    let (mut child, addr) = serve(&database, &["--site", &site]);
    let mut desk = Desk::new(addr);
    desk.log_in("guard", "secret-1").await;
    let before = desk.post("/api/lanes/E01/claim", serde_json::json!({})).await;
    let fence = before.ok(201)["lease"]["fence"].as_i64().unwrap();
    let made = run(&database, &["backup", "copy", "--objects", "objects"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(Path::new(&database.folder().join("copy/hub.db")).exists());
    let used = run(&database, &["restore", "copy", "--objects", "objects"]);
    assert!(!used.status.success() && text(&used.stderr).contains("stop the hub first"), "{}", text(&used.stderr));
    assert!(!run(&database, &["backup", "copy"]).status.success(), "a backup is never written over");
    terminate(&mut child);

    let restored = run(&database, &["restore", "copy", "--objects", "objects"]);
    assert!(restored.status.success(), "{}", text(&restored.stderr));
    let (mut child, addr) = serve(&database, &[]);
    let mut later = Desk::new(addr);
    later.token = desk.token;
    later.get("/api/session").await.refused(401, "no_session");
    later.log_in("guard", "secret-1").await;
    let after = later.post("/api/lanes/E01/claim", serde_json::json!({})).await;
    assert!(after.ok(201)["lease"]["fence"].as_i64().unwrap() > fence + 1_000_000, "{:?}", after.body);
    terminate(&mut child);
}

#[tokio::test]
async fn what_is_not_built_is_refused_plainly() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    let postgres = ["backup", "copy", "--database", "postgres://localhost/none"];
    assert!(text(&run(&database, &postgres).stderr).contains("SQLite only"));
    assert!(text(&run(&database, &["serve", "--database", "mysql://x"]).stderr).contains("not a database address"));
}
