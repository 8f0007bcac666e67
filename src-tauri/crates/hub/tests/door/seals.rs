//! What is sealed opens in its own place only, and what proves things cannot be changed unseen (invariant 16, R25, R36).
//!
//! The hub goes on in other threads while the command line's program is waited for: both write one SQLite file.

use super::{
    NOON, Place,
    cli::{run, text},
    desk::Desk,
    evidence::{claim, photograph, picture},
    on_each_engine,
};
use aes_gcm::{
    Aes256Gcm, Key, KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lanedesk_domain::time::Timestamp;
use lanedesk_hub::{args, clock::Clock, hub::Hub, testing::Database, vault::SealSlot};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::process::Output;

/// A statement by somebody who has the database: the hub hears its own only.
async fn by_hand(place: &Place, sql: &str) {
    let sql: &'static str = Box::leak(format!("/* by hand */ {sql}").into_boxed_str());
    place.sql(sql, vec![]).await;
}

async fn one(place: &Place, sql: &str) -> String {
    let mut reader = place.hub.hub.store().read().await.unwrap();
    let (found,): (String,) = reader.conn().one(sql, vec![]).await.unwrap();
    found
}

/// As a hub sealed before there were places: the key's name, a nonce, the text.
fn sealed_as_before(key: &[u8; 32], text: &str) -> String {
    let id = Sha256::new_with_prefix(b"lanedesk key id").chain_update(key).finalize();
    let head = [b"LDK1".as_slice(), &id[..4]].concat();
    let payload = Payload { msg: text.as_bytes(), aad: &head };
    let cipher = Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key));
    let sealed = cipher.encrypt(Nonce::from_slice(&[7; 12]), payload).unwrap();
    STANDARD.encode([head.as_slice(), &[7; 12], &sealed].concat())
}

fn key_of(database: &Database) -> [u8; 32] {
    let text = std::fs::read_to_string(database.folder().join("hub.key")).unwrap();
    STANDARD.decode(text.trim()).unwrap().try_into().unwrap()
}

/// The site with a robot at E01, an integration, and a camera.
fn site() -> String {
    let more = r#"
[[robot]]
id = "robot-1"
number = "R-1"
key = "robot-key-1"
[[integration]]
id = "pay"
kind = "payments"
secret = "pay-secret-1"
[[device]]
id = "cam-1"
driver = "hikvision"
url = "http://127.0.0.1:9"
username = "admin"
password = "camera-secret-1"
events = "none"
"#;
    super::SITE.replacen("code = \"E01\"", "code = \"E01\"\nrobot = \"robot-1\"", 1) + more
}

/// The seed of the key that signs heads is not to be had by putting it where a robot's screen is shown from.
#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_value_moved_to_another_place_opens_nowhere() {
    for engine in lanedesk_hub::testing::ENGINES {
        let place = Place::with(engine, &site()).await;
        place.desk("chief").await.get("/api/audit/head").await.ok(200);
        let seed = one(&place, "select sealed from signing_key").await;
        let device = one(&place, "select secrets from device").await;
        let guard = place.desk("guard").await;
        for moved in [&seed, &device] {
            by_hand(&place, "delete from robot_now").await;
            place
                .sql(
                    "insert into robot_now (robot_id, screen, screen_at) values ('robot-1', $1, 1)",
                    args![moved.as_str()],
                )
                .await;
            guard.get("/api/lanes/E01/robot-screen").await.refused(404, "not_found");
        }
        // Nor does a row's secret open in another row, or another column.
        let vault = place.hub.hub.vault();
        assert!(vault.open_text(SealSlot::device("cam-1"), &device).is_ok());
        for slot in [SealSlot::device("cam-2"), SealSlot::robot("cam-1"), SealSlot::integration("cam-1")] {
            assert!(vault.open_text(slot, &device).is_err(), "{slot:?}");
        }
        place.hub.stop().await;
    }
}

