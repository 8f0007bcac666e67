//! The signed head: what no longer fits it is found, also where every hash was made anew (invariant "audit", issue 3.4).

use super::{Place, desk::Desk, on_each_engine};
use lanedesk_hub::{args, testing::Database};
use sha2::{Digest as _, Sha256};
use std::process::{Command, Output};

fn verify(database: &Database, head: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lanedesk-hub"));
    command.current_dir(database.folder()).env("LANEDESK_DATABASE", &database.address).arg("verify-audit");
    if let Some(head) = head {
        command.args(["--head", head]);
    }
    command.output().unwrap()
}

/// What it prints, once it is known to have found something.
fn found(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Takes a head, keeps a copy outside, and lets more happen after it.
async fn with_head(place: &Place) -> (Desk, String) {
    place.desk("guard").await;
    let chief = place.desk("chief").await;
    let head = chief.get("/api/audit/head").await;
    assert!(head.ok(200)["qr_svg"].as_str().unwrap().contains("<svg"));
    let path = place.database.folder().join("head.json");
    std::fs::write(&path, head.body.to_string()).unwrap();
    place.desk("agent").await;
    (chief, path.display().to_string())
}

#[derive(Debug, Clone, serde::Deserialize)]
struct Row {
    chain: String,
    seq: i64,
    at: i64,
    person_id: Option<String>,
    action: String,
    subject: String,
    body: String,
}

async fn rows(place: &Place) -> Vec<Row> {
    let mut reader = place.hub.hub.store().read().await.unwrap();
    let sql = "select chain, seq, at, person_id, action, subject, body from audit order by chain, seq";
    reader.conn().all(sql, vec![]).await.unwrap()
}

/// The chain and number of the guard's login.
async fn login(place: &Place) -> Row {
    let rows = rows(place).await;
    rows.into_iter().find(|row| row.action == "session.begin").unwrap()
}

#[tokio::test]
async fn a_head_proves_what_came_before_it_and_allows_what_came_after() {
    on_each_engine(async |place| {
        let (chief, head) = with_head(&place).await;
        let told = verify(&place.database, Some(&head));
        assert!(told.status.success(), "{told:?}");
        let again = chief.get("/api/audit/head").await;
        let first: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&head).unwrap()).unwrap();
        assert_eq!(again.ok(200)["public_key"], first["public_key"], "one key");
        assert_ne!(again.body["digest"], first["digest"]);
        // The copy beside the objects is the same head, and is not sealed.
        let copies = place.database.folder().join("objects/heads");
        let day = std::fs::read_dir(copies).unwrap().next().unwrap().unwrap();
        assert_eq!(std::fs::read_dir(day.path()).unwrap().count(), 2);
        place.desk("agent").await.get("/api/audit/head").await.refused(403, "not_allowed");
        // A head of somebody else's key proves nothing, nor does one that was changed.
        let spoilt = std::fs::read_to_string(&head).unwrap().replace("\"seq\":0", "\"seq\":1");
        std::fs::write(&head, spoilt.replacen("\"digest\":\"", "\"digest\":\"0", 1)).unwrap();
        assert!(found(&verify(&place.database, Some(&head))).contains("head itself"));
        place.hub.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_changed_a_removed_and_two_swapped_rows_are_named() {
    on_each_engine(async |place| {
        let (_chief, head) = with_head(&place).await;
        let row = login(&place).await;
        let named = format!("audit row {} of chain {}", row.seq, row.chain);
        let spoils: [(&str, &str); 3] = [
            ("update audit set at = at + 1 where chain = $1 and seq = $2", "content was changed"),
            ("update audit set seq = case seq when $2 then -1 else seq end where chain = $1", "missing"),
            ("update audit set seq = 0 - seq - 100 where chain = $1 and (seq = $2 or seq = $2 + 1)", "missing"),
        ];
        let mends = [
            "update audit set at = at - 1 where chain = $1 and seq = $2",
            "update audit set seq = $2 where chain = $1 and seq = -1",
            "update audit set seq = 0 - seq - 100 where chain = $1 and seq <= -100 - $2",
        ];
        for ((spoil, why), mend) in spoils.into_iter().zip(mends) {
            place.sql(spoil, args![row.chain.as_str(), row.seq]).await;
            for head in [None, Some(head.as_str())] {
                let told = found(&verify(&place.database, head));
                // A row moved before the first shows at the first that is not where it was.
                assert!(told.contains(&row.chain) && told.contains("broken"), "{why}: {told}");
                assert!(why == "missing" || (told.contains(&named) && told.contains(why)), "{told}");
            }
            place.sql(mend, args![row.chain.as_str(), row.seq]).await;
            assert!(verify(&place.database, Some(&head)).status.success());
        }
        // Two rows swapped with everything but their numbers.
        for (from, to) in [(row.seq, -7), (row.seq + 1, row.seq), (-7, row.seq + 1)] {
            let sql = "update audit set seq = $3 where chain = $1 and seq = $2";
            place.sql(sql, args![row.chain.as_str(), from, to]).await;
        }
        assert!(found(&verify(&place.database, None)).contains(&named));
        place.hub.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_removed_row_is_named_and_a_chain_cut_short_is_caught_by_the_head_alone() {
    on_each_engine(async |place| {
        let (_chief, head) = with_head(&place).await;
        let row = login(&place).await;
        let last = rows(&place).await.into_iter().rfind(|other| other.chain == row.chain).unwrap();
        place.sql("delete from audit where chain = $1 and seq >= $2", args![row.chain.as_str(), row.seq]).await;
        assert!(last.seq >= row.seq);
        assert!(verify(&place.database, None).status.success(), "what is left holds by itself");
        let told = found(&verify(&place.database, Some(&head)));
        assert!(told.contains(&row.chain) && told.contains("missing"), "{told}");
        place.hub.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_chain_rewritten_with_fresh_hashes_is_caught_by_the_head_alone() {
    on_each_engine(async |place| {
        let (_chief, head) = with_head(&place).await;
        let changed = login(&place).await;
        let mut last = "0".repeat(64);
        for row in rows(&place).await.into_iter().filter(|row| row.chain == changed.chain) {
            let person = if row.seq == changed.seq { Some("somebody-else".to_owned()) } else { row.person_id.clone() };
            let hash = hash(&last, &row, person.as_deref().unwrap_or_default());
            place
                .sql(
                    "update audit set person_id = $3, prev = $4, hash = $5 where chain = $1 and seq = $2",
                    args![row.chain.as_str(), row.seq, person.as_deref(), last.as_str(), hash.as_str()],
                )
                .await;
            last = hash;
        }
        assert!(verify(&place.database, None).status.success(), "it holds by itself");
        let told = found(&verify(&place.database, Some(&head)));
        assert!(told.contains(&changed.chain) && told.contains("not what the head was signed over"), "{told}");
        place.hub.stop().await;
    })
    .await;
}

/// The chain's own hash, as somebody with the source would make it.
fn hash(prev: &str, row: &Row, person: &str) -> String {
    let mut sha = Sha256::new();
    let (seq, at) = (row.seq.to_string(), row.at.to_string());
    for field in [prev, &row.chain, &seq, &at, person, &row.action, &row.subject, &row.body] {
        sha.update((field.len() as u64).to_be_bytes());
        sha.update(field.as_bytes());
    }
    hex::encode(sha.finalize())
}
