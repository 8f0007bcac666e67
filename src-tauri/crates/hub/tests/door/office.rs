//! The back office through the door (R12, R34): the site row by row, taken back; help; repairs; figures.

use super::{Place, desk::Desk, on_each_engine};
use reqwest::Method;
use serde_json::{Value, json};

async fn row(admin: &Desk, path: &str) -> Value {
    admin.get(path).await.ok(200).clone()
}

/// The row with one value changed, as the settings page sends it.
fn changed(row: &Value, key: &str, value: Value) -> Value {
    let mut cells = row["row"].clone();
    cells[key] = value;
    json!({"version": row["version"], "row": cells})
}

#[tokio::test]
async fn two_administrators_edit_one_lane_and_the_second_is_told() {
    on_each_engine(|place| async move {
        let (one, two) = (place.desk("admin").await, place.desk("admin").await);
        let seen = row(&one, "/api/site/lane/E01").await;
        let path = "/api/site/lane/E01";
        let first = one.put(path, changed(&seen, "name", json!("东门一号"))).await;
        assert_eq!(first.ok(200)["row"]["name"], "东门一号");
        let second = two.put(path, changed(&seen, "code", json!("E91"))).await;
        let told = second.refused(409, "changed_meanwhile");
        assert_eq!(told["current"]["row"]["name"], "东门一号");
        let again = changed(&told["current"], "code", json!("E91"));
        let both = two.put(path, again).await;
        assert_eq!(both.ok(200)["row"]["name"], "东门一号", "nothing is lost");
        // In force at once: the search finds it under its new name.
        assert_eq!(place.desk("guard").await.lanes("东门一号").await, ["E01"]);
    })
    .await;
}

#[tokio::test]
async fn a_row_meets_the_checks_of_an_import_and_only_administrators_touch_it() {
    on_each_engine(|place| async move {
        let (admin, chief) = (place.desk("admin").await, place.desk("chief").await);
        chief.get("/api/site/lane").await.refused(403, "not_allowed");
        let lane = json!({"row": {"id": "E09", "lot": "nowhere", "name": "新口", "code": "E09", "direction": "up"}});
        let refused = admin.post("/api/site/lane", lane).await;
        let faults = refused.refused(422, "invalid")["faults"].clone();
        let columns: Vec<&str> = faults.as_array().unwrap().iter().map(|f| f["column"].as_str().unwrap()).collect();
        assert_eq!(columns, ["direction", "lot"], "{faults}");
        admin.get("/api/site/lane/E09").await.refused(404, "not_found");
        admin.get("/api/site/colour").await.refused(404, "not_found");
        let again = json!({"row": {"id": "cyds", "name": "彩悦", "area": "south"}});
        admin.post("/api/site/lot", again).await.refused(409, "changed_meanwhile");
    })
    .await;
}

#[tokio::test]
async fn every_change_is_kept_with_before_and_after_and_can_be_taken_back() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let lot = row(&admin, "/api/site/lot/cyds").await;
        admin.put("/api/site/lot/cyds", changed(&lot, "manager", json!("赵六"))).await.ok(200);
        let pass = json!({"row": {"lot": "cyds", "plates": ["粤B12345", "粤B66R58"], "status": "active",
            "valid_from": "2026-01-01", "valid_to": "2026-12-31", "spaces": 1}});
        let pass = admin.post("/api/site/pass", pass).await.ok(201).clone();
        let pass_path = format!("/api/site/pass/{}", pass["id"].as_str().unwrap());
        let one_less = changed(&pass, "plates", json!(["粤B12345"]));
        let pass = admin.put(&pass_path, one_less).await.ok(200).clone();
        assert_eq!(pass["row"]["plates"], json!(["粤B12345"]));
        let version = pass["version"].as_str().unwrap();
        admin.delete(&format!("{pass_path}?version={version}")).await.ok(204);

        let changes = row(&admin, "/api/site/changes").await["items"].clone();
        let kinds: Vec<&str> = changes.as_array().unwrap().iter().map(|c| c["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["removed", "changed", "added", "changed"], "newest first");
        assert_eq!(changes[3]["before"]["manager"], "王强");
        assert_eq!(changes[3]["after"]["manager"], "赵六");
        assert_eq!(changes[2]["undoable"], false, "the row went on");
        let undo = |change: &Value| format!("/api/site/changes/{}/undo", change["id"].as_str().unwrap());
        admin.post(&undo(&changes[0]), json!({})).await.ok(200);
        assert_eq!(row(&admin, &pass_path).await["row"]["plates"], json!(["粤B12345"]), "the pass is back");
        admin.post(&undo(&changes[3]), json!({})).await.ok(200);
        assert_eq!(row(&admin, "/api/site/lot/cyds").await["row"]["manager"], "王强");
        admin.post(&undo(&changes[3]), json!({})).await.refused(422, "invalid");
        let mut reader = place.hub.hub.store().read().await.unwrap();
        let sql = "select count(*) from audit where action in ('site.change', 'site.add', 'site.remove') and body like '%\"before\"%'";
        let (audited,): (i64,) = reader.conn().one(sql, vec![]).await.unwrap();
        assert_eq!(audited, 6);
    })
    .await;
}

