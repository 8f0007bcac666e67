//! The hub as a program under measurement, with a site of as many people and lanes as there are clients.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use xtask::port;
use xtask::running::RunningProgram;

use super::load::Holder;

/// The password of everybody at a measured site.
pub const PASSWORD: &str = "lanedesk-bench";

/// A hub on this machine, with its own data.
pub struct Hub {
    server: RunningProgram,
    address: String,
}

impl Hub {
    /// Starts `program` on `database` (a URL) with `site`, everything else under `folder`.
    pub fn start(program: &Path, database: &str, site: &Path, folder: &Path) -> Result<Self> {
        let port = port::any_free()?;
        let mut command = Command::new(program);
        command
            .args(["serve", "--database", database, "--listen", &format!("127.0.0.1:{port}"), "--site"])
            .arg(site)
            .arg("--objects")
            .arg(folder.join(format!("objects-{port}")))
            .arg("--key")
            .arg(folder.join("hub.key"));
        let mut server = RunningProgram::start("the hub", &mut command, &folder.join(format!("hub-{port}.log")))?;
        // A site of 120,000 lanes is imported first.
        server.wait_until("ready", Duration::from_secs(300), || port::answers_ok(port, "/api/health"))?;
        Ok(Self { server, address: format!("http://127.0.0.1:{port}") })
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.server.id()
    }

    /// Where it answers.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Logs in and answers the session token.
    pub async fn log_in(&self, http: &reqwest::Client, username: &str, password: &str) -> Result<String> {
        let answer = http
            .post(format!("{}/api/session", self.address))
            .json(&json!({"username": username, "password": password}))
            .send()
            .await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        ensure!(status.is_success(), "login of {username}: {status} {body}");
        body["token"].as_str().map(ToOwned::to_owned).context("a session has a token")
    }

    /// So many clients, each a person of their own at a lane of their own.
    pub async fn holders(&self, clients: usize) -> Result<Vec<HubHolder>> {
        let http = client(clients)?;
        let mut holders = Vec::new();
        for index in 0..clients {
            let token = self.log_in(&http, &format!("p{index}"), PASSWORD).await?;
            holders.push(HubHolder {
                http: http.clone(),
                address: self.address.clone(),
                token,
                lane: format!("L{index}"),
            });
        }
        Ok(holders)
    }
}

/// An HTTP client that keeps so many connections.
pub fn client(connections: usize) -> Result<reqwest::Client> {
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(connections);
    client.tcp_nodelay(true).build().context("an HTTP client")
}

/// One person at one lane.
pub struct HubHolder {
    http: reqwest::Client,
    address: String,
    token: String,
    lane: String,
}

impl HubHolder {
    /// Where this person's lane is claimed.
    pub fn claim_path(&self) -> String {
        format!("/api/lanes/{}/claim", self.lane)
    }

    /// Claims the lane and answers the case.
    pub async fn claim(&self) -> Result<String> {
        let claimed = self.post(&self.claim_path(), &json!({})).await?;
        claimed["case"]["id"].as_str().map(ToOwned::to_owned).context("a claim makes a case")
    }

    /// Closes the case.
    pub async fn close(&self, case: &str) -> Result<()> {
        self.post(&format!("/api/cases/{case}/close"), &json!({})).await.map(drop)
    }

    /// Their session.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// One call that sets something.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.http.put(format!("{}{path}", self.address));
        self.call(path, request.json(body)).await
    }

    /// One changing call.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(path, self.http.post(format!("{}{path}", self.address)).json(body)).await
    }

    /// Sends a photo for a case, as their own camera took it.
    pub async fn send_photo(&self, case: &str, file: Vec<u8>) -> Result<Value> {
        let form = Form::new().text("source", "system_camera").part("file", Part::bytes(file));
        let path = format!("/api/cases/{case}/photos");
        let request = self.http.post(format!("{}{path}", self.address));
        self.call(&path, request.multipart(form)).await
    }

    /// One look.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.call(path, self.http.get(format!("{}{path}", self.address))).await
    }

    async fn call(&self, path: &str, request: reqwest::RequestBuilder) -> Result<Value> {
        let answer = request.bearer_auth(&self.token).send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        ensure!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&bytes));
        // 204 has no body.
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}

impl Holder for HubHolder {
    async fn cycle(&mut self) -> Result<()> {
        let case = self.claim().await?;
        self.close(&case).await
    }
}

/// Writes a site with so many people, each agent of one lot, and as many lanes without devices.
pub fn write_site(folder: &Path, clients: usize) -> Result<PathBuf> {
    let mut site = String::from(
        "[[area]]\nid = \"all\"\nname = \"测试\"\n\n[[lot]]\nid = \"lot\"\nname = \"测试停车场\"\narea = \"all\"\n\
         manager = \"王强\"\nmanager_phone = \"138 0000 0000\"\n\n",
    );
    for index in 0..clients {
        write!(
            site,
            "[[lane]]\nid = \"L{index}\"\nlot = \"lot\"\nname = \"{index} 号口\"\ncode = \"L{index}\"\ndirection = \"exit\"\n\n{}",
            person(index)
        )?;
    }
    // One of them sends photos.
    site.push_str("[rules]\nown_camera_agent = 1\n\n");
    let path = folder.join(format!("site-{clients}.toml"));
    std::fs::write(&path, site)?;
    Ok(path)
}

/// One agent of a measured site, as the site file names them.
pub fn person(index: usize) -> String {
    format!(
        "[[person]]\nusername = \"p{index}\"\nname = \"客服 {index}\"\nrole = \"agent\"\npassword = \"{PASSWORD}\"\nareas = [\"all\"]\n\n"
    )
}
