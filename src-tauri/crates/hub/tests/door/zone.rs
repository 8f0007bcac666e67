//! Times are the lots' (R55): whatever zone the machine has, the program counts and exports the same.

use super::{
    Place, SITE,
    cli::{hub, run, started, terminate, text, written},
    desk::Desk,
    made::Made,
};
use lanedesk_domain::time::Timestamp;
use lanedesk_hub::{
    clock::Clock,
    testing::{Database, ENGINES, Engine},
};
use reqwest::Method;
use serde_json::{Value, json};

/// Half a year of minutes: at New York clocks were moved since.
const HALF_A_YEAR: i64 = 180 * 24 * 60;

/// A database in which vehicles left so many minutes before noon.
async fn left(engine: Engine, minutes: &[i64]) -> Database {
    let place = Place::new(engine).await;
    let made: Vec<Made> = minutes.iter().map(|ago| Made::exit("粤B12345", *ago)).collect();
    place.made(&made).await;
    let Place { database, hub } = place;
    hub.stop().await;
    database
}

/// What one program tells, on a machine in a zone.
struct Told {
    zone: Value,
    hours: Value,
    day: Value,
    morning: Value,
    /// The rows of an exported file, without the last cell, which says when it was made.
    rows: Vec<String>,
    /// The moment in the file's name, and the moments around its making.
    name: String,
    around: (Timestamp, Timestamp),
}

impl Told {
    async fn by(database: &Database, machine: &str, more: &[&str], day: &str) -> Self {
        let args = [&["serve", "--listen", "127.0.0.1:0", "--objects", "objects"], more].concat();
        let mut command = hub(database, &args);
        command.env("TZ", machine).env("PGTZ", machine);
        let (mut child, addr) = started(database, command);
        let mut desk = Desk::new(addr);
        desk.log_in("chief", "secret-1").await;
        let told = async |path: &str| desk.get(path).await.ok(200).clone();
        let before = Clock::system().now();
        let file = desk.request(Method::GET, "/api/openings/export?format=csv");
        let file = file.send().await.unwrap();
        let after = Clock::system().now();
        let name = file.headers()["content-disposition"].to_str().unwrap();
        let name = name.split(['-', '.']).nth(1).unwrap().to_owned();
        let file = file.text().await.unwrap();
        let rows = file.lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned());
        let told = Self {
            zone: told("/api/session").await["time_zone"].clone(),
            hours: hours(&told("/api/openings/statistics?by=hour").await),
            day: told(&format!("/api/reports/{day}")).await["openings"]["openings"].clone(),
            morning: told(&format!("/api/morning/{day}")).await,
            rows: rows.collect(),
            name,
            around: (before, after),
        };
        terminate(&mut child);
        told
    }
}

/// The hours in which something was opened, and how often.
fn hours(statistics: &Value) -> Value {
    let bars = statistics["bars"].as_array().unwrap();
    let counted = bars.iter().filter(|bar| bar["openings"] != 0);
    counted.map(|bar| json!([bar["key"], bar["openings"]])).collect()
}

#[tokio::test]
async fn a_machine_in_utc_in_new_york_and_in_shanghai_counts_and_exports_the_same() {
    for engine in ENGINES {
        // NOON is 04:26:40 on the 29th at the lots; before midnight there it was the 28th, in UTC it is so all the time.
        let database = left(engine, &[0, 20, 300]).await;
        let mut first: Option<Told> = None;
        for machine in ["UTC", "America/New_York", "Asia/Shanghai"] {
            let told = Told::by(&database, machine, &[], "2026-05-29").await;
            assert_eq!(told.zone, "Asia/Shanghai");
            assert_eq!(told.hours, json!([["04", 2], ["23", 1]]), "{machine}");
            assert_eq!(told.day, 2, "{machine}");
            let times: Vec<&str> = told.rows[1..].iter().map(|row| &row[..19]).collect();
            let written = ["2026-05-29 04:26:40", "2026-05-29 04:06:40", "2026-05-28 23:26:40"];
            assert_eq!(times, written, "{machine}");
            let digits = |at: Timestamp| at.local_text().replace([' ', ':', '-'], "");
            let (before, after) = told.around;
            // The hub's clock follows the database's by a measured offset.
            let made = digits(before.plus_seconds(-2))..=digits(after.plus_seconds(2));
            assert!(made.contains(&told.name), "{}: {made:?}", told.name);
            if let Some(first) = &first {
                assert_eq!(told.rows, first.rows, "{machine}");
                assert_eq!(told.morning, first.morning, "{machine}");
            }
            first = first.or(Some(told));
        }
    }
}

#[tokio::test]
async fn lots_elsewhere_count_by_their_own_clocks_in_summer_and_in_winter() {
    for engine in ENGINES {
        let database = left(engine, &[0, 20, HALF_A_YEAR]).await;
        let york = ["--time-zone", "America/New_York"];
        let told = Told::by(&database, "Asia/Shanghai", &york, "2026-05-28").await;
        assert_eq!(told.zone, "America/New_York");
        assert_eq!(told.hours, json!([["15", 1], ["16", 2]]), "{engine:?}");
        assert_eq!(told.day, 2);
        let times: Vec<&str> = told.rows[1..].iter().map(|row| &row[..19]).collect();
        let written = ["2026-05-28 16:26:40", "2026-05-28 16:06:40", "2025-11-29 15:26:40"];
        assert_eq!(times, written);
    }
}

#[tokio::test]
async fn a_date_in_a_site_file_is_the_lots_and_a_zone_nobody_knows_is_refused_with_its_name() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    let site = format!(
        "{SITE}[[pass]]\nlot = \"cyds\"\nplates = [\"粤B12345\"]\nstatus = \"active\"\nvalid_from = \"2026-03-08\"\nvalid_to = \"2026-03-08\"\n"
    );
    let site = written(&database, "site.toml", &site);
    let york = run(&database, &["import", &site, "--time-zone", "America/New_York"]);
    assert!(york.status.success(), "{}", text(&york.stderr));
    let toml = text(&run(&database, &["export"]).stdout);
    let day = ["valid_from = \"2026-03-08T05:00:00Z\"", "valid_to = \"2026-03-09T03:59:59.999Z\""];
    for end in day {
        assert!(toml.contains(end), "a day of 23 hours: {end} in {toml}");
    }
    for wrong in ["Asia/Nowhere", "+08:00", ""] {
        let refused = run(&database, &["serve", "--time-zone", wrong]);
        let told = text(&refused.stderr);
        assert!(!refused.status.success());
        assert!(told.contains("--time-zone") && told.contains("is no time zone"), "{told}");
    }
}
