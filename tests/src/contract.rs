//! The published contract is true (invariant 8): outside checkers find the document valid, and no answer of a real hub
//! that it does not describe, whoever asks.

use crate::demo::PASSWORD;
use crate::harness::World;
use serde_json::Value;
use std::collections::BTreeSet;
use xtask::checker::{Checker, Size};

/// `cargo xtask contract` asks for the long form.
fn size() -> Size {
    match std::env::var_os("LANEDESK_CONTRACT_LONG") {
        Some(_) => Size::LONG,
        None => Size::SHORT,
    }
}

async fn asked_as(username: &'static str) {
    let world = World::sqlite().await;
    let address = world.address();
    let asked = tokio::task::spawn_blocking(move || Checker::ready()?.ask(&address, username, PASSWORD, &size()));
    if let Err(found) = asked.await.unwrap() {
        panic!("as {username}: {found:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lot_staff_are_answered_as_the_contract_says() {
    asked_as("guard").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_answered_as_the_contract_says() {
    asked_as("agent").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_is_answered_as_the_contract_says() {
    asked_as("chief").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_answered_as_the_contract_says() {
    asked_as("admin").await;
}

#[test]
fn another_outside_checker_finds_the_document_valid() {
    let committed = xtask::house::root().join("src-tauri/crates/hub/openapi.json");
    let found = Checker::ready().and_then(|checker| checker.validate(&committed));
    found.unwrap();
}

/// The page's types and those of any outside program come from the same source: what `bindings.ts` says of a noun that
/// both know, `openapi.json` says too.
#[test]
fn the_page_s_types_and_the_contract_name_the_same_words_and_fields() {
    let root = xtask::house::root();
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let contract: Value = serde_json::from_str(&read("src-tauri/crates/hub/openapi.json")).unwrap();
    let schemas = contract["components"]["schemas"].as_object().unwrap();
    let bindings = read("ui/src/lib/bindings.ts");
    let mut compared = (0, 0);
    for (name, body) in types(&bindings) {
        let Some(schema) = schemas.get(name) else {
            continue;
        };
        if let Some(words) = schema["enum"].as_array() {
            let words: BTreeSet<&str> = words.iter().filter_map(Value::as_str).collect();
            assert_eq!(quoted(body), words, "{name}");
            compared.0 += 1;
        } else if let (Some(fields), true) = (schema["properties"].as_object(), body.starts_with('{')) {
            let told: BTreeSet<&str> = fields.keys().map(String::as_str).collect();
            assert_eq!(named(body), told, "{name}");
            compared.1 += 1;
        }
    }
    assert!(compared.0 >= 20 && compared.1 >= 40, "{compared:?}");
}

/// The exported types with what they are.
fn types(bindings: &str) -> impl Iterator<Item = (&str, &str)> {
    bindings.split("\nexport type ").skip(1).filter_map(|text| {
        let (name, body) = text.split_once(" = ")?;
        let end = body.find(";\n\n").or_else(|| body.find(";\n")).unwrap_or(body.len());
        Some((name, body[..end].trim()))
    })
}

/// The words of a union.
fn quoted(body: &str) -> BTreeSet<&str> {
    let lines = body.lines().filter(|line| !line.trim_start().starts_with(['/', '*']));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).collect()
}

/// The fields of an object.
fn named(body: &str) -> BTreeSet<&str> {
    let fields = body.lines().filter_map(|line| line.strip_prefix('\t'));
    let own = fields.filter(|line| !line.starts_with(['\t', '/', ' ', '}', '*']));
    own.filter_map(|line| Some(line.split_once(':')?.0.trim_end_matches('?'))).collect()
}
