//! The same for a page in Chromium, through chromedriver, with the browser's own made-up camera.

use super::{PATIENCE, Window, call};
use anyhow::{Context as _, Result};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use xtask::{port, running::RunningProgram};

/// Where distributions put the browser that comes with the library.
fn small_browser() -> Result<PathBuf> {
    let beside = ["/usr/lib", "/usr/libexec", "/usr/lib64"];
    let by_machine = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    by_machine
        .map(|folder| folder.path())
        .chain(beside.map(PathBuf::from))
        .map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser"))
        .find(|program| program.exists())
        .context("no MiniBrowser: it comes with libwebkit2gtk-4.1")
}

impl Window {
    /// Opens a page in a browser of this size that has a camera and gives it to whoever asks. Nothing is kept after it.
    pub async fn browse(url: &str, (width, height): (u32, u32), log: &Path) -> Result<Self> {
        let port = port::any_free()?;
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}"));
        let mut driver = RunningProgram::start("chromedriver", &mut command, log)?;
        driver.wait_until("ready", PATIENCE, || port::accepts(port))?;
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        let arguments = [
            "--headless=new".to_owned(),
            // Root, as in CI, has no sandbox.
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--use-fake-device-for-media-stream".to_owned(),
            "--use-fake-ui-for-media-stream".to_owned(),
            format!("--window-size={width},{height}"),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments}
        }}});
        let address = format!("http://127.0.0.1:{port}/session");
        let answer = call(http.post(&address).json(&wanted)).await.context("the browser did not open")?;
        let id = answer["sessionId"].as_str().context("the driver names no session")?;
        let window = Self { driver, http, session: format!("{address}/{id}") };
        window.go(url).await?;
        Ok(window)
    }

    /// Opens a page in WebKitGTK's own small browser on the screen `display`: the engine of the app's window, without the app.
    pub async fn browse_in_webkit(url: &str, display: &str, log: &Path) -> Result<Self> {
        let window = Self::drive(&small_browser()?, &["--automation"], display, &[], log).await?;
        window.go(url).await?;
        Ok(window)
    }
}
