//! What lies over the page, in real engines: every layer meets every key (invariant 13).
//!
//! The pages are the real ones on the desk in memory, as `npm run dev` serves them; only focus and keys are looked at.

use crate::window::{At, Window, key};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use xtask::{display::Display, house, port, running::RunningProgram};

const PATIENCE: Duration = Duration::from_secs(45);
/// More presses than any layer has stops, so that Tab goes round in each.
const ROUND: usize = 24;

/// What is on top, who has the focus, and which stops of Tab are in reach beside it.
const STATE: &str = "
    const seen = (each) => each.checkVisibility() && !each.closest('[inert]');
    const name = (each) => each.dataset.testid ?? each.id ?? each.tagName;
    const tops = [...document.querySelectorAll('[role=dialog], [data-testid=keypad]')].filter(seen);
    const last = tops.at(-1);
    const top = last?.dataset.testid === 'keypad' ? last.closest('.fix') : last;
    const active = document.activeElement;
    const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')]
        .filter((each) => each.tabIndex >= 0 && !each.disabled && seen(each));
    return {
        layers: [...document.querySelectorAll('[role=dialog], [data-testid=keypad]')]
            .filter((each) => each.checkVisibility()).map(name),
        inside: top ? top.contains(active) : null,
        lost: active === document.body,
        active: name(active),
        beside: top ? stops.filter((each) => !top.contains(each)).map(name) : [],
    };
";

/// One thing that lies over the page: whose page, which lane, and what is clicked to open it.
struct Case {
    page: &'static str,
    lane: (&'static str, &'static str),
    clicks: &'static [&'static str],
    /// What is seen once it lies there.
    seen: &'static str,
}

const OUT: (&str, &str) = ("cydd", "E02");
const ROBOT: (&str, &str) = ("星河", "S01");

const fn case(
    page: &'static str,
    lane: (&'static str, &'static str),
    clicks: &'static [&'static str],
    seen: &'static str,
) -> Case {
    Case { page, lane, clicks, seen }
}

const CASES: [Case; 13] = [
    case("person=agent", OUT, &["picture-now"], "zoom"),
    case("person=agent", OUT, &["timeline-open"], "timeline"),
    case("person=agent", OUT, &["close-case"], "close-sheet"),
    case("person=agent", OUT, &["candidate-stay-1", "open-button"], "confirm-sheet"),
    case("person=agent", OUT, &["person-menu"], "menu"),
    case("person=agent", OUT, &["person-menu", "account-open"], "account-drawer"),
    case("person=agent", OUT, &["seat-control"], "menu"),
    case("person=agent&waiting=2", OUT, &["queue-chip"], "queue-drawer"),
    case("person=agent", OUT, &["hand-over"], "hand-over-sheet"),
    case("person=agent", ROBOT, &["environment-switch", "live-full-open"], "live-full"),
    case("person=agent", ROBOT, &["robot-talk"], "robot-sheet"),
    case("person=agent", ROBOT, &["hold-up-qr"], "qr-sheet"),
    case("person=guard&owing", ROBOT, &["need-help"], "help-ask"),
];

/// The keys of the page. None of them reaches it through what lies over it.
const KEYS: [&[&str]; 9] = [
    &[key::F2],
    &[key::F3],
    &[key::F6],
    &[key::F7],
    &[key::F8],
    &[key::CONTROL, key::F9],
    &[key::CONTROL, "k"],
    &[key::ALT, "q"],
    &[key::ENTER],
];

/// The pages on the desk in memory.
struct Pages {
    _vite: RunningProgram,
    address: String,
}

impl Pages {
    fn serve(folder: &Path) -> Result<Self> {
        let port = port::any_free()?;
        let mut command = Command::new("node");
        command
            .current_dir(house::ui())
            .arg("node_modules/vite/bin/vite.js")
            .args(["--host", "127.0.0.1", "--strictPort", "--port"])
            .arg(port.to_string());
        let mut vite = RunningProgram::start("vite", &mut command, &folder.join("vite.log"))?;
        vite.wait_until("ready", PATIENCE, || port::answers_ok(port, "/"))?;
        Ok(Self { _vite: vite, address: format!("http://127.0.0.1:{port}/") })
    }

