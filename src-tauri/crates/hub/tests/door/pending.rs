//! What weakens a rule of control is decided by two administrators; one alone is on record as alone.

use super::{Place, SITE, desk::Desk};
use lanedesk_hub::testing::ENGINES;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Two more who hold the root area, and one who holds a part.
const MORE: &str = r#"
[[person]]
username = "second"
name = "第二"
role = "admin"
password = "secret-1"
areas = ["company"]
[[person]]
username = "south"
name = "南管"
role = "admin"
password = "secret-1"
areas = ["south"]
[[reason]]
code = "police"
text = "公务"
direction = "any"
remark = true
photos_min = 1
approval = true
[[reason]]
code = "misread"
text = "识别错误"
direction = "any"
"#;

async fn value(desk: &Desk, path: &str, key: &str) -> Value {
    desk.get(path).await.ok(200)["row"][key].clone()
}

/// Asks for other values of a row; the answer.
async fn ask(desk: &Desk, path: &str, values: Value) -> super::desk::Answer {
    let row = desk.get(path).await.ok(200).clone();
    let mut cells = row["row"].clone();
    for (key, value) in values.as_object().unwrap() {
        cells[key] = value.clone();
    }
    desk.put(path, json!({"version": row["version"], "row": cells})).await
}

async fn waiting(desk: &Desk) -> Vec<Value> {
    let found = desk.get("/api/site/pending").await;
    found.ok(200)["items"].as_array().unwrap().clone()
}

async fn answer(desk: &Desk, pending: &Value, word: &str) -> super::desk::Answer {
    let path = format!("/api/site/pending/{}", pending["id"].as_str().unwrap());
    desk.post(&path, json!({"answer": word})).await
}

async fn upload(desk: &Desk, query: &str, text: &str) -> super::desk::Answer {
    let request = desk.request(Method::POST, &format!("/api/site/import{query}"));
    desk.send(request.body(text.to_owned())).await
}

#[tokio::test]
async fn weakening_a_rule_of_control_waits_for_a_second_administrator() {
    for engine in ENGINES {
        let place = Place::with(engine, &format!("{SITE}{MORE}")).await;
        let (admin, second) = (place.desk("admin").await, place.desk("second").await);
        let south = place.desk("south").await;
        let weaker = [
            ("rule/approval_due_fen", json!({"value": 0}), "value", json!(20_000)),
            ("rule/photo_retention_days", json!({"value": 30}), "value", json!(90)),
            ("rule/second_factor_admin", json!({"value": 0}), "value", json!(2)),
            ("rule/own_camera_agent", json!({"value": 1}), "value", json!(0)),
            ("rule/shift_hours", json!({"value": 6}), "value", json!(12)),
            ("reason/police", json!({"approval": false}), "approval", json!(true)),
            ("reason/police", json!({"photos_min": 0}), "photos_min", json!(1)),
            ("reason/police", json!({"remark": false}), "remark", json!(true)),
        ];
        for (row, values, key, before) in weaker {
            let path = format!("/api/site/{row}");
            ask(&admin, &path, values.clone()).await.refused(409, "confirmation_required");
            assert_eq!(value(&admin, &path, key).await, before, "{engine:?} {row}");
            let asked = waiting(&second).await.remove(0);
            assert_eq!(asked["by"]["name"], "管理员");
            assert_eq!(asked["answerable"], true);
            let own = waiting(&admin).await.remove(0);
            assert_eq!(own["answerable"], false);
            answer(&admin, &asked, "confirm").await.refused(403, "not_allowed");
            assert!(waiting(&south).await.is_empty());
            answer(&south, &asked, "confirm").await.refused(404, "not_found");
            assert_eq!(value(&admin, &path, key).await, before, "{engine:?} {row}");
            let confirmed = answer(&second, &asked, "confirm").await;
            assert_eq!(confirmed.ok(200)["state"], "confirmed");
            assert_eq!(value(&admin, &path, key).await, values[key], "{engine:?} {row}");
            answer(&second, &asked, "confirm").await.refused(422, "invalid");
            let change = admin.get("/api/site/changes?limit=1").await.ok(200)["items"][0].clone();
            assert_eq!(change["by"]["name"], "管理员");
            assert_eq!(change["confirmed_by"]["name"], "第二");
            assert_eq!(change["alone"], false);
        }
        // The other way round nobody is asked, and one's own question is withdrawn by oneself.
        ask(&admin, "/api/site/rule/approval_due_fen", json!({"value": 5_000})).await.ok(200);
        let reason = json!({"row": {"code": "free", "text": "随意", "direction": "any", "photos_min": 0}});
        admin.post("/api/site/reason", reason).await.refused(409, "confirmation_required");
        let own = waiting(&admin).await.remove(0);
        assert_eq!(answer(&admin, &own, "refuse").await.ok(200)["state"], "refused");
        admin.get("/api/site/reason/free").await.refused(404, "not_found");
        // A value that could never be is refused at once.
        ask(&admin, "/api/site/rule/approval_due_fen", json!({"value": 900_000_000})).await.refused(422, "invalid");
        let audited =
            place.count("select count(*) from audit where action in ('site.ask', 'site.confirm', 'site.refuse')").await;
        assert_eq!(audited, 18, "{engine:?}");
        place.hub.stop().await;
    }
}

