//! An import of a hundred thousand passes through the hub's door, on both engines: looked at, written, written again with
//! every row changed, and taken back.
//!
//! The peer is the engine's own loader with the same file: `sqlite3 .import` and `psql \copy` into a plain table of
//! text, which checks nothing, compares nothing and keeps no record of what was there before.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use xtask::postgres::{Durability, Postgres};

use super::Options;
use super::hub::{self, Hub, PASSWORD};
use super::table::{Table, millis};

/// Rows of the file.
const ROWS: usize = 100_000;
/// Issue 6: so many in less than this.
const GOAL: Duration = Duration::from_secs(10);

/// Measures SQLite beside `sqlite3`, then PostgreSQL beside `psql`.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let folder = folder.path();
    let database = format!("sqlite:{}?mode=rwc", folder.join("import.sqlite").display());
    engine(options, table, ("SQLite", &database), folder).await?;
    let server = Postgres::start(Durability::Durable)?;
    engine(options, table, ("PostgreSQL", server.url()), folder).await
}

async fn engine(options: &Options, table: &mut Table, (name, database): (&str, &str), folder: &Path) -> Result<()> {
    let site = write_site(folder)?;
    let hub = Hub::start(&options.program("lanedesk-hub")?, database, &site, folder)?;
    let admin = Admin::at(&hub).await?;
    let file = folder.join("passes.csv");
    std::fs::write(&file, sheet("使用中"))?;
    let (peer, theirs) = peer(database, folder, &file)?;
    let beside = format!("{peer} {}", millis(theirs));
    let bytes = std::fs::read(&file)?;

    let (looked, _) = admin.upload(&bytes, true).await?;
    table.bound(&format!("preview of {ROWS} new passes, {name}"), looked, GOAL, &beside);
    let (wrote, done) = admin.upload(&bytes, false).await?;
    ensure!(done["added"] == ROWS && done["written"] == true, "{done}");
    table.bound(&format!("import of {ROWS} new passes, {name}"), wrote, GOAL, &beside);
    let changed = sheet("已禁用");
    let (wrote, done) = admin.upload(changed.as_bytes(), false).await?;
    ensure!(done["changed"] == ROWS, "{done}");
    table.bound(&format!("import of {ROWS} changed passes, {name}"), wrote, GOAL, &beside);
    let took = admin.take_back().await?;
    table.bound(&format!("taking that import back, {name}"), took, GOAL, &beside);
    Ok(())
}

fn write_site(folder: &Path) -> Result<std::path::PathBuf> {
    let path = folder.join("import.toml");
    let site = format!(
        "[[area]]\nid = \"all\"\nname = \"全国\"\n\n[[lot]]\nid = \"lot\"\nname = \"彩悦大厦\"\narea = \"all\"\n\n\
         [[person]]\nusername = \"admin\"\nname = \"管理员\"\nrole = \"admin\"\npassword = \"{PASSWORD}\"\nareas = [\"all\"]\n"
    );
    std::fs::write(&path, site)?;
    Ok(path)
}

/// One pass a row, as people fill a sheet.
fn sheet(status: &str) -> String {
    let mut text = "停车场,车牌,状态,开始,结束,车位数\n".to_owned();
    for n in 0..ROWS {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "彩悦大厦,粤B{n:05},{status},2026-01-01,2026-12-31,1");
    }
    text
}

struct Admin<'a> {
    hub: &'a Hub,
    http: reqwest::Client,
    token: String,
}

impl<'a> Admin<'a> {
    async fn at(hub: &'a Hub) -> Result<Self> {
        let http = hub::client(1)?;
        let token = hub.log_in(&http, "admin", PASSWORD).await?;
        Ok(Self { hub, http, token })
    }

    /// Sends the file; answers how long that took and what the hub says.
    async fn upload(&self, file: &[u8], preview: bool) -> Result<(Duration, Value)> {
        let path = format!("/api/site/import?format=csv&table=pass&preview={preview}");
        let request = self.http.post(format!("{}{path}", self.hub.address()));
        let begun = Instant::now();
        let answer = self.read(request.body(file.to_vec())).await?;
        Ok((begun.elapsed(), answer))
    }

    /// Takes the newest change back.
    async fn take_back(&self) -> Result<Duration> {
        let address = format!("{}/api/site/changes", self.hub.address());
        let changes = self.read(self.http.get(&address)).await?;
        ensure!(changes["items"][0]["undoable"] == true, "{changes}");
        let id = changes["items"][0]["id"].as_str().context("a change")?;
        let begun = Instant::now();
        self.read(self.http.post(format!("{address}/{id}/undo"))).await?;
        Ok(begun.elapsed())
    }

    async fn read(&self, request: reqwest::RequestBuilder) -> Result<Value> {
        let answer = request.bearer_auth(&self.token).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{status} {text}");
        Ok(serde_json::from_str(&text)?)
    }
}

/// The engine's own loader with the same file, into a table of its own.
fn peer(database: &str, folder: &Path, file: &Path) -> Result<(&'static str, Duration)> {
    let columns = "lot text, plate text, status text, valid_from text, valid_to text, spaces text";
    let file = file.display();
    let mut command;
    let name = if database.starts_with("sqlite:") {
        command = Command::new("sqlite3");
        command.arg(folder.join("peer.sqlite")).args([
            format!("create table plain ({columns})"),
            ".mode csv".to_owned(),
            format!(".import --skip 1 {file} plain"),
        ]);
        "sqlite3 .import"
    } else {
        command = Command::new("psql");
        command.args(["--quiet", "--set=ON_ERROR_STOP=1", "--command"]);
        command.arg(format!("create table plain ({columns})"));
        command.arg("--command").arg(format!("\\copy plain from '{file}' with (format csv, header)"));
        command.arg(database);
        "psql \\copy"
    };
    let begun = Instant::now();
    let done = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .with_context(|| format!("{name} is not installed"))?;
    ensure!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    Ok((name, begun.elapsed()))
}

#[cfg(test)]
mod tests {
    use super::{ROWS, sheet};

    #[test]
    fn the_sheet_has_its_titles_and_a_row_a_pass() {
        let text = sheet("使用中");
        assert_eq!(text.lines().count(), ROWS + 1);
        assert_eq!(text.lines().nth(1), Some("彩悦大厦,粤B00000,使用中,2026-01-01,2026-12-31,1"));
    }
}
