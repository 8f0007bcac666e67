//! Taking back (R34): a whole import as one change, and rows that were not there before.

use super::{desk::Desk, on_each_engine};
use reqwest::Method;
use serde_json::{Value, json};

async fn upload(admin: &Desk, query: &str, text: String) -> Value {
    let request = admin.request(Method::POST, &format!("/api/site/import?{query}"));
    admin.send(request.body(text)).await.ok(200).clone()
}

async fn newest(admin: &Desk) -> Value {
    admin.get("/api/site/changes").await.ok(200)["items"][0].clone()
}

fn undo(change: &Value) -> String {
    format!("/api/site/changes/{}/undo", change["id"].as_str().unwrap())
}

/// A lot with a lane, a device, a rule, two people and passes of which one is there already.
const FILE: &str = r#"
[[area]]
id = "west"
name = "华西"
parent = "company"
[[area]]
id = "far"
name = "远郊"
parent = "west"
[[lot]]
id = "cyds"
name = "彩悦大厦"
area = "south"
manager = "孙七"
[[lot]]
id = "newlot"
name = "新城"
area = "far"
[[device]]
id = "cam-9"
driver = "hikvision"
url = "http://127.0.0.1:9"
password = "top-secret-9"
events = "none"
[[lane]]
id = "X01"
lot = "newlot"
name = "北口"
code = "X01"
direction = "entry"
barrier = "cam-9"
[[person]]
username = "fresh"
name = "赵八"
role = "lot_staff"
lots = ["newlot"]
[[pass]]
lot = "cyds"
plates = ["粤B12345", "粤B66R58"]
status = "suspended"
valid_from = "2026-01-01"
valid_to = "2026-12-31"
[[pass]]
lot = "newlot"
plates = ["粤B00001"]
status = "active"
valid_from = "2026-01-01"
valid_to = "2026-12-31"
[rules]
lock_minutes = 7
"#;

async fn pass(admin: &Desk) -> Value {
    let pass = json!({"row": {"lot": "cyds", "plates": ["粤B12345", "粤B66R58"], "status": "active",
        "valid_from": "2026-01-01", "valid_to": "2026-12-31", "spaces": 1}});
    admin.post("/api/site/pass", pass).await.ok(201).clone()
}

/// The whole site as a file.
async fn exported(admin: &Desk) -> String {
    let answer = admin.request(Method::GET, "/api/site/export").send().await;
    answer.unwrap().text().await.unwrap()
}

/// The rows of a site file but the person's, who stays.
fn without_person(text: &str) -> Vec<&str> {
    let rows = text.split("\n[[");
    rows.filter(|row| !row.contains("fresh")).collect()
}

#[tokio::test]
async fn an_import_is_taken_back_as_one_change() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let pass = pass(&admin).await;
        let before = exported(&admin).await;
        let done = upload(&admin, "format=toml", FILE.to_owned()).await;
        assert_eq!((&done["added"], &done["changed"]), (&json!(8), &json!(2)), "{done}");

        // What it did is on record row by row, before and after, and stands among the row's own changes.
        let import = newest(&admin).await;
        assert_eq!((&import["kind"], &import["undoable"]), (&json!("imported"), &json!(true)));
        let rows = format!("/api/site/changes?import={}", import["id"].as_str().unwrap());
        let rows = admin.get(&rows).await.ok(200)["items"].clone();
        assert_eq!(rows.as_array().unwrap().len(), 10, "{rows}");
        let lot = rows.as_array().unwrap().iter().find(|row| row["row_id"] == "cyds").unwrap().clone();
        assert_eq!(
            (&lot["kind"], &lot["before"]["manager"], &lot["after"]["manager"]),
            (&json!("changed"), &json!("王强"), &json!("孙七"))
        );
        assert!(!rows.to_string().contains("top-secret"));
        let of_row = admin.get("/api/site/changes?table=lot&id=cyds").await.ok(200)["items"].clone();
        assert_eq!((&of_row[0]["id"], &of_row[0]["undoable"]), (&import["id"], &json!(false)));
        let first = format!("/api/site/changes?limit=4&import={}", import["id"].as_str().unwrap());
        let page = admin.get(&first).await.ok(200).clone();
        let next = format!("{first}&cursor={}", page["next"].as_str().unwrap());
        assert_eq!(admin.get(&next).await.ok(200)["items"][0], rows[4], "paged without a gap");

        let back = admin.post(&undo(&import), json!({})).await.ok(200).clone();
        assert_eq!((&back["undoes"], &back["undoable"]), (&import["id"], &json!(false)));
        let person = admin.get("/api/site/person?q=fresh").await.ok(200)["items"][0].clone();
        assert_eq!(person["row"]["disabled"], true, "people stay, but may not log in");
        let path = format!("/api/site/pass/{}", pass["id"].as_str().unwrap());
        assert_eq!(admin.get(&path).await.ok(200)["row"], pass["row"]);
        for gone in ["lot/newlot", "lane/X01", "device/cam-9", "area/far"] {
            admin.get(&format!("/api/site/{gone}")).await.refused(404, "not_found");
        }
        let after = exported(&admin).await;
        assert_eq!(without_person(&after), without_person(&before), "all else is as it was");
        admin.post(&undo(&import), json!({})).await.refused(422, "invalid");
    })
    .await;
}

