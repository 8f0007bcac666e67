//! Words of robots and addresses of codes as administrators change them (R16, R34).

use super::{desk::Desk, on_each_engine};
use serde_json::{Value, json};

const PAY: &str = "/api/site/template/pay";

async fn row(admin: &Desk, path: &str) -> Value {
    admin.get(path).await.ok(200).clone()
}

/// What a form sends of a row.
fn form(row: &Value, cells: &Value) -> Value {
    json!({"version": row["version"], "row": cells})
}

/// The columns a refusal names.
fn columns(problem: &Value) -> Vec<&str> {
    let faults = problem["faults"].as_array().unwrap();
    faults.iter().map(|f| f["column"].as_str().unwrap()).collect()
}

/// Every scene stands there with the words it begins with; own words count at once, are kept with who and when, and go
/// back to the default.
#[tokio::test]
async fn a_scene_has_own_words_until_its_default_is_wanted_again() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let all = row(&admin, "/api/site/template").await["items"].clone();
        assert_eq!(all.as_array().unwrap().len(), 14);
        assert_eq!(row(&admin, "/api/site/template?q=缴费码").await["items"], json!([]));
        let usual = row(&admin, PAY).await;
        assert_eq!((&usual["version"], &usual["row"]["set"]), (&json!("default"), &json!(false)));
        assert_eq!(usual["row"]["text"], "请扫码缴费\n应付 {amount}");

        let words =
            json!({"text": "彩悦大厦\n请付 {amount}", "speech": "请付{amount}", "text_en": null, "speech_en": null});
        let own = admin.put(PAY, form(&usual, &words)).await.ok(200).clone();
        assert_eq!(own["row"]["text"], "彩悦大厦\n请付 {amount}");
        assert_eq!(own["row"]["text_en"], "", "an emptied field stays empty");
        assert_eq!(own["row"]["default_text"], usual["row"]["text"]);
        admin.put(PAY, form(&usual, &words)).await.refused(409, "changed_meanwhile");
        let site = place.hub.hub.directory();
        assert_eq!(site.templates.len(), 2, "in force at once");

        let again = form(&own, &json!({"text": "请付", "speech": "", "text_en": "Pay", "speech_en": ""}));
        let again = admin.put(PAY, again).await.ok(200).clone();
        let changes = row(&admin, "/api/site/changes?table=template").await["items"].clone();
        assert_eq!(changes[0]["before"]["text_en"], "");
        assert_eq!(changes[1]["kind"], "added");
        let undo = format!("/api/site/changes/{}/undo", changes[0]["id"].as_str().unwrap());
        admin.post(&undo, json!({})).await.ok(200);
        let back = row(&admin, PAY).await;
        assert_eq!((&back["row"]["text"], &back["row"]["text_en"]), (&own["row"]["text"], &json!("")));
        admin
            .delete(&format!("{PAY}?version={}", again["version"].as_str().unwrap()))
            .await
            .refused(409, "changed_meanwhile");
        admin.delete(&format!("{PAY}?version={}", back["version"].as_str().unwrap())).await.ok(204);
        assert_eq!(row(&admin, PAY).await["row"], usual["row"]);
        let mut reader = place.hub.hub.store().read().await.unwrap();
        let sql = "select count(*) from audit where subject = 'template:pay'";
        let (audited,): (i64,) = reader.conn().one(sql, vec![]).await.unwrap();
        assert_eq!(audited, 4);
    })
    .await;
}

/// What is wrong is told at its field: a name nothing is known of, no Chinese, an address nobody may trust.
#[tokio::test]
async fn words_and_addresses_are_checked_field_by_field() {
    on_each_engine(|place| async move {
        let (admin, chief) = (place.desk("admin").await, place.desk("chief").await);
        chief.get("/api/site/template").await.refused(403, "not_allowed");
        admin.get("/api/site/template/dance").await.refused(404, "not_found");
        let usual = row(&admin, PAY).await;
        for (cells, at) in [
            (json!({"text": "{colour}", "text_en": "{plates}"}), &["text", "text_en"][..]),
            (json!({"text": "", "text_en": "Pay"}), &["text"]),
            (json!({"text": "字".repeat(201)}), &["text"]),
        ] {
            let refused = admin.put(PAY, form(&usual, &cells)).await;
            assert_eq!(columns(refused.refused(422, "invalid")), at);
        }
        let link = row(&admin, "/api/site/link/pay").await;
        for url in ["http://pay.example/{stay}", "https://pay.example/{minutes}", ""] {
            let refused = admin.put("/api/site/link/pay", form(&link, &json!({"url": url}))).await;
            assert_eq!(columns(refused.refused(422, "invalid")), ["url"], "{url}");
        }
        let unknown = json!({"version": "default", "row": {"url": "https://pay.example"}});
        admin.put("/api/site/link/dance", unknown).await.refused(422, "invalid");
    })
    .await;
}

/// Addresses of codes: the four there are, set or not, each removed and set again; a site file says the same.
#[tokio::test]
async fn an_address_is_set_taken_back_and_removed() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let all = row(&admin, "/api/site/link").await["items"].clone();
        assert_eq!(all.as_array().unwrap().len(), 4);
        let path = "/api/site/link/renewal";
        let before = row(&admin, path).await;
        let url = json!({"url": "https://renew.example/{plate}"});
        let set = admin.put(path, form(&before, &url)).await.ok(200).clone();
        assert_eq!(set["row"]["url"], "https://renew.example/{plate}");
        let change = row(&admin, "/api/site/changes?table=link").await["items"][0].clone();
        let undo = format!("/api/site/changes/{}/undo", change["id"].as_str().unwrap());
        admin.post(&undo, json!({})).await.ok(200);
        assert_eq!(row(&admin, path).await["row"], before["row"]);
        let exported = admin.get("/api/site/export?format=toml").await;
        exported.ok(200);
        let pay = row(&admin, "/api/site/link/pay").await;
        let version = pay["version"].as_str().unwrap();
        if pay["row"]["set"] == true {
            admin.delete(&format!("/api/site/link/pay?version={version}")).await.ok(204);
        }
        assert_eq!(row(&admin, "/api/site/link/pay").await["row"]["set"], false);
    })
    .await;
}
