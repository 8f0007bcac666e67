//! Rows as a file, in and out (R34): bad rows named and none written, progress told, a list that comes back as it went.

use super::{NOON, Place, desk::Desk, on_each_engine};
use lanedesk_hub::{args, vault::SealSlot};
use reqwest::Method;
use serde_json::{Value, json};

async fn upload(admin: &Desk, query: &str, body: Vec<u8>) -> super::desk::Answer {
    let request = admin.request(Method::POST, &format!("/api/site/import?{query}"));
    admin.send(request.body(body)).await
}

fn passes(count: usize) -> String {
    let mut text = "停车场,车牌,状态,开始,结束,车位数\n".to_owned();
    for n in 0..count {
        text = text + "cyds,粤B" + &format!("{:05}", n % 100_000) + ",使用中,2026-01-01,2026-12-31,1\n";
    }
    text
}

/// R34: three bad rows among ten thousand: none is written, the three are named by row and column.
#[tokio::test]
async fn three_bad_rows_among_ten_thousand_and_none_is_written() {
    let place = Place::new(lanedesk_hub::testing::Engine::Sqlite).await;
    let admin = place.desk("admin").await;
    let mut lines: Vec<String> = passes(10_000).lines().map(str::to_owned).collect();
    lines[17] = "nowhere,粤B00016,使用中,2026-01-01,2026-12-31,1".to_owned();
    lines[5_000] = "cyds,粤B04999,在用,2026-01-01,2026-12-31,1".to_owned();
    lines[9_999] = "cyds,粤B09998,使用中,2026-01-01,昨天,1".to_owned();
    let bad = lines.join("\n").into_bytes();
    let preview = upload(&admin, "format=csv&table=pass&preview=true", bad.clone()).await;
    let named = |faults: &Value| -> Vec<(u64, String)> {
        let faults = faults.as_array().unwrap().iter();
        faults.map(|f| (f["row"].as_u64().unwrap(), f["column"].as_str().unwrap().to_owned())).collect()
    };
    let wanted = [(18, "lot".to_owned()), (5_001, "status".to_owned()), (10_000, "valid_to".to_owned())];
    assert_eq!(named(&preview.ok(200)["faults"]), wanted);
    let refused = upload(&admin, "format=csv&table=pass", bad).await;
    assert_eq!(named(&refused.refused(422, "invalid")["faults"]), wanted);
    assert_eq!(admin.get("/api/site/pass").await.ok(200)["items"], json!([]));
    let mut good: Vec<u8> = passes(300).into_bytes();
    let looked = upload(&admin, "format=csv&table=pass&preview=true", good.clone()).await;
    assert_eq!(looked.ok(200)["added"], 300);
    assert_eq!(admin.get("/api/site/pass").await.ok(200)["items"], json!([]), "a preview writes nothing");
    let done = upload(&admin, "format=csv&table=pass", good.clone()).await;
    assert_eq!((&done.ok(200)["added"], &done.body["written"]), (&json!(300), &json!(true)));
    good = String::from_utf8(good).unwrap().replacen("使用中", "已禁用", 1).into_bytes();
    let again = upload(&admin, "format=csv&table=pass", good).await.ok(200).clone();
    assert_eq!((&again["changed"], &again["same"]), (&json!(1), &json!(299)), "{again}");
    assert_eq!(again["sample"][0]["fields"], json!(["status"]));
}

#[tokio::test]
async fn an_import_tells_how_far_it_is_line_by_line() {
    let place = Place::new(lanedesk_hub::testing::Engine::Sqlite).await;
    let admin = place.desk("admin").await;
    let request = admin
        .request(Method::POST, "/api/site/import?format=csv&table=pass")
        .header("accept", "application/x-ndjson")
        .body(passes(50));
    let text = request.send().await.unwrap().text().await.unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut phases: Vec<&str> = lines.iter().map(|line| line["phase"].as_str().unwrap()).collect();
    phases.dedup();
    assert_eq!(phases, ["reading", "checking", "comparing", "writing"]);
    let written: Vec<u64> =
        lines.iter().filter(|line| line["phase"] == "writing").map(|line| line["done"].as_u64().unwrap()).collect();
    assert!(written.is_sorted(), "{written:?}");
    assert_eq!((written[0], written[written.len() - 1]), (0, 50));
    assert_eq!(lines.last().unwrap()["result"]["added"], 50);
}