#[tokio::test]
async fn an_import_stays_once_one_of_its_rows_went_on() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        pass(&admin).await;
        upload(&admin, "format=toml", FILE.to_owned()).await;
        let import = newest(&admin).await;
        let lot = admin.get("/api/site/lot/newlot").await.ok(200).clone();
        let mut cells = lot["row"].clone();
        cells["manager"] = json!("钱九");
        let change = json!({"version": lot["version"], "row": cells});
        admin.put("/api/site/lot/newlot", change).await.ok(200);
        let changes = admin.get("/api/site/changes").await.ok(200)["items"].clone();
        assert_eq!((&changes[1]["id"], &changes[1]["undoable"]), (&import["id"], &json!(false)));
        let told = admin.post(&undo(&import), json!({})).await;
        let words = told.refused(409, "changed_meanwhile")["detail"].as_str().unwrap().to_owned();
        assert!(words.contains("新城") && words.contains('1'), "{words}");
        admin.get("/api/site/lane/X01").await.ok(200);
        // Once that change is taken back itself, the import can be.
        admin.post(&undo(&changes[0]), json!({})).await.ok(200);
        admin.post(&undo(&import), json!({})).await.ok(200);
    })
    .await;
}

#[tokio::test]
async fn a_new_row_is_taken_back_and_a_new_person_may_no_longer_log_in() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let camera = json!({"row": {"id": "cam-1", "driver": "hikvision", "url": "http://127.0.0.1:9",
            "password": "top-secret-1", "events": "none"}});
        admin.post("/api/site/device", camera).await.ok(201);
        let made = newest(&admin).await;
        assert_eq!((&made["kind"], &made["undoable"]), (&json!("added"), &json!(true)));
        admin.post(&undo(&made), json!({})).await.ok(200);
        admin.get("/api/site/device/cam-1").await.refused(404, "not_found");

        let person = json!({"row": {"username": "newguard", "name": "王五", "role": "lot_staff", "lots": ["cyds"]}});
        let person = admin.post("/api/site/person", person).await.ok(201).clone();
        let code = person["one_time_code"]["code"].as_str().unwrap();
        let made = newest(&admin).await;
        assert_eq!(made["undoable"], true);
        let back = admin.post(&undo(&made), json!({})).await.ok(200).clone();
        assert_eq!(back["after"]["disabled"], true);
        place.stranger().reset("newguard", code, "mine-alone").await.refused(401, "bad_credentials");
        // That, too, can be taken back.
        admin.post(&undo(&back), json!({})).await.ok(200);
        place.stranger().reset("newguard", code, "mine-alone").await.ok(201);
    })
    .await;
}

/// 「测试」 tries what stands in the form; a secret the form says nothing of is the saved one.
#[tokio::test]
async fn a_device_is_tried_as_it_stands_in_the_form() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let test = "/api/site/device/cam-1/test";
        let form = |url: &str| json!({"row": {"id": "cam-1", "driver": "hikvision", "url": url, "events": "none"}});
        let words = |answer: &Value| answer["checks"].to_string();
        admin.post(test, json!({})).await.refused(404, "not_found");
        let unsaved = admin.post(test, form("http://127.0.0.1:9")).await.ok(200).clone();
        assert!(unsaved["checks"].as_array().unwrap().iter().any(|check| check["ok"] == false), "{}", words(&unsaved));
        // Said in the reader's language.
        assert!(words(&unsaved).contains("连不上设备"), "{unsaved}");
        let english = admin.request(Method::POST, test).header("accept-language", "en");
        let english = admin.send(english.json(&form("http://127.0.0.1:9"))).await;
        assert!(words(english.ok(200)).contains("could not be reached"), "{}", english.body);
        let bad = admin.post(test, form("not an address")).await;
        assert_eq!(bad.refused(422, "invalid")["faults"][0]["column"], "url", "as it would be refused to save");
        assert_eq!(admin.get("/api/site/device").await.ok(200)["items"], json!([]), "nothing was saved");
    })
    .await;
}