/// A database of an older hub is bound at the start, once; what comes later without its place is not taken up.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_hub_sealed_is_bound_once_and_nothing_unbound_is_taken_after() {
    for engine in lanedesk_hub::testing::ENGINES {
        let place = Place::with(engine, &site()).await;
        let key = key_of(&place.database);
        let before = sealed_as_before(&key, "{\"password\":\"camera-secret-1\"}");
        let check = sealed_as_before(&key, "lanedesk vault");
        for (table, old) in [
            ("update device set secrets = $1", before.clone()),
            ("update robot set secret = $1", sealed_as_before(&key, "robot-key-1")),
            ("update integration set secret = $1", sealed_as_before(&key, "pay-secret-1")),
            ("update vault_check set sealed = $1", check.clone()),
            ("delete from signing_key where $1 = $1", String::new()),
        ] {
            place.sql(table, args![old]).await;
        }
        let Place { database, hub } = place;
        hub.stop().await;
        let again = async |database: Database| {
            let hub = Hub::start(database.config(Clock::manual(NOON))).await.unwrap();
            Place { database, hub }
        };
        let place = again(database).await;
        let bound = one(&place, "select secrets from device").await;
        assert!(STANDARD.decode(&bound).unwrap().starts_with(b"LDK2"));
        let opened = place.hub.hub.vault().open_text(SealSlot::device("cam-1"), &bound);
        assert!(opened.unwrap().contains("camera-secret-1"));
        let output = run(&place.database, &["export"]);
        let exported = text(&output.stdout);
        for secret in ["camera-secret-1", "robot-key-1", "pay-secret-1"] {
            assert!(exported.contains(secret), "{output:?}");
        }
        // An old text put back, into another column at that, is no secret any more: not now, not after another start.
        place.sql("update device set secrets = $1", args![before.as_str()]).await;
        let Place { database, hub } = place;
        hub.stop().await;
        let place = again(database).await;
        assert_eq!(one(&place, "select secrets from device").await, before);
        let row = place.desk("admin").await.get("/api/site/device/cam-1").await;
        assert_eq!(row.ok(200)["secrets"], json!([]));
        // What tells the key cannot be put back alone to have it all bound once more.
        place.sql("update vault_check set sealed = $1", args![check]).await;
        let Place { database, hub } = place;
        hub.stop().await;
        let refused = Hub::start(database.config(Clock::manual(NOON))).await.err();
        assert!(refused.unwrap().to_string().contains("put back"));
    }
}

fn verify(database: &Database, more: &[&str]) -> Output {
    run(database, &[&["verify-audit"], more].concat())
}

/// What it prints, once it is known to have found something.
fn found(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    text(&output.stdout)
}

fn holds(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    text(&output.stdout)
}

/// A case with a timeline and a photo, an opening made of it, cash, a payment, an approval whose time is not over: the hub
/// itself changes none of them meanwhile.
async fn records(place: &Place) -> Desk {
    let guard = place.desk("guard").await;
    let case = claim(&guard, "E01").await;
    photograph(&guard, &case, picture(5)).await;
    place.made(&[super::made::Made::exit("粤B12345", 5)]).await;
    place
        .sql(
            "insert into cash (id, case_id, lot_id, lane_id, person_id, amount_fen, at)
             select 'cash-1', id, lot_id, lane_id, person_id, 500, 1 from \"case\" where id = $1",
            args![case.as_str()],
        )
        .await;
    place
        .sql(
            "insert into payment (id, integration_id, event_id, lot_id, amount_fen, paid_at, received_at)
             values ($1, 'pay', 'e1', 'cyds', 700, 1, 1)",
            args![uuid::Uuid::now_v7().to_string()],
        )
        .await;
    place
        .sql(
            "insert into approval (id, case_id, lot_id, lane_id, content, direction, assessment, reason, remark, photos,
                person_id, asked_at, expires_at, state)
             select $2, id, lot_id, lane_id, '', 'exit', 'temporary', 'r', 'x', '[]', person_id, 1, 4102444800000, 'waiting'
             from \"case\" where id = $1",
            args![case.as_str(), uuid::Uuid::now_v7().to_string()],
        )
        .await;
    guard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_changed_added_or_removed_outside_the_hub_is_named() {
    on_each_engine(|place| async move {
        records(&place).await;
        place.sql("update opening set remark = 'by the hub'", vec![]).await;
        let told = holds(&verify(&place.database, &[]));
        assert!(told.contains("rows of records are as the audit says"), "{told}");
        for (spoil, mend, table) in [
            ("update opening set remark = 'another'", "update opening set remark = 'by the hub'", "opening"),
            ("update case_event set at = at + 1", "update case_event set at = at - 1", "case_event"),
            ("update photo set sha256 = sha256 || '0'", "update photo set sha256 = substr(sha256, 1, 64)", "photo"),
            ("update approval set state = 'allowed'", "update approval set state = 'waiting'", "approval"),
            ("update payment set amount_fen = 70", "update payment set amount_fen = 700", "payment"),
            ("update cash set amount_fen = 50", "update cash set amount_fen = 500", "cash"),
            // What was once true is not true any more.
            ("update opening set remark = null", "update opening set remark = 'by the hub'", "opening"),
            ("update cash set id = 'cash-2'", "update cash set id = 'cash-1'", "cash"),
        ] {
            by_hand(&place, spoil).await;
            let told = found(&verify(&place.database, &[]));
            assert!(told.starts_with(table), "{spoil}: {told}");
            by_hand(&place, mend).await;
            holds(&verify(&place.database, &[]));
        }
        by_hand(
            &place,
            "insert into cash (id, case_id, lot_id, lane_id, person_id, amount_fen, at)
             select 'made-up', case_id, lot_id, lane_id, person_id, 1, 1 from cash",
        )
        .await;
        assert!(found(&verify(&place.database, &[])).contains("added outside the hub"));
        by_hand(&place, "delete from cash where id = 'made-up'").await;
        by_hand(&place, "delete from payment").await;
        assert!(found(&verify(&place.database, &[])).contains("it is gone"));
        place.hub.stop().await;
    })
    .await;
}

