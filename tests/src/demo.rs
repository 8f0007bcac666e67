//! The whole demo as one value: simulated lot, hub on SQLite, an invisible screen. Ends with the value.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use lanedesk_domain::time::Timestamp;
use lanedesk_hub::signature::sign;
use serde_json::{Value, json};
use uuid::Uuid;
use xtask::display::Display;
use xtask::lot::Lot;
use xtask::port;
use xtask::running::RunningProgram;

use crate::window::Window;

/// What the demo site's telephone system signs with.
const CALLS: &str = "lanedesk-demo-tel";

/// The password of everybody in the demo site.
pub const PASSWORD: &str = "lanedesk-demo";

/// The demo, running, on ports of its own: beside another one, nobody takes the other's cameras for theirs.
pub struct Demo {
    // Fields end in this order: nobody complains about a server that went first.
    _hub: RunningProgram,
    _lot: RunningProgram,
    /// Where its windows open.
    pub screen: Display,
    address: String,
    programs: PathBuf,
    folder: PathBuf,
    place: Lot,
}

impl Demo {
    /// Starts it with `programs` (a folder of ours), keeping its data under `folder`.
    pub fn start(programs: &Path, folder: &Path) -> Result<Self> {
        let (listen, place) = (port::any_free()?, Lot::free()?);
        let mut lot = place.command(&programs.join("lotsim"), listen);
        let mut lot = RunningProgram::start("the simulated lot", &mut lot, &folder.join("lotsim.log"))?;
        lot.wait_until("ready", Duration::from_secs(20), || port::accepts(place.control()))?;
        let site = folder.join("site.toml");
        place.write_site(&site)?;
        let mut hub = Command::new(programs.join("lanedesk-hub"));
        hub.arg("serve")
            .args(["--listen", &format!("127.0.0.1:{listen}"), "--database"])
            .arg(format!("sqlite:{}", folder.join("hub.sqlite").display()))
            .arg("--objects")
            .arg(folder.join("objects"))
            .arg("--key")
            .arg(folder.join("hub.key"))
            .arg("--site")
            .arg(site);
        let mut hub = RunningProgram::start("the hub", &mut hub, &folder.join("hub.log"))?;
        hub.wait_until("ready", Duration::from_secs(30), || port::answers_ok(listen, "/api/health"))?;
        Ok(Self {
            _hub: hub,
            _lot: lot,
            screen: Display::start(folder, 2000, 1300)?,
            address: format!("http://127.0.0.1:{listen}"),
            programs: programs.to_path_buf(),
            folder: folder.to_path_buf(),
            place,
        })
    }

    /// Opens a desk whose own data is kept under the name `desk`.
    pub async fn desk(&self, desk: &str) -> Result<Window> {
        self.desk_with(desk, &[]).await
    }

    /// The same with variables of its own.
    pub async fn desk_with(&self, desk: &str, more: &[(&str, &str)]) -> Result<Window> {
        let data = self.folder.join(desk);
        std::fs::create_dir_all(&data)?;
        let data = data.to_str().context("a folder whose name is text")?;
        let own = [("LANEDESK_HUB", self.address.as_str()), ("LANEDESK_DATA_DIR", data)];
        let variables: Vec<_> = own.into_iter().chain(more.iter().copied()).collect();
        let program = self.programs.join("lanedesk");
        Window::open(&program, self.screen.name(), &variables, &self.folder.join(format!("{desk}.log"))).await
    }

    /// A person who works without a window, over the hub's own contract.
    pub async fn person(&self, username: &str) -> Result<Person> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut person = Person { http, address: self.address.clone(), token: String::new() };
        let session = person.post("/api/session", &json!({"username": username, "password": PASSWORD})).await?;
        session["token"].as_str().context("a session has a token")?.clone_into(&mut person.token);
        Ok(person)
    }

    /// Takes more of a site file in while the hub runs, as an administrator does.
    pub fn import(&self, text: &str) -> Result<()> {
        let file = self.folder.join("more.toml");
        std::fs::write(&file, text)?;
        let mut command = Command::new(self.programs.join("lanedesk-hub"));
        let database = format!("sqlite:{}", self.folder.join("hub.sqlite").display());
        command.arg("import").arg(&file).args(["--database", &database]);
        let told = command.arg("--key").arg(self.folder.join("hub.key")).output()?;
        ensure!(told.status.success(), "import: {}", String::from_utf8_lossy(&told.stderr));
        Ok(())
    }

    /// The telephone system tells of a call that rings.
    pub async fn rings(&self, about: &[(&str, &str)]) -> Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let mut event = json!({"event_id": Uuid::now_v7(), "type": "call.ringing", "call_id": Uuid::now_v7()});
        event["occurred_at"] = json!(Timestamp(i64::try_from(now.as_millis())?));
        for (name, value) in about {
            event[*name] = json!(value);
        }
        let (body, at) = (event.to_string(), now.as_secs().to_string());
        let path = "/api/integrations/telephony/events";
        let request = reqwest::Client::builder().no_proxy().build()?;
        let request = request
            .post(format!("{}{path}", self.address))
            .header("content-type", "application/json")
            .header("x-integration", "tel")
            .header("x-signature", sign(CALLS, &at, body.as_bytes()))
            .header("x-timestamp", at)
            .body(body);
        let answer = request.send().await?;
        ensure!(answer.status().is_success(), "{path}: {}", answer.status());
        Ok(())
    }

    /// One word to the simulated lot, as its own command line takes it.
    pub fn lot(&self, words: &[&str]) -> Result<()> {
        let told = Command::new(self.programs.join("lotsim"))
            .args(words)
            .env("LOTSIM_CONTROL", format!("127.0.0.1:{}", self.place.control()))
            .output()?;
        ensure!(told.status.success(), "lotsim {words:?}: {}", String::from_utf8_lossy(&told.stderr));
        Ok(())
    }
}

/// Somebody logged in without a window.
pub struct Person {
    http: reqwest::Client,
    address: String,
    token: String,
}

impl Person {
    /// One changing call of the hub's contract.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let mut request = self.http.post(format!("{}{path}", self.address)).json(body);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        ensure!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&bytes));
        // 204 has no body.
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}