#[tokio::test]
async fn what_is_still_needed_is_not_removed() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        for path in ["/api/site/area/south", "/api/site/lot/cyds", "/api/site/person"] {
            let found = row(&admin, path).await;
            let found = if path.ends_with("person") { found["items"][0].clone() } else { found };
            let table = path.split('/').nth(3).unwrap();
            let id = found["id"].as_str().unwrap();
            let version = found["version"].as_str().unwrap();
            let path = format!("/api/site/{table}/{id}?version={version}");
            admin.delete(&path).await.refused(409, "still_used");
        }
        let me = row(&admin, "/api/site/person?q=admin").await["items"][0].clone();
        let path = format!("/api/site/person/{}", me["id"].as_str().unwrap());
        admin.put(&path, changed(&me, "role", json!("agent"))).await.refused(409, "still_used");
    })
    .await;
}

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let camera = json!({"row": {"id": "cam-1", "driver": "hikvision", "url": "http://127.0.0.1:9", "username": "admin",
            "password": "top-secret-1", "events": "none"}});
        let made = admin.post("/api/site/device", camera).await;
        assert_eq!(made.ok(201)["secrets"], json!(["password"]));
        let moved = admin.put("/api/site/device/cam-1", changed(&made.body, "namespace", json!("x"))).await;
        assert_eq!(moved.ok(200)["secrets"], json!(["password"]), "what is not said stays");
        let gone = admin.put("/api/site/device/cam-1", changed(&moved.body, "password", Value::Null)).await;
        assert_eq!(gone.ok(200)["secrets"], json!([]));
        let told = admin.http.get(format!("http://{}/api/site/export", admin.addr)).bearer_auth(admin.token.as_ref().unwrap());
        let text = told.send().await.unwrap().text().await.unwrap();
        assert!(text.contains("cam-1") && !text.contains("top-secret"), "{text}");
        let changes = admin.get("/api/site/changes").await.body.to_string();
        assert!(!changes.contains("top-secret"));
        let tried = admin.post("/api/site/device/cam-1/test", json!({})).await.ok(200).clone();
        assert!(tried["checks"].as_array().unwrap().iter().any(|check| check["ok"] == false), "{tried}");
    })
    .await;
}

#[tokio::test]
async fn a_new_person_sets_their_password_with_a_code_of_the_hub_s_making() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let person = json!({"row": {"username": "newguard", "name": "王五", "role": "lot_staff", "lots": ["cyds"], "password": "chosen"}});
        let made = admin.post("/api/site/person", person).await.ok(201).clone();
        let code = made["one_time_code"]["code"].as_str().unwrap();
        assert!(row(&admin, &format!("/api/site/person/{}", made["id"].as_str().unwrap())).await["one_time_code"].is_null());
        let mut fresh = place.stranger();
        fresh.try_log_in("newguard", "chosen").await.refused(401, "bad_credentials");
        fresh.try_log_in("newguard", code).await.refused(401, "bad_credentials");
        fresh.reset("newguard", code, "mine-alone").await.ok(201);
        fresh.log_in("newguard", "mine-alone").await;
        fresh.get("/api/lanes/E01").await.ok(200);
    })
    .await;
}

