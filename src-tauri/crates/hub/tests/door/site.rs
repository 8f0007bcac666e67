//! R34: a site file in and out of a database.

use super::{NOON, Place, SITE, on_each_engine, stream::metric};
use lanedesk_devices::Networks;
use lanedesk_hub::{
    ops::site::{ImportError, export, import},
    serve::open_vault,
    site::{Site, SiteContext},
    store::Store,
    testing::{Database, ENGINES},
    vault::{SealSlot, Vault},
};
use serde_json::json;
use std::time::Duration;

/// Devices of the demo are on this machine.
fn here() -> Networks {
    Networks::private_and_loopback()
}

const DEMO: &str = include_str!("../../demo/demo.toml");

async fn opened(database: &Database) -> (Store, Vault) {
    let vault = open_vault(&database.address, None, Some(&database.folder().join("hub.key"))).unwrap();
    (Store::open(&database.address).await.unwrap(), vault)
}

#[tokio::test]
async fn what_is_imported_is_exported_and_imports_again_to_the_same() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let (store, vault) = opened(&database).await;
        import(&store, &vault, &here(), NOON, DEMO).await.unwrap();
        let first = export(&store, &vault).await.unwrap();
        let mut given = Site::parse(DEMO, &SiteContext::default()).unwrap();
        for person in &mut given.people {
            person.password = None;
        }
        let sorted = |mut site: Site| {
            site.areas.sort_by(|a, b| a.id.cmp(&b.id));
            site.lots.sort_by(|a, b| a.id.cmp(&b.id));
            site.lanes.sort_by(|a, b| a.id.cmp(&b.id));
            site.devices.sort_by(|a, b| a.id.cmp(&b.id));
            site.people.sort_by(|a, b| a.username.cmp(&b.username));
            site.reasons.sort_by(|a, b| a.code.cmp(&b.code));
            site.tariffs.sort_by(|a, b| a.lot.cmp(&b.lot));
            site.integrations.sort_by(|a, b| a.id.cmp(&b.id));
            site
        };
        assert_eq!(sorted(first.clone()), sorted(given));
        import(&store, &vault, &here(), NOON, &first.to_toml()).await.unwrap();
        assert_eq!(export(&store, &vault).await.unwrap(), first, "nothing doubled, nothing lost");

        let elsewhere = Database::new(engine).await.unwrap();
        let (new_store, new_vault) = opened(&elsewhere).await;
        let imported = import(&new_store, &new_vault, &here(), NOON, &first.to_toml()).await.unwrap();
        assert_eq!(imported.without_password.len(), first.people.len(), "people come without passwords");
        assert_eq!(export(&new_store, &new_vault).await.unwrap(), first);
    }
}

#[tokio::test]
async fn one_fault_and_nothing_is_written() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let (store, vault) = opened(&database).await;
        let before = export(&store, &vault).await.unwrap();
        let text = format!("{SITE}\n[[vehicle]]\nlot = \"nowhere\"\nplate = \"粤B12345\"\n");
        let refused = import(&store, &vault, &here(), NOON, &text).await;
        assert!(matches!(&refused, Err(ImportError::Faults(faults)) if faults.len() == 1), "{refused:?}");
        assert!(refused.unwrap_err().to_string().contains("there is no lot \"nowhere\""));
        assert_eq!(export(&store, &vault).await.unwrap(), before);
    }
}

