//! The site file through the hub's own program: whole or not at all, and what it says can be taken out again (R34);
//! the audit's chain, checked offline.

use crate::harness::{Database, Engine, World, hub_says, on_each_engine};

on_each_engine!(
    a_file_with_faults_changes_nothing_and_names_each_line,
    what_is_exported_is_what_was_imported,
    a_changed_or_missing_audit_row_is_found,
);

fn write(database: &Database, name: &str, text: &str) -> String {
    let file = database.folder().join(name);
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

/// Everything here is good but three lines.
const BAD: &str = r#"[[area]]
id = "north"
name = "华北大区"

[[lot]]
id = "bjzx"
name = "北京中心"
area = "nowhere"

[[device]]
id = "cam-x"
driver = "vzenith"
url = "http://10.0.0.9"

[[lane]]
id = "X01"
lot = "bjzx"
name = "正门"
code = "X01"
direction = "sideways"
"#;

/// Line and reason for each fault; the good parts are not taken in either.
async fn a_file_with_faults_changes_nothing_and_names_each_line(engine: Engine) {
    let database = Database::new(engine).await;
    let demo = xtask::house::demo_site().display().to_string();
    import(&database, &demo);
    let before = export(&database);
    let said = hub_says(&database, &["import", &write(&database, "bad.toml", BAD)]);
    assert!(!said.ok, "{}", said.all);
    let line = |wanted: &str| BAD.lines().position(|line| line == wanted).unwrap() + 1;
    let faults = [
        ("area = \"nowhere\"", "nowhere"),
        ("driver = \"vzenith\"", "vzenith"),
        ("direction = \"sideways\"", "sideways"),
    ];
    for (text, named) in faults {
        let place = format!("line {}:", line(text));
        let mut lines = said.all.lines();
        let told = lines.any(|line| line.contains(&place) && line.contains(named));
        assert!(told, "{place} {named} is not told:\n{}", said.all);
    }
    assert_eq!(before, export(&database));
}

/// Export, import into an empty database, export again: the same, word for word. People come without passwords.
async fn what_is_exported_is_what_was_imported(engine: Engine) {
    let (first, second) = (Database::new(engine).await, Database::new(engine).await);
    let demo = xtask::house::demo_site().display().to_string();
    import(&first, &demo);
    let text = export(&first);
    assert!(!text.contains(&format!("{:?}", crate::demo::PASSWORD)));
    import(&second, &write(&second, "again.toml", &text));
    assert_eq!(export(&second), text);
    // The same file once more changes nothing.
    import(&first, &demo);
    assert_eq!(export(&first), text);
}

fn import(database: &Database, file: &str) {
    let said = hub_says(database, &["import", file]);
    assert!(said.ok, "{}", said.all);
}

fn export(database: &Database) -> String {
    let said = hub_says(database, &["export"]);
    assert!(said.ok && !said.out.is_empty(), "{}", said.all);
    said.out
}

/// R35, R36: `verify-audit` passes over an honest day's rows and names the first row that was changed or taken out.
async fn a_changed_or_missing_audit_row_is_found(engine: Engine) {
    let mut world = World::new(engine).await;
    let (guard, claim) = world.at_the_gate().await;
    let order = guard.open(&claim).await;
    guard.order_becomes(&order["id"], "opened").await;
    world.stop().await;
    let database = &world.database;
    let row = "from audit where action = 'barrier.order'";
    let seq = database.count(&format!("select seq {row}")).await;
    let holds = |wanted: bool| {
        let said = hub_says(database, &["verify-audit"]);
        assert_eq!(said.ok, wanted, "{}", said.all);
        assert!(wanted || said.out.contains(&format!("row {seq} ")), "{}", said.all);
    };
    holds(true);
    let moved = |ms: i64| format!("update audit set at = at + {ms} where action = 'barrier.order'");
    database.tamper(&moved(-60_000)).await;
    holds(false);
    database.tamper(&moved(60_000)).await;
    holds(true);
    database.tamper(&format!("delete {row}")).await;
    holds(false);
}
