//! Every role × every operation × own lot, another lot, another area (R3, R4). What is expected comes from the one table
//! of `domain::person`, which README.md prints.

use super::{Place, SITE, desk::Desk};
use lanedesk_domain::person::{Permission as P, Role, TABLE};
use lanedesk_hub::testing::ENGINES;
use reqwest::Method;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// An operation on a lane (`{lane}`) or on a case worked there (`{case}`), and what it takes.
const AT_A_LOT: &[(&str, &str, P)] = &[
    ("GET", "/api/lanes/{lane}", P::View),
    ("GET", "/api/cases/{case}", P::View),
    ("POST", "/api/lanes/{lane}/ask", P::HandOver),
    ("POST", "/api/lanes/{lane}/take-over", P::TakeOver),
    ("POST", "/api/cases/{case}/plate", P::Act),
    ("POST", "/api/cases/{case}/phone", P::Act),
    ("POST", "/api/cases/{case}/vehicle", P::Act),
    ("POST", "/api/cases/{case}/direction", P::Act),
    ("POST", "/api/cases/{case}/passed", P::Act),
    ("POST", "/api/cases/{case}/picture", P::Act),
    ("POST", "/api/cases/{case}/barrier", P::Act),
    ("POST", "/api/cases/{case}/hand-over", P::HandOver),
    ("POST", "/api/cases/{case}/help", P::AskHelp),
    ("DELETE", "/api/cases/{case}/help", P::AskHelp),
    ("POST", "/api/cases/{case}/debt", P::FileDebt),
    ("POST", "/api/cases/{case}/cash", P::RecordCash),
    ("POST", "/api/cases/{case}/close", P::Act),
    ("POST", "/api/lanes/{lane}/claim", P::Claim),
];

/// Operations of no one lot: what they show is filtered.
const ANYWHERE: &[(&str, &str, P)] = &[
    ("GET", "/api/search?q=E01", P::Search),
    ("GET", "/api/records?q=粤B12345", P::Records),
    ("GET", "/api/openings", P::Openings),
    ("GET", "/api/openings/statistics", P::Statistics),
    ("GET", "/api/openings/export", P::Export),
    ("GET", "/api/cases/statistics", P::Statistics),
    ("GET", "/api/cases", P::Statistics),
    ("GET", "/api/calls/past", P::Statistics),
    ("GET", "/api/stays", P::Statistics),
    ("GET", "/api/outages", P::Statistics),
    ("GET", "/api/calls?state=waiting", P::SeeQueue),
    ("GET", "/api/seats", P::SeeQueue),
    ("GET", "/api/warnings", P::OpeningsOfOthers),
    ("GET", "/api/board", P::Board),
    ("GET", "/api/approvals", P::Approve),
    ("GET", "/api/rises", P::OpeningsOfOthers),
    ("GET", "/api/cash", P::SeeCash),
    ("GET", "/api/devices", P::SeeDevices),
    ("GET", "/api/maintenance", P::Maintain),
    ("GET", "/api/site/lot", P::Configure),
    ("GET", "/api/site/changes", P::Configure),
    ("GET", "/api/site/export", P::Configure),
];

/// Three lots: one's own, another of the same area, one of another area; a person of each role with only the first, and
/// somebody who works all of them.
fn site() -> String {
    let mut site = SITE.to_owned();
    site.push_str(
        "\n[[lot]]\nid = \"next\"\nname = \"隔壁\"\narea = \"south\"\n[[lane]]\nid = \"N01\"\nlot = \"next\"\nname = \"口\"\ncode = \"N01\"\ndirection = \"exit\"\n",
    );
    for role in Role::ALL {
        // Writing into a string cannot fail.
        let _ = write!(
            site,
            "[[person]]\nusername = \"of-{role}\"\nname = \"{role}\"\nrole = \"{role}\"\npassword = \"secret-1\"\nlots = [\"cyds\"]\n"
        );
    }
    for n in 0..3 {
        let _ = write!(
            site,
            "[[person]]\nusername = \"holder-{n}\"\nname = \"忙\"\nrole = \"agent\"\npassword = \"secret-1\"\nareas = [\"company\"]\n"
        );
    }
    site
}

/// A body every operation understands.
fn body(case: &str) -> Value {
    json!({"fence": 1, "plate": "粤B12345", "phone": "13800000000", "candidate": case, "direction": "entry", "to": case,
        "note": "", "reason": "换班", "order_id": uuid::Uuid::new_v4(), "action": "open", "amount_fen": 100, "id": "x"})
}

async fn status(desk: &Desk, method: &str, path: &str, body: &Value) -> u16 {
    let request = desk.request(method.parse::<Method>().unwrap(), path);
    let request = if method == "GET" { request } else { request.json(body) };
    desk.send(request).await.status
}

#[tokio::test]
async fn every_role_may_exactly_what_the_table_says_and_only_in_its_lots() {
    for engine in ENGINES {
        every_role_at(&Place::with(engine, &site()).await).await;
    }
}

async fn every_role_at(place: &Place) {
    let mut cases = Vec::new();
    for (n, lane) in ["E01", "N01", "B01"].into_iter().enumerate() {
        let holder = place.desk(&format!("holder-{n}")).await;
        let claimed = holder.post(&format!("/api/lanes/{lane}/claim"), json!({})).await;
        cases.push((lane, claimed.ok(201)["case"]["id"].as_str().unwrap().to_owned()));
    }
    let mut looked = 0;
    for role in Role::ALL {
        let desk = place.desk(&format!("of-{role}")).await;
        for (method, path, permission) in AT_A_LOT {
            for (n, (lane, case)) in cases.iter().enumerate() {
                let path = path.replace("{lane}", lane).replace("{case}", case);
                let seen = status(&desk, method, &path, &body(case)).await;
                let fits = match (role.may(*permission), n) {
                    (false, _) => seen == 403,
                    (true, 0) => seen != 403 && seen != 404 && seen < 500,
                    (true, _) => seen == 404,
                };
                assert!(fits, "{role} {method} {path} ({permission}): {seen}");
                looked += 1;
            }
        }
        for (method, path, permission) in ANYWHERE {
            let seen = status(&desk, method, path, &json!({})).await;
            let wanted = if role.may(*permission) { 200 } else { 403 };
            assert_eq!(seen, wanted, "{role} {method} {path} ({permission})");
            looked += 1;
        }
    }
    assert_eq!(looked, Role::ALL.len() * (AT_A_LOT.len() * 3 + ANYWHERE.len()));
}

/// `UPDATE_README=1 cargo test -p lanedesk-hub --test door matrix` writes it.
#[test]
fn the_readme_shows_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (begin, end) = ("<!-- rights -->\n", "<!-- /rights -->");
    let (before, rest) = text.split_once(begin).expect("where the rights stand");
    let (shown, after) = rest.split_once(end).expect("where they end");
    let mut table =
        String::from("| operation | lot_staff | agent | supervisor | admin |\n| --- | --- | --- | --- | --- |\n");
    for (permission, roles) in TABLE {
        let marks = Role::ALL.iter().map(|role| if roles.contains(role) { "✓" } else { "" });
        let marks: Vec<&str> = marks.collect();
        let _ = writeln!(table, "| {permission} | {} |", marks.join(" | "));
    }
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path, format!("{before}{begin}{table}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(shown, table, "README.md is out of date: run with UPDATE_README=1");
}