#[tokio::test]
async fn a_holder_asks_for_help_and_supervisors_of_the_lot_are_told() {
    on_each_engine(|place| async move {
        let (guard, chief) = (place.desk("guard").await, place.desk("chief").await);
        let case = guard.post("/api/lanes/E01/claim", json!({})).await.ok(201)["case"]["id"].clone();
        let help = format!("/api/cases/{}/help", case.as_str().unwrap());
        let (mut above, mut here) = (chief.stream("").await.unwrap(), guard.stream("").await.unwrap());
        place.desk("agent").await.post(&help, json!({})).await.refused(409, "lease_lost");
        guard.post(&help, json!({"note": "司机拒付"})).await.ok(204);
        let told = above.next_of("help").await;
        assert_eq!(told["help"]["note"], "司机拒付");
        let board = chief.get("/api/board").await.ok(200).clone();
        assert_eq!(board["help"][0]["by"]["name"], "张三");
        assert_eq!(board["today"]["openings"], 0);
        chief.post(&format!("{help}/answer"), json!({"note": "先记账"})).await.ok(204);
        here.next_of("help").await;
        assert_eq!(here.next_of("help").await["help"]["answer"], "先记账");
        let close = format!("/api/cases/{}/close", case.as_str().unwrap());
        guard.post(&close, json!({})).await.ok(204);
        assert_eq!(chief.get("/api/board").await.ok(200)["help"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_case_closed_as_a_device_s_fault_opens_a_repair() {
    let site = format!(
        "{}{}",
        super::SITE,
        r#"
[[device]]
id = "arm-1"
driver = "hikvision"
url = "http://127.0.0.1:9"
events = "none"
[[lane]]
id = "E03"
lot = "cyds"
name = "北门"
code = "E03"
direction = "entry"
barrier = "arm-1"
"#
    );
    for engine in lanedesk_hub::testing::ENGINES {
        let place = Place::with(engine, &site).await;
        let (guard, admin) = (place.desk("guard").await, place.desk("admin").await);
        for _ in 0..2 {
            let case = guard.post("/api/lanes/E03/claim", json!({})).await.ok(201)["case"]["id"].clone();
            let close = json!({"outcome": "device_fault", "note": "抬杆卡住"});
            guard.post(&format!("/api/cases/{}/close", case.as_str().unwrap()), close).await.ok(204);
        }
        let open = admin.get("/api/maintenance?state=open").await.ok(200)["items"].clone();
        assert_eq!(open.as_array().unwrap().len(), 1, "one repair, however often it is noticed: {open}");
        assert_eq!((&open[0]["device"], &open[0]["note"]), (&json!("arm-1"), &json!("抬杆卡住")));
        let devices = admin.get("/api/devices").await.ok(200)["items"].clone();
        assert_eq!(devices[0]["maintenance"]["id"], open[0]["id"]);
        let close = format!("/api/maintenance/{}/close", open[0]["id"].as_str().unwrap());
        admin.post(&close, json!({"repair": " "})).await.refused(422, "invalid");
        let done = admin.post(&close, json!({"repair": "换弹簧"})).await.ok(200).clone();
        assert_eq!((&done["state"], &done["closed_by"]["name"]), (&json!("closed"), &json!("管理员")));
    }
}

/// R3: a recorder that two lots share shows each of them its own lanes, and neither the other's.
#[tokio::test]
async fn a_device_of_two_lots_shows_each_its_own_lanes() {
    let mut site = format!(
        "{}[[device]]\nid = \"nvr\"\ndriver = \"hikvision\"\nurl = \"http://127.0.0.1:9\"\nevents = \"none\"\n",
        super::SITE
    );
    for (lane, lot) in [("A01", "bj"), ("S01", "cyds")] {
        let lane = format!(
            "[[lane]]\nid = \"{lane}\"\nlot = \"{lot}\"\nname = \"{lane}\"\ncode = \"{lane}\"\ndirection = \"exit\"\nenvironment_camera = \"nvr\"\n"
        );
        site += &lane;
    }
    for engine in lanedesk_hub::testing::ENGINES {
        let place = Place::with(engine, &site).await;
        let lanes = async |username: &str, query: &str| {
            let desk = place.desk(username).await;
            let told = desk.get(&format!("/api/devices{query}")).await;
            let told = told.ok(200)["items"].as_array().unwrap().clone();
            let lanes = told.iter().flat_map(|device| {
                let lanes = device["lanes"].as_array().unwrap().iter();
                lanes.map(|lane| lane["id"].as_str().unwrap().to_owned())
            });
            lanes.collect::<Vec<String>>()
        };
        assert_eq!(lanes("chief", "").await, ["S01"], "{engine:?}");
        assert_eq!(lanes("chief", "?lot=bj").await, [""; 0]);
        assert_eq!(lanes("admin", "").await, ["A01", "S01"]);
        assert_eq!(lanes("admin", "?lot=cyds").await, ["S01"]);
    }
}

#[tokio::test]
async fn the_morning_shows_each_figure_beside_its_past_and_leads_to_its_rows() {
    on_each_engine(|place| async move {
        let (chief, guard) = (place.desk("chief").await, place.desk("guard").await);
        let case = guard.post("/api/lanes/E01/claim", json!({})).await.ok(201)["case"]["id"].clone();
        place.hub.clock.advance(std::time::Duration::from_secs(42));
        let close = json!({"outcome": "solved"});
        guard.post(&format!("/api/cases/{}/close", case.as_str().unwrap()), close).await.ok(204);
        let day = place.hub.clock.now().local_day();
        let morning = chief.get(&format!("/api/morning/{day}")).await.ok(200).clone();
        let figures = morning["figures"].as_array().unwrap();
        let names: Vec<&str> = figures.iter().map(|figure| figure["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), 16, "{names:?}");
        let handling = figures.iter().find(|figure| figure["name"] == "handling_p90").unwrap();
        assert_eq!(handling["value"], 42.0);
        assert_eq!(handling["past"].as_array().unwrap().len(), 28);
        assert_eq!(handling["leads_to"]["rows"], "cases");
        let counted = chief.get("/api/cases/statistics?by=outcome").await.ok(200).clone();
        assert_eq!((&counted["cases"], &counted["handling_p50_s"]), (&json!(1), &json!(42)), "{counted}");
        assert_eq!(counted["bars"][0]["key"], "solved");
        for by in ["lot", "hour", "person"] {
            let bars = chief.get(&format!("/api/cases/statistics?by={by}")).await.ok(200)["bars"].clone();
            assert_eq!(bars[0]["cases"], 1, "{by}");
        }
        guard.get(&format!("/api/morning/{day}")).await.refused(403, "not_allowed");
        let file = chief.request(Method::GET, &format!("/api/morning/{day}/export?format=xlsx")).send().await.unwrap();
        assert!(file.bytes().await.unwrap().starts_with(b"PK"));
    })
    .await;
}

/// Help is asked for where the case is: a case that moves takes it along.
#[tokio::test]
async fn a_call_for_help_goes_with_its_case_to_another_lane() {
    on_each_engine(|place| async move {
        let (guard, chief) = (place.desk("guard").await, place.desk("chief").await);
        let claim = guard.post("/api/lanes/E01/claim", json!({})).await;
        let claim = claim.ok(201).clone();
        let case = claim["case"]["id"].as_str().unwrap().to_owned();
        let help = format!("/api/cases/{case}/help");
        let mut above = chief.stream("").await.unwrap();
        guard.post(&help, json!({"note": "x"})).await.ok(204);
        assert_eq!(above.next_of("help").await["help"]["lane"]["id"], "E01");
        let to = json!({"fence": claim["lease"]["fence"], "lane": "E02"});
        guard.post(&format!("/api/cases/{case}/move"), to).await.ok(201);
        let told = above.next_of("help").await;
        assert_eq!((&told["help"]["lane"]["id"], &told["help"]["note"]), (&json!("E02"), &json!("x")));
        let board = chief.get("/api/board").await.ok(200).clone();
        assert_eq!(board["help"][0]["lane"]["id"], "E02");
    })
    .await;
}

/// What is asked for ends with whoever asked: when their time is over, and when somebody takes the lane over.
#[tokio::test]
async fn a_call_for_help_ends_with_the_lease_it_was_asked_under() {
    on_each_engine(|place| async move {
        let (guard, chief) = (place.desk("guard").await, place.desk("chief").await);
        let mut above = chief.stream("").await.unwrap();
        let ask = async |lane: &str| {
            let claim = guard.post(&format!("/api/lanes/{lane}/claim"), json!({})).await;
            let case = claim.ok(201)["case"]["id"].as_str().unwrap().to_owned();
            let help = format!("/api/cases/{case}/help");
            guard.post(&help, json!({"note": "x"})).await.ok(204);
            case
        };
        let taken = ask("E01").await;
        assert_eq!(above.next_of("help").await["help"]["note"], "x");
        let reason = json!({"reason": "协助"});
        chief.post("/api/lanes/E01/take-over", reason).await.ok(201);
        let over = above.next_of("help").await;
        assert_eq!((&over["case"], &over["help"]), (&json!(taken), &Value::Null));
        let expired = ask("E02").await;
        assert_eq!(above.next_of("help").await["help"]["note"], "x");
        place.hub.clock.advance(std::time::Duration::from_secs(601));
        let over = above.next_of("help").await;
        assert_eq!((&over["case"], &over["help"]), (&json!(expired), &Value::Null));
        assert_eq!(chief.get("/api/board").await.ok(200)["help"], json!([]));
    })
    .await;
}
