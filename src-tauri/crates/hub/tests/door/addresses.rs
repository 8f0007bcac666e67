//! Secrets stay with their host (invariant 16): a device whose address changes loses its password, in an edit, an import, an
//! undo and a try alike; no account stands in an address; devices are asked in their networks only.

use super::{
    NOON, Place,
    cli::{run, text, written},
    desk::{Answer, Desk},
    on_each_engine,
};
use lanedesk_hub::{
    args,
    clock::Clock,
    hub::Hub,
    testing::{Database, ENGINES, Engine},
    vault::SealSlot,
};
use reqwest::Method;
use serde_json::{Value, json};

fn camera(url: &str, more: &Value) -> Value {
    let mut row = json!({"id": "cam-1", "driver": "hikvision", "url": url, "username": "admin", "events": "none"});
    for (key, value) in more.as_object().unwrap() {
        row[key] = value.clone();
    }
    row
}

async fn put(admin: &Desk, row: Value) -> Answer {
    let now = admin.get("/api/site/device/cam-1").await;
    let change = json!({"version": now.ok(200)["version"], "row": row});
    admin.put("/api/site/device/cam-1", change).await
}

async fn add(admin: &Desk, row: Value) -> Answer {
    admin.post("/api/site/device", json!({"row": row})).await
}

fn secrets(answer: &Answer) -> Vec<String> {
    let listed = answer.ok(200)["secrets"].as_array().unwrap().iter();
    let mut names: Vec<String> = listed.map(|name| name.as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

async fn import(admin: &Desk, toml: &str) -> Answer {
    let request = admin.request(Method::POST, "/api/site/import?format=toml");
    admin.send(request.body(toml.to_owned())).await
}

async fn undo_newest(admin: &Desk) -> Answer {
    let changes = admin.get("/api/site/changes").await.ok(200)["items"].clone();
    let id = changes[0]["id"].as_str().unwrap().to_owned();
    admin.post(&format!("/api/site/changes/{id}/undo"), json!({})).await
}

/// What the hub keeps sealed of the camera.
async fn kept(place: &Place) -> Value {
    let mut reader = place.hub.hub.store().read().await.unwrap();
    let sql = "select secrets from device where id = 'cam-1'";
    let (sealed,): (String,) = reader.conn().one(sql, vec![]).await.unwrap();
    let open = place.hub.hub.vault().open_text(SealSlot::device("cam-1"), &sealed);
    serde_json::from_str(&open.unwrap()).unwrap()
}

#[tokio::test]
async fn a_device_whose_address_changes_loses_its_secrets_unless_they_are_given_anew() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let own = json!({"password": "first-1", "push_key": "push-key-of-cam-1", "rtsp_username": "viewer", "rtsp_password": "view-1"});
        add(&admin, camera("http://127.0.0.1:9", &own)).await.ok(201);
        let all = ["password", "push_key", "rtsp_password", "rtsp_username"];
        let same = put(&admin, camera("http://127.0.0.1:9/cam", &json!({}))).await;
        assert_eq!(secrets(&same), all, "another path is the same device");
        // A stream elsewhere loses its own account, and then would be asked with the device's.
        let stream = put(&admin, camera("http://127.0.0.1:9", &json!({"rtsp": "rtsp://127.0.0.2/live"}))).await;
        assert_eq!(secrets(&stream), Vec::<String>::new());
        put(&admin, camera("http://127.0.0.1:9", &own)).await.ok(200);
        for url in ["http://127.0.0.1:8", "http://127.0.0.2:9", "https://127.0.0.1:9"] {
            put(&admin, camera("http://127.0.0.1:9", &own)).await.ok(200);
            let moved = put(&admin, camera(url, &json!({}))).await;
            assert_eq!(secrets(&moved), Vec::<String>::new(), "{url}");
            // Back at the old address it does not have them either: nobody keeps what was cleared.
            undo_newest(&admin).await.ok(200);
            assert_eq!(kept(&place).await, json!({}), "{url}");
            put(&admin, camera("http://127.0.0.1:9", &own)).await.ok(200);
            let given = put(&admin, camera(url, &json!({"password": "second-2"}))).await;
            assert_eq!(secrets(&given), ["password"], "{url}");
            assert_eq!(kept(&place).await, json!({"password": "second-2"}));
            // Taken back, the new device's password does not go to the old one.
            undo_newest(&admin).await.ok(200);
            assert_eq!(kept(&place).await, json!({}), "{url}");
        }
        put(&admin, camera("http://127.0.0.1:9", &own)).await.ok(200);
        let device = |url: &str, more: &str| {
            format!("[[device]]\nid = \"cam-1\"\ndriver = \"hikvision\"\nurl = \"{url}\"\nusername = \"admin\"\nevents = \"none\"\n{more}")
        };
        import(&admin, &device("http://127.0.0.1:9", "namespace = \"x\"")).await.ok(200);
        assert_eq!(secrets(&admin.get("/api/site/device/cam-1").await), all);
        import(&admin, &device("http://127.0.0.1:7", "password = \"third-3\"")).await.ok(200);
        assert_eq!(kept(&place).await, json!({"password": "third-3"}));
        undo_newest(&admin).await.ok(200);
        assert_eq!(kept(&place).await, json!({}), "an import taken back");
        place.hub.stop().await;
    })
    .await;
}