    /// The page of a case with its layer open and awake.
    async fn open(&self, window: &Window, case: &Case) -> Result<Value> {
        window.go(&format!("{}?{}", self.address, case.page)).await?;
        let (text, lane) = case.lane;
        window.fill(At::Css("[data-testid=search-input]"), text).await?;
        window.click(At::Css(&format!("[data-testid=claim-{lane}]"))).await?;
        window.see(At::Css("[data-testid=lease-remaining]")).await?;
        for click in case.clicks {
            window.click(At::Css(&format!("[data-testid={click}]:not([disabled])"))).await?;
        }
        // The confirm is deaf at first, and only then takes the focus for its button.
        until(window, |state| {
            let awake = case.seen != "confirm-sheet" || state["active"] == "confirm-open";
            state["inside"] == true && awake
        })
        .await
    }
}

/// Looks until the page is so.
async fn until(window: &Window, so: impl Fn(&Value) -> bool) -> Result<Value> {
    let begun = Instant::now();
    loop {
        let state = window.script(STATE, json!([])).await?;
        if so(&state) {
            return Ok(state);
        }
        ensure!(begun.elapsed() < PATIENCE, "the page stays {state}");
    }
}

/// Enter is the confirm's own key, and the search of a menu has none: they are pressed where they press nothing.
fn presses(case: &Case) -> impl Iterator<Item = &'static [&'static str]> {
    let quiet = matches!(case.seen, "zoom" | "live-full");
    KEYS.into_iter().filter(move |keys| quiet || *keys != [key::ENTER].as_slice())
}

async fn meets_every_key(pages: &Pages, window: &Window, case: &Case) -> Result<()> {
    let begun = pages.open(window, case).await?;
    for keys in presses(case) {
        window.press(keys).await?;
        let state = window.script(STATE, json!([])).await?;
        ensure!(state["layers"] == begun["layers"], "{keys:?} brought {state}");
        ensure!(state["inside"] == true, "{keys:?} took the focus out: {state}");
        ensure!(state["beside"] == json!([]), "in reach under it: {state}");
    }
    for held in [&[key::TAB][..], &[key::SHIFT, key::TAB]] {
        for _ in 0..ROUND {
            window.press(held).await?;
            let state = window.script(STATE, json!([])).await?;
            ensure!(state["inside"] == true, "{held:?} left it: {state}");
        }
    }
    // Esc works though nothing has the focus any more, and the focus comes back.
    window.script("document.activeElement.blur()", json!([])).await?;
    window.press(&[key::ESCAPE]).await?;
    let end = until(window, |state| state["layers"] == json!([]) && state["lost"] == false).await?;
    ensure!(end["inside"] == Value::Null, "something is still inert: {end}");
    Ok(())
}

async fn meet(pages: &Pages, window: Window) {
    for case in &CASES {
        meets_every_key(pages, &window, case)
            .await
            .with_context(|| format!("{} by {:?}", case.seen, case.clicks))
            .unwrap();
    }
    window.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_reaches_the_page_under_what_lies_over_it_in_chromium() {
    let folder = tempfile::tempdir().unwrap();
    let pages = Pages::serve(folder.path()).unwrap();
    let log = folder.path().join("driver.log");
    let window = Window::browse(&pages.address, (1366, 768), &log).await.unwrap();
    meet(&pages, window).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_reaches_the_page_under_what_lies_over_it_in_webkit() {
    let folder = tempfile::tempdir().unwrap();
    let pages = Pages::serve(folder.path()).unwrap();
    let screen = Display::start(folder.path(), 1400, 900).unwrap();
    let log = folder.path().join("driver.log");
    let window = Window::browse_in_webkit(&pages.address, screen.name(), &log).await.unwrap();
    meet(&pages, window).await;
}