/// Neither a file nor taking a stricter change back is a way around.
#[tokio::test]
async fn a_file_and_an_undo_are_no_way_around_the_second_administrator() {
    for engine in ENGINES {
        let place = Place::with(engine, &format!("{SITE}{MORE}")).await;
        let (admin, second) = (place.desk("admin").await, place.desk("second").await);
        for file in [
            "[rules]\napproval_due_fen = 0\n",
            "[[reason]]\ncode = \"police\"\ntext = \"公务\"\ndirection = \"any\"\nphotos_min = 0\napproval = true\n",
            "[[reason]]\ncode = \"new\"\ntext = \"新\"\ndirection = \"exit\"\nphotos_min = 0\n",
        ] {
            upload(&admin, "", file).await.refused(422, "invalid");
            let looked = upload(&admin, "?preview=true", file).await;
            assert_eq!(looked.ok(200)["faults"].as_array().unwrap().len(), 1);
        }
        upload(&admin, "", "[rules]\napproval_due_fen = 5000\n").await.ok(200);
        let imported = admin.get("/api/site/changes").await.ok(200)["items"][0].clone();
        let undo = format!("/api/site/changes/{}/undo", imported["id"].as_str().unwrap());
        admin.post(&undo, json!({})).await.refused(422, "invalid");
        ask(&admin, "/api/site/rule/photo_retention_days", json!({"value": 120})).await.ok(200);
        let stricter = admin.get("/api/site/changes").await.ok(200)["items"][0].clone();
        let undo = format!("/api/site/changes/{}/undo", stricter["id"].as_str().unwrap());
        admin.post(&undo, json!({})).await.refused(409, "confirmation_required");
        let rule = admin.get("/api/site/rule/photo_retention_days").await.ok(200).clone();
        let reset = format!("/api/site/rule/photo_retention_days?version={}", rule["version"].as_str().unwrap());
        admin.delete(&reset).await.refused(409, "confirmation_required");
        assert_eq!(waiting(&second).await.len(), 1, "the newest of a row stands for it");
        assert_eq!(value(&admin, "/api/site/rule/photo_retention_days", "value").await, 120);
        place.hub.stop().await;
    }
}

/// What asks for leave is not made weaker by being made anew.
#[tokio::test]
async fn a_reason_that_asks_for_leave_is_removed_by_two() {
    for engine in ENGINES {
        let place = Place::with(engine, &format!("{SITE}{MORE}")).await;
        let (admin, second) = (place.desk("admin").await, place.desk("second").await);
        let remove = async |code: &str| {
            let path = format!("/api/site/reason/{code}");
            let version = admin.get(&path).await.ok(200)["version"].clone();
            let version = version.as_str().unwrap();
            admin.delete(&format!("{path}?version={version}")).await
        };
        remove("misread").await.ok(204);
        remove("police").await.refused(409, "confirmation_required");
        let weaker =
            json!({"row": {"code": "police", "text": "公务", "direction": "any", "photos_min": 1, "approval": false}});
        let again = admin.post("/api/site/reason", weaker).await;
        assert_eq!(again.status, 409, "{engine:?}: {:?}", again.body);
        assert_eq!(value(&admin, "/api/site/reason/police", "approval").await, true);
        let asked = waiting(&second).await.remove(0);
        assert_eq!((&asked["row_id"], &asked["after"]), (&json!("police"), &Value::Null));
        answer(&second, &asked, "confirm").await.ok(200);
        admin.get("/api/site/reason/police").await.refused(404, "not_found");
        place.hub.stop().await;
    }
}