/// A stream elsewhere with an account of its own may keep the device's password company; once that account is taken away the
/// stream would be asked with the device's, so that goes as well.
#[tokio::test]
async fn a_stream_elsewhere_that_loses_its_own_account_is_not_asked_with_the_device_s() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let device = json!({"password": "first-1"});
        add(&admin, camera("http://127.0.0.1:9", &device)).await.ok(201);
        let elsewhere = json!({"rtsp": "rtsp://127.0.0.2/live", "rtsp_username": "x", "rtsp_password": "y"});
        let own = put(&admin, camera("http://127.0.0.1:9", &elsewhere)).await;
        assert_eq!(secrets(&own), ["password", "rtsp_password", "rtsp_username"]);
        let bare = |more: &Value| {
            let mut row = json!({"rtsp": "rtsp://127.0.0.2/live", "rtsp_username": null, "rtsp_password": null});
            for (key, value) in more.as_object().unwrap() {
                row[key] = value.clone();
            }
            camera("http://127.0.0.1:9", &row)
        };
        // Neither at a blow nor one after the other.
        put(&admin, bare(&json!({}))).await.ok(200);
        assert_eq!(kept(&place).await, json!({}));
        put(&admin, camera("http://127.0.0.1:9", &elsewhere)).await.ok(200);
        let given = put(&admin, bare(&json!({"password": "second-2"}))).await;
        assert_eq!(secrets(&given), ["password"], "somebody says it goes there");
        // Where the maker has its stream, the device is asked with its own.
        let beside =
            json!({"rtsp": "rtsp://127.0.0.1/live", "rtsp_username": "x", "rtsp_password": "y", "password": "third-3"});
        put(&admin, camera("http://127.0.0.1:9", &beside)).await.ok(200);
        let plain = json!({"rtsp": "rtsp://127.0.0.1/live", "rtsp_username": null, "rtsp_password": null});
        put(&admin, camera("http://127.0.0.1:9", &plain)).await.ok(200);
        assert_eq!(kept(&place).await, json!({"password": "third-3"}));
        place.hub.stop().await;
    })
    .await;
}

