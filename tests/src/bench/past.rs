//! A long past for the record's measurements: a million openings written straight into the tables, on either engine.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::hub::PASSWORD;

/// Lots of the site, two lanes each.
pub const LOTS: usize = 1_000;
/// People who opened.
pub const PEOPLE: usize = 20;
/// Lots of the supervisor who sees a part.
pub const PART: usize = 20;
/// The first opening, ms UTC; one every 30 s from there.
pub const BEGIN: i64 = 1_760_000_000_000;
/// Between two openings, ms.
pub const EVERY: i64 = 30_000;

/// A site of a thousand lots with a supervisor of all (`chief`), one of some (`part`), and people who opened.
fn write_site(folder: &Path) -> Result<PathBuf> {
    let mut site = String::from(
        "[[area]]\nid = \"all\"\nname = \"全国\"\n\n[[area]]\nid = \"part\"\nname = \"一区\"\nparent = \"all\"\n\n",
    );
    let person = |username: &str, role: &str, area: &str| {
        format!(
            "[[person]]\nusername = \"{username}\"\nname = \"{username}\"\nrole = \"{role}\"\npassword = \"{PASSWORD}\"\nareas = [\"{area}\"]\n\n"
        )
    };
    site.push_str(&person("chief", "supervisor", "all"));
    site.push_str(&person("part", "supervisor", "part"));
    for index in 0..PEOPLE {
        site.push_str(&person(&format!("p{index}"), "agent", "all"));
    }
    for index in 0..LOTS {
        let area = if index < PART { "part" } else { "all" };
        write!(
            site,
            "[[lot]]\nid = \"lot{index}\"\nname = \"停车场 {index}\"\narea = \"{area}\"\nmanager = \"王强\"\nmanager_phone = \"138 0000 0000\"\n\n"
        )?;
        for lane in 0..2 {
            write!(
                site,
                "[[lane]]\nid = \"lot{index}-{lane}\"\nlot = \"lot{index}\"\nname = \"{lane} 号口\"\ncode = \"{lane}\"\ndirection = \"both\"\n\n"
            )?;
        }
    }
    let path = folder.join("past.toml");
    std::fs::write(&path, site)?;
    Ok(path)
}

/// Imports the site into `database` and writes so many openings. Answers the site file.
pub fn fill(program: &Path, database: &str, folder: &Path, openings: usize) -> Result<PathBuf> {
    let site = write_site(folder)?;
    let done = Command::new(program)
        .args(["import", "--database", database, "--key"])
        .arg(folder.join("hub.key"))
        .arg(&site)
        .output()?;
    ensure!(done.status.success(), "import: {}", String::from_utf8_lossy(&done.stderr));
    let postgres = database.starts_with("postgres");
    for sql in statements(postgres, openings) {
        run(database, &sql)?;
    }
    if postgres {
        // It would do so by itself within a minute.
        run(database, "analyze")?;
    }
    Ok(site)
}

/// Runs SQL with the engine's own program, and answers how long that took, its start included.
pub fn run(database: &str, sql: &str) -> Result<Duration> {
    let mut command = if let Some(file) = database.strip_prefix("sqlite:") {
        let mut command = Command::new("sqlite3");
        command.args(["-csv", "-bail", file.split('?').next().unwrap_or(file), sql]);
        command
    } else {
        let mut command = Command::new("psql");
        command.args(["--csv", "--quiet", "--set=ON_ERROR_STOP=1", "--command", sql, database]);
        command
    };
    let begun = Instant::now();
    let done = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .with_context(|| format!("{} is not installed", command.get_program().display()))?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Ok(begun.elapsed())
}

/// The statements that write the past.
fn statements(postgres: bool, openings: usize) -> Vec<String> {
    let last = openings.saturating_sub(1);
    let (series, id, digits, letter) = if postgres {
        (
            format!("(select n::bigint as i from generate_series(0, {last}) as s (n)) as s"),
            "lpad(to_hex(i), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(i), 12, '0')",
            "lpad((i * 7919 % 100000)::text, 5, '0')",
            "substr('ABCDE', (i * 7919 % 5)::int + 1, 1)",
        )
    } else {
        (
            format!(
                "(with recursive n (i) as (select 0 union all select i + 1 from n where i < {last}) select i from n) as s"
            ),
            "printf('%08x-0000-7000-8000-%012x', i, i)",
            "printf('%05d', i * 7919 % 100000)",
            "substr('ABCDE', i * 7919 % 5 + 1, 1)",
        )
    };
    let plate = format!("'粤' || {letter} || {digits}");
    let (lot, lane) = (format!("'lot' || (i * 31 % {LOTS})"), format!("'lot' || (i * 31 % {LOTS}) || '-' || (i % 2)"));
    let person = format!("(select p.id from person p where p.username = 'p' || (i % {PEOPLE}))");
    let at = format!("{BEGIN} + i * {EVERY}");
    let abnormal = "i % 10 = 0";
    let reason = "'reason' || (i / 10 % 10)";
    vec![
        format!(
            "insert into \"case\" (id, lane_id, lot_id, person_id, source, state, opened_at, corrected)
             select 'the-case', 'lot0-0', 'lot0', p.id, 'query', 'closed', {BEGIN}, false from person p where p.username = 'p0'"
        ),
        format!(
            "insert into \"order\" (id, case_id, lane_id, lot_id, person_id, fence, action, content, made_at, deadline_at,
                result, detail, hub)
             select {id}, 'the-case', {lane}, {lot}, {person}, 1, 'open', '', {at}, {at}, 'opened', '', '' from {series}"
        ),
        format!(
            "insert into opening (id, order_id, case_id, kind, lot_id, lane_id, direction, plate, plate_read, person_id, source,
                assessment, due_fen, collected_fen, reason, remark, photos, claimed_at, at, result, barrier_before,
                barrier_after, passage)
             select {id}, {id}, 'the-case', case when {abnormal} then 'abnormal' else 'normal' end, {lot}, {lane},
                case when i % 2 = 0 then 'entry' else 'exit' end, {plate}, {plate}, {person}, 'query', 'temporary',
                case when {abnormal} then 1500 else 0 end, 0, case when {abnormal} then {reason} end,
                case when {abnormal} then '车主说明情况，已核实' end, '[]', {at} - 60000, {at},
                case when i % 200 = 7 then 'unknown' when i % 500 = 3 then 'failed' else 'opened' end, 'closed', 'open',
                case when i % 100 = 5 then 'none' else 'passed' end
             from {series}"
        ),
        "insert into plate_part (part, plate)
            with place (n) as (values (1), (2), (3), (4), (5), (6)), size (n) as (values (2), (3)),
                known (plate) as (select distinct plate from opening)
            select distinct substr(known.plate, place.n, size.n), known.plate
            from known cross join place cross join size where place.n + size.n - 1 <= length(known.plate)"
            .to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn each_engine_has_its_own_series_and_the_same_rows() {
        let (sqlite, postgres) = (statements(false, 10), statements(true, 10));
        assert_eq!(sqlite.len(), postgres.len());
        assert!(sqlite[1].contains("recursive") && postgres[1].contains("generate_series"));
    }
}