/// Keys in a file are held to the rules of the settings page, and rows that stay as they are to none.
#[tokio::test]
async fn keys_that_can_be_guessed_are_refused_unless_the_rows_have_them_already() {
    const LONG: &str = "a-key-that-is-long-enough";
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let file = |key: &str, secret: &str, push: &str| {
            format!(
                "[[robot]]\nid = \"r1\"\nnumber = \"R-1\"\nkey = \"{key}\"\n\
                 [[integration]]\nid = \"pay\"\nkind = \"payments\"\nsecret = \"{secret}\"\n\
                 [[device]]\nid = \"cam\"\ndriver = \"hikvision\"\nurl = \"http://127.0.0.1:9\"\nevents = \"push\"\n\
                 push_key = \"{push}\"\n"
            )
        };
        let refused = async |file: String| {
            let told = upload(&admin, "format=toml", file.into_bytes()).await;
            let faults = told.refused(422, "invalid")["faults"].clone();
            let faults = faults.as_array().unwrap().iter();
            let column = |fault: &Value| fault["column"].as_str().unwrap().to_owned();
            faults.map(column).collect::<Vec<String>>()
        };
        let robot = json!({"row": {"id": "r1", "number": "R-1", "key": "robot-key-1"}});
        let page = admin.post("/api/site/robot", robot).await;
        let detail = page.refused(422, "invalid")["detail"].to_string();
        assert!(detail.contains("至少 12 位"), "{detail}");
        let short = file("robot-key-1", "pay-secret", LONG);
        assert_eq!(refused(short.clone()).await, ["key", "secret"]);
        let guessed = file("robot-key-12", "pay-secret-1", "12345678");
        assert_eq!(refused(guessed).await, ["push_key"]);

        // As older hubs took them.
        place.database.import(&short, NOON).await.unwrap();
        let open = json!({"push_key": "12345678"}).to_string();
        let sealed = place.hub.hub.vault().seal_text(SealSlot::device("cam"), &open);
        let secrets = args![sealed.unwrap().as_str()];
        place.sql("update device set secrets = $1 where id = 'cam'", secrets).await;
        let told = "[rules]\nlock_minutes = 12\n";
        place.database.import(told, NOON).await.unwrap();
        place.hub.hub.reload().await.unwrap();
        let same = file("robot-key-1", "pay-secret", "12345678").into_bytes();
        let taken = upload(&admin, "format=toml", same).await.ok(200).clone();
        assert_eq!((&taken["added"], &taken["changed"], &taken["same"]), (&json!(0), &json!(0), &json!(3)), "{taken}");
        let other = file("robot-key-2", "pay-secret", "12345678");
        assert_eq!(refused(other).await, ["key"]);
        let other = file("robot-key-1", "pay-secret", "87654321");
        assert_eq!(refused(other).await, ["push_key"]);
        place.hub.stop().await;
    })
    .await;
}

/// What goes out as a sheet comes in again as it was, workbooks too.
#[tokio::test]
async fn a_list_taken_out_comes_in_again_unchanged() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        upload(&admin, "format=csv&table=pass", passes(20).into_bytes()).await.ok(200);
        for (table, rows) in [("pass", 20), ("lot", 2), ("person", 5)] {
            for format in ["csv", "xlsx"] {
                let path = format!("/api/site/export?table={table}&format={format}");
                let file = admin.request(Method::GET, &path).send().await.unwrap();
                assert!(file.status().is_success(), "{path}");
                let bytes = file.bytes().await.unwrap().to_vec();
                let back = upload(&admin, &format!("format={format}&table={table}"), bytes).await;
                assert_eq!(
                    (&back.ok(200)["same"], &back.body["rows"]),
                    (&json!(rows), &json!(rows)),
                    "{path}: {}",
                    back.body
                );
            }
        }
        let toml = admin.request(Method::GET, "/api/site/export").send().await.unwrap().bytes().await.unwrap();
        let back = upload(&admin, "format=toml", toml.to_vec()).await.ok(200).clone();
        assert_eq!(back["same"], back["rows"], "{back}");
    })
    .await;
}

/// Words of robots and addresses of codes count in the preview like any row, and an undo puts back what was there.
#[tokio::test]
async fn words_and_addresses_are_counted_before_and_taken_back_after() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let file = |heading: &str| {
            format!(
                "[[template]]\nscene = \"pay\"\nlang = \"zh\"\ntext = \"{heading}\"\nspeech = \"\"\n\n\
                 [links]\npay = \"https://pay.example/{{stay}}\"\n"
            )
            .into_bytes()
        };
        let preview = |file: Vec<u8>| upload(&admin, "format=toml&preview=true", file);
        let counts = |told: &Value| ["rows", "added", "changed", "same"].map(|key| told[key].as_u64().unwrap());
        assert_eq!(counts(preview(file("请付")).await.ok(200)), [2, 2, 0, 0]);
        upload(&admin, "format=toml", file("请付")).await.ok(200);
        assert_eq!(counts(preview(file("请付")).await.ok(200)), [2, 0, 0, 2]);
        let looked = preview(file("请扫码")).await;
        assert_eq!(counts(looked.ok(200)), [2, 0, 1, 1]);
        let one = &looked.body["sample"][0];
        assert_eq!(
            (&one["table"], &one["label"], &one["fields"]),
            (&json!("template"), &json!("pay"), &json!(["text"]))
        );
        let changes = admin.get("/api/site/changes").await.ok(200)["items"].clone();
        let undo = format!("/api/site/changes/{}/undo", changes[0]["id"].as_str().unwrap());
        admin.post(&undo, json!({})).await.ok(200);
        assert_eq!(counts(preview(file("请付")).await.ok(200)), [2, 2, 0, 0], "as before");
        let link = admin.get("/api/site/link/pay").await.ok(200).clone();
        assert_eq!(link["row"]["set"], false, "{link}");
        place.hub.stop().await;
    })
    .await;
}