/// The saved password belongs to whoever is at the saved address: a try at another one goes without it.
#[tokio::test]
async fn a_try_at_another_address_goes_without_the_saved_password_and_asks_for_ones_own_again() {
    let sim = lotsim::Lotsim::start(lotsim::Config::of([lotsim::LaneConfig::quick("E01")])).await.unwrap();
    let lane = sim.lane("E01");
    let place = Place::new(Engine::Sqlite).await;
    let admin = place.desk("admin").await;
    let password = lotsim::demo::PASSWORD;
    add(&admin, camera("http://127.0.0.1:9", &json!({"password": password}))).await.ok(201);
    let test = "/api/site/device/cam-1/test";
    let tried = async |more: &Value| {
        let form = json!({"row": camera(&lane.url(), more)});
        admin.post(test, form).await.ok(200)["checks"].to_string()
    };
    let without = tried(&json!({})).await;
    assert!(without.contains("账号或密码不正确"), "{without}");
    let with = tried(&json!({"password": password})).await;
    assert!(!with.contains("\"ok\":false,\"part\":\"barrier\"") && !with.contains("密码不正确"), "{with}");
    let form = |url: &str| json!({"row": camera(url, &json!({}))});
    for url in ["http://user:password@127.0.0.1:9", "http://203.0.113.7", "http://169.254.169.254/latest"] {
        let refused = admin.post(test, form(url)).await;
        assert_eq!(refused.refused(422, "invalid")["faults"][0]["column"], "url", "{url}");
        assert!(!refused.body.to_string().contains("password@"), "{}", refused.body);
    }
    // Longer ago than one's own password is trusted, it is asked for once more.
    place.hub.clock.advance(std::time::Duration::from_secs(11 * 60));
    admin.post(test, json!({})).await.refused(403, "password_required");
    place.hub.stop().await;
}

#[tokio::test]
async fn no_account_stands_in_an_address_and_what_older_hubs_kept_is_taken_out_and_sealed() {
    for engine in ENGINES {
        let place = Place::new(engine).await;
        let admin = place.desk("admin").await;
        add(&admin, camera("http://127.0.0.1:9", &json!({"password": "first-1"}))).await.ok(201);
        for (key, address) in [
            ("url", "http://admin:top-secret@127.0.0.1:9"),
            ("rtsp", "rtsp://viewer:top-secret@127.0.0.1/live"),
            ("rtsp", "rtsp://viewer@127.0.0.1/live"),
        ] {
            let refused = put(&admin, camera("http://127.0.0.1:9", &json!({key: address}))).await;
            let fault = &refused.refused(422, "invalid")["faults"][0];
            assert_eq!(fault["column"], key);
            assert!(fault["words"].as_str().unwrap().contains("地址里不能写账号和密码"), "{fault}");
            assert!(!refused.body.to_string().contains("top-secret"));
        }
        let link = import(&admin, "[links]\npay = \"https://a:top-secret@pay.example/\"\n").await;
        assert!(!link.refused(422, "invalid").to_string().contains("top-secret"));
        // As an older hub left it: in the row and in the list of changes.
        let old = r#"{"channel":1,"events":"none","namespace":"","url":"http://127.0.0.1:9","username":"admin","rtsp":"rtsp://viewer:top%2Dsecret@127.0.0.1:8554/live"}"#;
        place.sql("update device set settings = $1 where id = 'cam-1'", args![old]).await;
        place.sql("update site_change set after = $1 where row_id = 'cam-1'", args![old]).await;
        let Place { database, hub } = place;
        hub.stop().await;
        let hub = Hub::start(database.config(Clock::manual(NOON))).await.unwrap();
        let place = Place { database, hub };
        let admin = place.desk("admin").await;
        let row = admin.get("/api/site/device/cam-1").await;
        assert_eq!(row.ok(200)["row"]["rtsp"], "rtsp://127.0.0.1:8554/live");
        assert_eq!(secrets(&row), ["password", "rtsp_password", "rtsp_username"]);
        assert_eq!(kept(&place).await["rtsp_password"], "top-secret");
        let changes = admin.get("/api/site/changes").await.ok(200).to_string();
        assert!(!changes.contains("viewer"), "{changes}");
        let export = admin.request(Method::GET, "/api/site/export").send().await.unwrap();
        assert!(!export.text().await.unwrap().contains("viewer"));
        place.hub.stop().await;
        let exported = text(&run(&place.database, &["export"]).stdout);
        assert!(exported.contains("rtsp_username = \"viewer\""), "a new hub can be made from it: {exported}");
    }
}

