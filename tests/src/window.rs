//! The real app in a real window, worked by click and key through `WebKitWebDriver`.

mod browser;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use serde_json::{Value, json};
use xtask::port;
use xtask::running::RunningProgram;

/// How long anything on a page may take to appear.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks at a page that is not yet as expected.
const LOOK: Duration = Duration::from_millis(25);
/// The key under which WebDriver names an element (W3C WebDriver, 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Where on a page.
#[derive(Clone, Copy, Debug)]
pub enum At<'a> {
    /// By CSS selector.
    Css(&'a str),
    /// A button, link, option or tab by the words a person reads on it, or by its label for a screen reader.
    Button(&'a str),
    /// An input field by its label.
    Field(&'a str),
    /// Any element whose own text contains this.
    Text(&'a str),
}

impl At<'_> {
    fn locator(self) -> Value {
        let xpath = |path: String| json!({"using": "xpath", "value": path});
        match self {
            At::Css(selector) => json!({"using": "css selector", "value": selector}),
            At::Button(words) => xpath(format!(
                "//*[self::button or self::a or self::summary or @role='button' or @role='option' or @role='menuitem' or @role='tab']\
                 [contains(normalize-space(.), '{words}') or @aria-label='{words}' or @title='{words}']"
            )),
            At::Field(label) => xpath(format!(
                "//*[self::input or self::textarea or self::select]\
                 [@aria-label='{label}' or @placeholder='{label}' or @id=//label[contains(normalize-space(.), '{label}')]/@for \
                 or ancestor::label[contains(normalize-space(.), '{label}')]]"
            )),
            At::Text(words) => xpath(format!("//*[text()[contains(normalize-space(.), '{words}')]]")),
        }
    }
}

/// Keys that have no letter (W3C WebDriver, 17.4.2).
pub mod key {
    /// Enter.
    pub const ENTER: &str = "\u{e007}";
    /// Escape.
    pub const ESCAPE: &str = "\u{e00c}";
    /// Arrow down.
    pub const DOWN: &str = "\u{e015}";
    /// Arrow left.
    pub const LEFT: &str = "\u{e012}";
    /// Shift, held while the keys after it are pressed.
    pub const SHIFT: &str = "\u{e008}";
    /// Tab.
    pub const TAB: &str = "\u{e004}";
    /// Control, held while the keys after it are pressed.
    pub const CONTROL: &str = "\u{e009}";
    /// Alt, held while the keys after it are pressed.
    pub const ALT: &str = "\u{e00a}";
    /// F2.
    pub const F2: &str = "\u{e032}";
    /// F3.
    pub const F3: &str = "\u{e033}";
    /// F7.
    pub const F7: &str = "\u{e037}";
    /// F4.
    pub const F4: &str = "\u{e034}";
    /// F6.
    pub const F6: &str = "\u{e036}";
    /// F8.
    pub const F8: &str = "\u{e038}";
    /// F9.
    pub const F9: &str = "\u{e039}";
}

/// One app window. It closes, and its driver ends, with this value.
pub struct Window {
    driver: RunningProgram,
    http: reqwest::Client,
    session: String,
}

impl Window {
    /// Starts `program` on the screen `display`, with these variables, and waits for its web view.
    /// The driver's and the program's words go to `log`.
    pub async fn open(program: &Path, display: &str, variables: &[(&str, &str)], log: &Path) -> Result<Self> {
        Self::drive(program, &[], display, variables, log).await
    }

    /// `program` with these arguments, led by a `WebKitWebDriver` of its own.
    async fn drive(
        program: &Path,
        arguments: &[&str],
        display: &str,
        variables: &[(&str, &str)],
        log: &Path,
    ) -> Result<Self> {
        let port = port::any_free()?;
        let mut command = Command::new("WebKitWebDriver");
        command
            .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
            // The program inherits the driver's variables. People's machines stand where their lots do, unless a test says
            // otherwise.
            .env("TZ", "Asia/Shanghai")
            .envs(variables.iter().copied())
            .env("DISPLAY", display)
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            // The desk switches this renderer off unless told otherwise; without it WebDriver's screenshots never end.
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "0");
        let mut driver = RunningProgram::start("WebKitWebDriver", &mut command, log)?;
        driver.wait_until("ready", PATIENCE, || port::accepts(port))?;
        // The window of the app is on this machine; a proxy of the person's has no part in it.
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        let wanted = json!({"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": {
            "binary": program, "args": arguments
        }}}});
        let address = format!("http://127.0.0.1:{port}/session");
        let answer = call(http.post(&address).json(&wanted)).await.context("the app's window did not open")?;
        let id = answer["sessionId"].as_str().context("the driver names no session")?;
        Ok(Self { driver, http, session: format!("{address}/{id}") })
    }

    /// The process all of the window's processes descend from: its driver's.
    pub fn process(&self) -> u32 {
        self.driver.id()
    }

    /// Gives the page exactly this size in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.post("window/rect", json!({"x": 0, "y": 0, "width": width, "height": height})).await?;
        let begun = Instant::now();
        loop {
            let seen = self.script("return [innerWidth, innerHeight]", json!([])).await?;
            if seen == json!([width, height]) {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "the page is {seen}, not {width}×{height}");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Clicks where a person would; waits until it is there and can be clicked.
    pub async fn click(&self, at: At<'_>) -> Result<()> {
        self.patiently(&format!("click {at:?}"), async || {
            let element = self.find(at).await?;
            self.post(&format!("element/{element}/click"), json!({})).await.map(drop)
        })
        .await
    }

    /// Types into a field, in place of what it holds.
    pub async fn fill(&self, at: At<'_>, text: &str) -> Result<()> {
        self.patiently(&format!("fill {at:?}"), async || {
            let element = self.find(at).await?;
            self.post(&format!("element/{element}/clear"), json!({})).await?;
            self.post(&format!("element/{element}/value"), json!({"text": text})).await.map(drop)
        })
        .await
    }

    /// Presses keys one after another, wherever the focus is; a held key comes first, for example `[key::CONTROL, "k"]`.
    pub async fn press(&self, keys: &[&str]) -> Result<()> {
        let down = keys.iter().map(|key| json!({"type": "keyDown", "value": key}));
        let up = keys.iter().rev().map(|key| json!({"type": "keyUp", "value": key}));
        let actions: Vec<Value> = down.chain(up).collect();
        self.post("actions", json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]})).await?;
        Ok(())
    }

    /// Waits until something is seen at that place, and answers its text.
    pub async fn see(&self, at: At<'_>) -> Result<String> {
        let mut text = String::new();
        self.patiently(&format!("see {at:?}"), async || {
            let element = self.find(at).await?;
            let shown = self.get(&format!("element/{element}/displayed")).await?;
            ensure!(shown == json!(true), "it is hidden");
            text = self.text(&element).await?;
            Ok(())
        })
        .await?;
        Ok(text)
    }

    /// Waits until nothing is at that place any more.
    pub async fn see_gone(&self, at: At<'_>) -> Result<()> {
        self.patiently(&format!("see {at:?} gone"), async || {
            let left = self.post("elements", at.locator()).await?;
            ensure!(left.as_array().is_some_and(Vec::is_empty), "it is still there");
            Ok(())
        })
        .await
    }

    /// Whether something is at that place now.
    pub async fn has(&self, at: At<'_>) -> Result<bool> {
        let found = self.post("elements", at.locator()).await?;
        Ok(found.as_array().is_some_and(|found| !found.is_empty()))
    }

    /// Whether the button or field there can be used now.
    pub async fn is_enabled(&self, at: At<'_>) -> Result<bool> {
        let element = self.find(at).await?;
        Ok(self.get(&format!("element/{element}/enabled")).await? == json!(true))
    }

    /// All the words on the page, as a person could read them.
    pub async fn words(&self) -> Result<String> {
        let body = self.find(At::Css("body")).await?;
        self.text(&body).await
    }

    /// A picture of the page, PNG.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        let coded = self.get("screenshot").await?;
        let coded = coded.as_str().context("the driver sent no picture")?;
        Ok(base64::engine::general_purpose::STANDARD.decode(coded)?)
    }

    /// Runs JavaScript in the page. For measuring and for settling pictures; tests act by click and key alone.
    pub async fn script(&self, body: &str, arguments: Value) -> Result<Value> {
        self.post("execute/sync", json!({"script": body, "args": arguments})).await
    }

    /// The same of JavaScript that answers later: its last argument is what it answers with.
    pub async fn script_async(&self, body: &str, arguments: Value) -> Result<Value> {
        self.post("execute/async", json!({"script": body, "args": arguments})).await
    }

    /// Ends program and driver at once, with nothing said or written.
    pub fn kill(self) -> Result<()> {
        self.driver.kill()
    }

    /// Turns to another address.
    pub async fn go(&self, url: &str) -> Result<()> {
        self.post("url", json!({"url": url})).await.map(drop)
    }

    /// Closes the window.
    pub async fn close(self) -> Result<()> {
        call(self.http.delete(&self.session)).await.map(drop)
    }

    async fn find(&self, at: At<'_>) -> Result<String> {
        // Of several the first that is shown: a page may keep a hidden copy for another width.
        let found = self.post("elements", at.locator()).await?;
        let ids: Vec<&str> =
            found.as_array().into_iter().flatten().filter_map(|element| element[ELEMENT].as_str()).collect();
        for id in &ids {
            if self.get(&format!("element/{id}/displayed")).await? == json!(true) {
                return Ok((*id).to_owned());
            }
        }
        bail!("{} such elements, none shown", ids.len())
    }

    async fn text(&self, element: &str) -> Result<String> {
        let text = self.get(&format!("element/{element}/text")).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Tries again until it works or patience ends; the page moves on its own.
    async fn patiently(&self, what: &str, mut attempt: impl AsyncFnMut() -> Result<()>) -> Result<()> {
        let begun = Instant::now();
        loop {
            let Err(fault) = attempt().await else {
                return Ok(());
            };
            if begun.elapsed() > PATIENCE {
                let words = self.words().await.unwrap_or_default();
                return Err(fault.context(format!("cannot {what}; the page says:\n{words}")));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn get(&self, path: &str) -> Result<Value> {
        call(self.http.get(format!("{}/{path}", self.session))).await
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value> {
        call(self.http.post(format!("{}/{path}", self.session)).json(&body)).await
    }
}

/// One WebDriver call: its value, or its complaint.
async fn call(request: reqwest::RequestBuilder) -> Result<Value> {
    let answer: Value = request.send().await?.json().await?;
    let value = answer["value"].clone();
    if let Some(error) = value["error"].as_str() {
        bail!("{error}: {}", value["message"].as_str().unwrap_or_default());
    }
    Ok(value)
}