/// A database from before sums were kept verifies, and is watched from then on.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_still_verifies_and_is_watched_from_its_next_start_on() {
    for engine in lanedesk_hub::testing::ENGINES {
        let place = Place::new(engine).await;
        by_hand(&place, "delete from audit where action = 'record.begin'").await;
        by_hand(&place, "delete from ledger").await;
        by_hand(&place, "delete from audit").await;
        place.made(&[super::made::Made::exit("粤B12345", 5), super::made::Made::exit("粤B54321", 4)]).await;
        by_hand(&place, "delete from audit").await;
        by_hand(&place, "delete from ledger").await;
        let Place { database, hub } = place;
        hub.stop().await;
        let told = holds(&verify(&database, &[]));
        assert!(told.contains("not summed up yet"), "{told}");
        let hub = Hub::start(database.config(Clock::manual(NOON))).await.unwrap();
        let place = Place { database, hub };
        holds(&verify(&place.database, &[]));
        // One of them is written again, and is watched with it; the other is counted.
        place.sql("update opening set remark = 'late' where plate = '粤B12345'", vec![]).await;
        holds(&verify(&place.database, &[]));
        by_hand(&place, "update opening set remark = 'other' where plate = '粤B12345'").await;
        assert!(found(&verify(&place.database, &[])).starts_with("opening"));
        by_hand(&place, "update opening set remark = 'late' where plate = '粤B12345'").await;
        by_hand(&place, "delete from opening where plate = '粤B54321'").await;
        assert!(found(&verify(&place.database, &[])).contains("fewer rows"));
        place.hub.stop().await;
    }
}

/// Writes a head to a file beside the database.
async fn head(place: &Place, name: &str) -> (String, Value) {
    let chief = place.desk("chief").await;
    let head = chief.get("/api/audit/head").await.ok(200).clone();
    let path = place.database.folder().join(name);
    std::fs::write(&path, head.to_string()).unwrap();
    (path.display().to_string(), head)
}