#[tokio::test]
async fn devices_are_asked_in_their_networks_only() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        for (key, address) in [
            ("url", "http://203.0.113.7"),
            ("url", "http://169.254.169.254"),
            ("url", "http://[fe80::1]"),
            ("url", "http://0x7f000001.example.invalid:1@"),
            ("rtsp", "rtsp://203.0.113.7/live"),
        ] {
            let refused = add(&admin, camera("http://10.0.0.9", &json!({key: address}))).await;
            assert_eq!(refused.refused(422, "invalid")["faults"][0]["column"], key, "{address}");
            let file = "[[device]]\nid = \"cam-2\"\ndriver = \"hikvision\"\nurl = \"http://10.0.0.9\"\n";
            let file = if key == "url" {
                file.replace("http://10.0.0.9", address)
            } else {
                format!("{file}rtsp = \"{address}\"\n")
            };
            import(&admin, &file).await.refused(422, "invalid");
        }
        let refused = add(&admin, camera("http://203.0.113.7", &json!({}))).await;
        assert!(refused.body.to_string().contains("不在设备可用的网段内"), "{}", refused.body);
        add(&admin, camera("http://10.0.0.9", &json!({}))).await.ok(201);
        place.hub.stop().await;
    })
    .await;
}

#[tokio::test]
async fn this_machine_is_open_to_devices_only_while_nobody_else_reaches_the_hub() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    let device =
        "[[device]]\nid = \"cam-1\"\ndriver = \"hikvision\"\nurl = \"http://127.0.0.1:9\"\nevents = \"none\"\n";
    let site = written(&database, "site.toml", &format!("{}{device}", super::SITE));
    let serve = |more: &[&str]| {
        let args = [&["serve", "--objects", "objects", "--site", &site], more].concat();
        run(&database, &args)
    };
    let beyond = serve(&["--listen", "0.0.0.0:0", "--plain-http"]);
    let told = text(&beyond.stderr);
    assert!(!beyond.status.success() && told.contains("outside the networks"), "{told}");
    let named = serve(&["--listen", "127.0.0.1:0", "--device-networks", "10.0.0.0/8"]);
    assert!(!named.status.success() && text(&named.stderr).contains("outside the networks"));
    let wrong = serve(&["--device-networks", "everywhere"]);
    assert!(!wrong.status.success() && text(&wrong.stderr).contains("is no network"));
    // What is in the records all the same is not asked.
    database.import(&format!("{}{device}", super::SITE), NOON).await.unwrap();
    let mut config = database.config(Clock::manual(NOON));
    config.device_networks = Some("10.0.0.0/8".parse().unwrap());
    let hub = Hub::start(config).await.unwrap();
    let place = Place { database, hub };
    let admin = place.desk("admin").await;
    let tried = admin.post("/api/site/device/cam-1/test", json!({})).await;
    assert!(tried.ok(200)["checks"].to_string().contains("不在允许的网段内"), "{}", tried.body);
    place.hub.stop().await;
}

/// Everybody can read the demo's secrets, so a hub that other machines reach does not start with them.
#[tokio::test]
async fn a_hub_that_others_reach_does_not_start_with_secrets_of_the_demo() {
    const DEMO: &str = include_str!("../../demo/demo.toml");
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        database.import(DEMO, NOON).await.unwrap();
        let mut config = database.config(Clock::manual(NOON));
        config.plain_http = true;
        config.listen = ([0, 0, 0, 0], 0).into();
        let refused = Hub::start(config.clone()).await.err().unwrap().to_string();
        for who in ["admin", "guard", "robot", "integration"] {
            assert!(refused.contains(who), "{refused}");
        }
        config.listen = ([127, 0, 0, 1], 0).into();
        Hub::start(config).await.unwrap().stop().await;
        let other = Database::new(engine).await.unwrap();
        other.import(super::SITE, NOON).await.unwrap();
        let mut config = other.config(Clock::manual(NOON));
        config.plain_http = true;
        config.listen = ([0, 0, 0, 0], 0).into();
        Hub::start(config).await.unwrap().stop().await;
    }
}