#[tokio::test]
async fn rows_nobody_names_stay_and_passwords_are_set_for_new_people_only() {
    for engine in ENGINES {
        let place = Place::new(engine).await;
        let change = r#"
            [[lot]]
            id = "cyds"
            name = "彩悦广场"
            area = "north"
            [[person]]
            username = "guard"
            name = "张三丰"
            role = "lot_staff"
            password = "another"
            lots = ["cyds"]
        "#;
        place.database.import(change, NOON).await.unwrap();
        let mut guard = place.stranger();
        guard.try_log_in("guard", "another").await.refused(401, "bad_credentials");
        let told = guard.log_in("guard", "secret-1").await;
        assert!(!told["token"].is_null());
        for _ in 0..400 {
            if guard.lanes("彩悦广场").await.len() == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(guard.lanes("彩悦广场").await, ["E01", "E02"], "its lanes were not named and stay");
        assert_eq!(guard.get("/api/session").await.body["name"], "张三丰");
    }
}

#[tokio::test]
async fn secrets_rest_sealed() {
    for engine in ENGINES {
        let database = Database::new(engine).await.unwrap();
        let (store, vault) = opened(&database).await;
        import(&store, &vault, &here(), NOON, DEMO).await.unwrap();
        let mut reader = store.read().await.unwrap();
        let mut conn = reader.conn();
        let rows: Vec<(String, String)> = conn
            .all("select settings, secrets from device union all select kind, secret from integration", vec![])
            .await
            .unwrap();
        assert!(rows.iter().all(|(open, sealed)| !open.contains("lotsim-12345") && !sealed.contains("lanedesk-demo")));
        let device: Vec<_> =
            rows.iter().filter_map(|(_, sealed)| vault.open_text(SealSlot::device("cam-E01"), sealed).ok()).collect();
        assert!(device.iter().any(|text| text.contains("lotsim-12345")), "with the key they open");
    }
}

/// An older look at the site that ends late never takes the place of a newer one: what was taken away stays away.
#[tokio::test(flavor = "multi_thread")]
async fn the_site_in_force_is_the_newest_whoever_reads_it_again() {
    on_each_engine(|place| async move {
        let hub = &place.hub.hub;
        // No change is told that far: whoever hears of it reads the site, whatever was read before.
        let far = lanedesk_hub::store::OutboxPosition { xid: i64::MAX, n: 0 };
        for minutes in 11..26 {
            let older: Vec<_> = (0..12)
                .map(|_| {
                    let hub = hub.clone();
                    tokio::spawn(async move { hub.reload_for(far).await })
                })
                .collect();
            let rule = format!("[rules]\nlock_minutes = {minutes}\n");
            place.database.import(&rule, NOON).await.unwrap();
            hub.reload().await.unwrap();
            assert_eq!(hub.rules().lock_minutes, minutes);
            for reload in older {
                reload.await.unwrap().unwrap();
                assert_eq!(hub.rules().lock_minutes, minutes, "an older one came after it");
            }
        }
    })
    .await;
}

/// Waits until the hub has heard of everything that was told so far.
async fn heard(place: &Place) {
    let hub = &place.hub.hub;
    let mut reader = hub.store().read().await.unwrap();
    let newest = reader.conn().newest_place().await.unwrap();
    drop(reader);
    while hub.push().at() < newest {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whoever changed the site has read it when it answers, and hears of its own change without reading it again; whoever has
/// heard of a change does not read it again because it is asked to.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_read_once_by_the_hub_that_made_it_or_heard_of_it() {
    const RULE: &str = "/api/site/rule/lock_minutes";
    on_each_engine(|place| async move {
        let (admin, hub) = (place.desk("admin").await, &place.hub.hub);
        let reads = async || {
            let told = metric(&admin, "lanedesk_site_reads_total").await;
            told.parse::<u64>().unwrap()
        };
        heard(&place).await;
        let before = reads().await;
        for minutes in 11..16 {
            let rule = admin.get(RULE).await.ok(200).clone();
            let change = json!({"version": rule["version"], "row": {"value": minutes}});
            admin.put(RULE, change).await.ok(200);
            assert_eq!(hub.rules().lock_minutes, minutes, "when it answers");
            heard(&place).await;
        }
        assert_eq!(reads().await, before + 5, "the hub that made it");
        let rule = "[rules]\nlock_minutes = 30\n";
        place.database.import(rule, NOON).await.unwrap();
        heard(&place).await;
        assert_eq!(hub.rules().lock_minutes, 30);
        for _ in 0..3 {
            hub.reload().await.unwrap();
        }
        assert_eq!(reads().await, before + 6, "the hub that heard of it");
        place.hub.stop().await;
    })
    .await;
}