/// A chain as somebody with the source makes it up, dated as they like.
async fn invent(place: &Place, chain: &str, follows: &str, at: Timestamp) {
    let fields = [follows, chain, "0", &at.0.to_string(), "", "opening.note", "opening:x", "{}"];
    let mut sum = Sha256::new();
    for field in fields {
        sum.update((field.len() as u64).to_be_bytes());
        sum.update(field.as_bytes());
    }
    place
        .sql(
            "insert into audit (chain, seq, at, action, subject, body, prev, hash)
             values ($1, 0, $2, 'opening.note', 'opening:x', '{}', $3, $4)",
            args![chain, at, follows, hex::encode(sum.finalize())],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_made_up_after_a_head_with_older_dates_is_caught_by_the_head() {
    on_each_engine(|place| async move {
        let (first, of_first) = head(&place, "first.json").await;
        let nothing = "0".repeat(64);
        let digest = of_first["digest"].as_str().unwrap().to_owned();
        place.hub.clock.advance(std::time::Duration::from_secs(24 * 3600));
        let (second, _) = head(&place, "second.json").await;
        for path in [&first, &second] {
            let told = holds(&verify(&place.database, &["--head", path]));
            assert!(told.contains("nothing before"), "{told}");
        }
        for (follows, at, caught_by) in [
            (&nothing, NOON.plus_minutes(-60), [true, true]),
            (&nothing, NOON.plus_minutes(60), [true, true]),
            (&digest, NOON.plus_minutes(60), [false, true]),
            (&digest, NOON.plus_minutes(-60), [true, true]),
            (&"ab".repeat(32), NOON.plus_minutes(25 * 60), [true, true]),
        ] {
            invent(&place, "made-up", follows, at).await;
            for (path, caught) in [&first, &second].into_iter().zip(caught_by) {
                let told = verify(&place.database, &["--head", path]);
                if caught {
                    assert!(found(&told).contains("made-up"), "{follows} {at}");
                } else {
                    holds(&told);
                }
            }
            by_hand(&place, "delete from audit where chain = 'made-up'").await;
        }
        place.hub.stop().await;
    })
    .await;
}

/// Whoever can write into the records can put a key of their own there; the one that was written down is not theirs.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_counts_only_under_the_key_that_was_written_down() {
    on_each_engine(|place| async move {
        let (path, head) = head(&place, "head.json").await;
        let key = head["public_key"].as_str().unwrap();
        holds(&verify(&place.database, &["--head", &path, "--public-key", key]));
        let other = "11".repeat(32);
        let told = found(&verify(&place.database, &["--head", &path, "--public-key", &other]));
        assert!(told.contains("signed with"), "{told}");
        // Where the records are not at hand the head is checked by itself, and nothing is made there.
        let away = place.database.folder().join("away.db");
        let database = format!("sqlite:{}", away.display());
        let alone =
            |key: &str| verify(&place.database, &["--database", &database, "--head", &path, "--public-key", key]);
        assert!(holds(&alone(key)).contains("no records here"));
        found(&alone(&other));
        assert!(!away.exists());
        place.hub.stop().await;
    })
    .await;
}

/// A writer that begins after a head follows it.
#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_starts_again_begins_its_chain_behind_the_newest_head() {
    on_each_engine(|place| async move {
        let (path, first) = head(&place, "head.json").await;
        let Place { database, hub } = place;
        hub.stop().await;
        let hub = Hub::start(database.config(Clock::manual(NOON.plus_minutes(5)))).await.unwrap();
        let place = Place { database, hub };
        place.desk("guard").await;
        let sql = "select prev from audit where seq = 0 order by at desc, chain desc limit 1";
        assert_eq!(one(&place, sql).await, first["digest"].as_str().unwrap());
        holds(&verify(&place.database, &["--head", &path]));
        holds(&verify(&place.database, &[]));
        place.hub.stop().await;
    })
    .await;
}

/// Records, objects and keys are the hub's user's alone, and the key is not where they are.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_hub_are_its_user_s_alone_and_the_key_lies_elsewhere() {
    use super::cli::{hub, started, terminate, written};
    use std::os::unix::fs::PermissionsExt as _;
    let database = Database::new(lanedesk_hub::testing::Engine::Sqlite).await.unwrap();
    let (data, home) = (database.folder().join("data"), database.folder().join("home"));
    std::fs::create_dir_all(&data).unwrap();
    std::fs::create_dir_all(&home).unwrap();
    let site = written(&database, "site.toml", super::SITE);
    let address = format!("sqlite:{}", data.join("hub.db").display());
    let objects = data.join("objects").display().to_string();
    let args = ["serve", "--listen", "127.0.0.1:0", "--database", &address, "--objects", &objects, "--site", &site];
    let mut command = hub(&database, &args);
    command.env_remove("LANEDESK_KEY").env_remove("XDG_CONFIG_HOME").env("HOME", &home);
    let (mut child, addr) = started(&database, command);
    let mut guard = Desk::new(addr);
    guard.log_in("guard", "secret-1").await;
    let case = claim(&guard, "E01").await;
    photograph(&guard, &case, picture(5)).await;
    let mut looked = 0;
    let mut left = vec![data.clone(), home.join(".config/lanedesk")];
    while let Some(path) = left.pop() {
        let folder = path.is_dir();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let wanted = if folder { 0o700 } else { 0o600 };
        assert!(path == data || mode == wanted, "{}: {mode:o}", path.display());
        if folder {
            left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        looked += 1;
        let is_key = path.extension().is_some_and(|end| end == "key");
        assert!(!is_key || path.starts_with(&home), "{}", path.display());
    }
    assert!(looked > 6, "records, objects and key were there: {looked}");
    assert!(terminate(&mut child).success());
}