/// A file that makes the colleague something else frees nobody either, and leaves somebody who holds a root area.
#[tokio::test]
async fn a_file_that_demotes_the_colleague_frees_nobody_and_leaves_one_who_holds_a_root_area() {
    for engine in ENGINES {
        let place = Place::with(engine, &format!("{SITE}{MORE}")).await;
        let admin = place.desk("admin").await;
        let demoted = |username: &str| {
            format!("[[person]]\nusername = \"{username}\"\nname = \"第二\"\nrole = \"agent\"\nareas = [\"company\"]\n")
        };
        upload(&admin, "", &demoted("second")).await.ok(200);
        let path = "/api/site/rule/approval_due_fen";
        ask(&admin, path, json!({"value": 0})).await.refused(409, "confirmation_required");
        upload(&admin, "", "[rules]\napproval_due_fen = 0\n").await.refused(422, "invalid");
        assert_eq!(value(&admin, path, "value").await, 20_000, "{engine:?}");
        // Nobody would be left who holds the root area.
        upload(&admin, "", &demoted("admin")).await.refused(409, "still_used");
        place.hub.clock.advance(25 * HOUR);
        let admin = place.desk("admin").await;
        ask(&admin, path, json!({"value": 0})).await.ok(200);
        let change = admin.get("/api/site/changes?limit=1").await.ok(200)["items"][0].clone();
        assert_eq!(change["alone"], true, "{engine:?}");
        place.hub.stop().await;
    }
}

/// A root above the colleague's makes nobody the only one.
#[tokio::test]
async fn an_area_put_above_the_colleague_s_frees_nobody() {
    for engine in ENGINES {
        let place = Place::with(engine, &format!("{SITE}{MORE}")).await;
        let admin = place.desk("admin").await;
        let top = "[[area]]\nid = \"top\"\nname = \"顶\"\n[[person]]\nusername = \"admin\"\nname = \"管理员\"\nrole = \"admin\"\nareas = [\"company\", \"top\"]\n";
        upload(&admin, "", top).await.ok(200);
        let area = "/api/site/area/company";
        ask(&admin, area, json!({"parent": "top"})).await.ok(200);
        let path = "/api/site/rule/approval_due_fen";
        ask(&admin, path, json!({"value": 0})).await.refused(409, "confirmation_required");
        assert_eq!(value(&admin, path, "value").await, 20_000, "{engine:?}");
        place.hub.stop().await;
    }
}

/// Whoever makes, changes or resets a colleague does not confirm by their name, and removing the colleague frees nobody.
#[tokio::test]
async fn a_colleague_in_ones_own_hand_confirms_nothing_for_a_day() {
    for engine in ENGINES {
        let place = Place::with(engine, &format!("{SITE}{MORE}")).await;
        let (admin, second) = (place.desk("admin").await, place.desk("second").await);
        let me = second.get("/api/session").await.ok(200)["id"].clone();
        let reset = format!("/api/people/{}/password", me.as_str().unwrap());
        let code = admin.post(&reset, json!({})).await.ok(201)["code"].clone();
        let mut puppet = place.stranger();
        let set = puppet.reset("second", code.as_str().unwrap(), "mine-alone").await;
        puppet.token = set.ok(201)["token"].as_str().map(str::to_owned);
        let path = "/api/site/rule/approval_due_fen";
        ask(&admin, path, json!({"value": 0})).await.refused(409, "confirmation_required");
        let asked = waiting(&puppet).await.remove(0);
        assert_eq!(asked["answerable"], false);
        answer(&puppet, &asked, "confirm").await.refused(403, "not_allowed");
        // The other way round as well.
        ask(&puppet, "/api/site/rule/own_camera_agent", json!({"value": 1}))
            .await
            .refused(409, "confirmation_required");
        let theirs = waiting(&admin).await.remove(0);
        answer(&admin, &theirs, "confirm").await.refused(403, "not_allowed");
        // Gone, they were there a moment ago.
        let row = format!("/api/site/person/{}", me.as_str().unwrap());
        ask(&admin, &row, json!({"disabled": true})).await.ok(200);
        ask(&admin, path, json!({"value": 0})).await.refused(409, "confirmation_required");
        place.hub.clock.advance(25 * HOUR);
        let admin = place.desk("admin").await;
        // Nobody else is there now: it is done, and told as decided alone.
        ask(&admin, path, json!({"value": 0})).await.ok(200);
        let change = admin.get("/api/site/changes?limit=1").await.ok(200)["items"][0].clone();
        assert_eq!((&change["alone"], &change["confirmed_by"]), (&json!(true), &Value::Null));
        let audited =
            place.count("select count(*) from audit where action like 'site.%' and body like '%\"alone\":true%'").await;
        assert_eq!(audited, 1, "{engine:?}");
        place.hub.stop().await;
    }
}
