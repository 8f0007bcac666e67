//! `cargo xtask shots`: the real app in every state people see, at every size, light, dark and in English; and what can only
//! be told of a page that is really laid out: accessibility faults, sideways scrolling, a picture that is cut.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use image::imageops::FilterType;
use image::{Rgba, RgbaImage, imageops};
use serde_json::{Value, json};

use crate::demo::{Demo, PASSWORD};
use crate::window::{At, Window, key};

/// In CSS pixels, how the page is laid out there, and in which languages: phones, one held across, tablets, desktops.
const SIZES: [(u32, u32, &[Look]); 7] = [
    (360, 740, &[LIGHT, ENGLISH]),
    (390, 844, &[LIGHT, DARK]),
    (844, 390, &[LIGHT]),
    (820, 1180, &[LIGHT, DARK]),
    (1024, 768, &[LIGHT]),
    (1366, 768, &[LIGHT, DARK, ENGLISH]),
    (1920, 1080, &[LIGHT]),
];
/// A theme, and whether the page speaks English.
#[derive(Clone, Copy)]
struct Look {
    name: &'static str,
    theme: &'static str,
    language: &'static str,
}
const LIGHT: Look = Look { name: "light", theme: "light", language: "zh-CN" };
const DARK: Look = Look { name: "dark", theme: "dark", language: "zh-CN" };
const ENGLISH: Look = Look { name: "english", theme: "light", language: "en" };
/// The accessibility checker of the pages' own tests, from their dependencies.
const AXE: &str = "ui/node_modules/axe-core/axe.min.js";
/// How long pictures on a page may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// Height of one picture on the contact sheet.
const SHEET_HEIGHT: u32 = 420;

mod call;
mod live;
mod office;
mod release;

/// Where the pictures go, and what has been taken.
struct Album {
    folder: PathBuf,
    rows: Vec<(String, Vec<PathBuf>)>,
    /// What `AXE` holds.
    axe: String,
    /// What was found wrong, with state and size: all of it is told at the end.
    faults: Vec<String>,
    /// The only states that are taken; empty: all.
    only: Vec<String>,
}

/// Takes the pictures of `only` these states, or of all, into `folder`, with `programs` (a folder of ours).
pub async fn take(programs: &Path, folder: &Path, only: Vec<String>) -> Result<()> {
    let data = tempfile::tempdir()?;
    let demo = Demo::start(programs, data.path())?;
    fs::create_dir_all(folder)?;
    let mut album = Album {
        folder: folder.to_path_buf(),
        rows: Vec::new(),
        axe: fs::read_to_string(xtask::house::root().join(AXE))
            .context("the pages' dependencies are not installed: cd ui && npm ci")?,
        faults: Vec::new(),
        only,
    };
    let calls = demo.desk("calls").await?;
    call::taken(&demo, &calls, &mut album).await?;
    calls.close().await?;
    let desk = demo.desk("desk").await?;
    work(&demo, &desk, &mut album).await?;
    desk.close().await?;
    let guard = demo.desk("guard").await?;
    release::at_the_exit(&demo, &guard, &mut album).await?;
    let chief = demo.desk("chief").await?;
    release::reviewed(&guard, &chief, &mut album).await?;
    guard.close().await?;
    chief.close().await?;
    let watch = demo.desk("watch").await?;
    office::watched(&demo, &watch, &mut album).await?;
    watch.close().await?;
    let admin = demo.desk("admin").await?;
    office::changed(&admin, &mut album).await?;
    admin.close().await?;
    let sheet = album.contact_sheet()?;
    println!(
        "{} pictures, all together in {}",
        album.rows.iter().map(|(_, taken)| taken.len()).sum::<usize>(),
        sheet.display()
    );
    ensure!(album.faults.is_empty(), "{}", album.faults.join("\n"));
    Ok(())
}

/// One piece of work from login to an order nobody answered, pictured at every step.
async fn work(demo: &Demo, desk: &Window, album: &mut Album) -> Result<()> {
    desk.see(At::Css("[data-testid=login-submit]")).await?;
    album.picture(desk, "login").await?;
    desk.fill(At::Css("[data-testid=login-username]"), "agent").await?;
    desk.fill(At::Css("[data-testid=login-password]"), PASSWORD).await?;
    desk.click(At::Css("[data-testid=login-submit]")).await?;
    let search = At::Css("[data-testid=search-input]");
    desk.see(search).await?;
    let guard = demo.person("guard").await?;
    let held = guard.post("/api/lanes/E01/claim", &json!({})).await?;
    album.picture(desk, "idle").await?;
    desk.fill(search, "cyds").await?;
    desk.see(At::Css("[data-testid=search-hit-E02]")).await?;
    album.picture(desk, "search").await?;
    desk.click(At::Css("[data-testid=view-E01]")).await?;
    desk.see(At::Css("[data-testid=held-banner]")).await?;
    album.picture(desk, "held").await?;
    let case = held["case"]["id"].as_str().context("a claim makes a case")?;
    guard.post(&format!("/api/cases/{case}/close"), &json!({})).await?;
    open_without_answer(demo, desk, album).await
}

/// Claims the lane where the misread plate waits, corrects it, and loses the barrier's answer.
async fn open_without_answer(demo: &Demo, desk: &Window, album: &mut Album) -> Result<()> {
    desk.press(&[key::CONTROL, "k"]).await?;
    desk.fill(At::Css("[data-testid=search-input]"), "dmck").await?;
    desk.see(At::Css("[data-testid=search-hit-E02]")).await?;
    desk.press(&[key::ENTER]).await?;
    desk.see(At::Css("[data-testid=lease-remaining]")).await?;
    album.picture(desk, "desk").await?;
    live::looked_at(demo, desk, album).await?;
    correct(desk).await?;
    album.picture(desk, "desk-corrected").await?;
    desk.press(&[key::F8]).await?;
    desk.see(At::Css("[data-testid=confirm-sheet]")).await?;
    album.picture(desk, "confirm").await?;
    // Nobody answers, and no signal is wired that could tell later: it stays unknown.
    demo.lot(&["fault", "--lane", "E02", "reply-lost"])?;
    demo.lot(&["fault", "--lane", "E02", "no-status"])?;
    desk.click(At::Css("[data-testid=confirm-open][data-armed=true]")).await?;
    desk.see(At::Text("未收到道闸回执")).await?;
    album.picture(desk, "unknown").await?;
    // The lane is free for the pictures that follow.
    desk.resize(1366, 768).await?;
    desk.press(&[key::ALT, "q"]).await?;
    desk.see(At::Css("[data-testid=close-sheet]")).await?;
    desk.click(At::Css("[data-testid=close-confirm]")).await?;
    desk.see_gone(At::Css("[data-testid=lease-remaining]")).await
}

/// Types the right plate over the misread one.
async fn correct(desk: &Window) -> Result<()> {
    desk.press(&[key::F2]).await?;
    for key in ["粤", "B", "1", "2", "3", "4", "5"] {
        desk.press(&[key]).await?;
    }
    desk.press(&[key::ENTER]).await?;
    desk.see(At::Text("有效月卡")).await.map(drop)
}

impl Album {
    /// Takes one state at every size and look, and measures it.
    async fn picture(&mut self, desk: &Window, state: &str) -> Result<()> {
        if !self.only.is_empty() && !self.only.iter().any(|only| only == state) {
            return Ok(());
        }
        let mut taken = Vec::new();
        for (width, height, looks) in SIZES {
            desk.resize(width, height).await?;
            for look in looks {
                desk.script(DRESS, json!([look.theme, look.language])).await?;
                settle(desk).await?;
                let at = format!("{state} at {width}×{height}, {}", look.name);
                self.measure(desk, &at).await?;
                let path = self.folder.join(format!("{state}-{width}-{}.png", look.name));
                fs::write(&path, desk.picture().await?)?;
                taken.push(path);
            }
        }
        desk.script(DRESS, json!([LIGHT.theme, LIGHT.language])).await?;
        println!("  {state}");
        self.rows.push((state.to_owned(), taken));
        Ok(())
    }

    /// What is wrong with the page as it is laid out now.
    async fn measure(&mut self, desk: &Window, at: &str) -> Result<()> {
        desk.script(&self.axe, json!([])).await?;
        for check in [SIDEWAYS, BEYOND, CUT, ACCESSIBLE] {
            let found = desk.script_async(check, json!([])).await?;
            let found = found.as_array().cloned().unwrap_or_default();
            for fault in found.iter().filter_map(Value::as_str) {
                // At once, too: whoever walks on may not get to the end.
                println!("  {at}: {fault}");
                self.faults.push(format!("{at}: {fault}"));
            }
        }
        Ok(())
    }

    /// All pictures on one sheet, a row a state.
    fn contact_sheet(&self) -> Result<PathBuf> {
        let gap = 12;
        let mut rows = Vec::new();
        for (_, paths) in &self.rows {
            let small: Vec<RgbaImage> = paths.iter().map(|path| reduced(path)).collect::<Result<_>>()?;
            rows.push(small);
        }
        let width_of = |row: &Vec<RgbaImage>| row.iter().map(|picture| picture.width() + gap).sum::<u32>() + gap;
        let width = rows.iter().map(width_of).max().unwrap_or(gap);
        let height = u32::try_from(rows.len())? * (SHEET_HEIGHT + gap) + gap;
        let mut sheet = RgbaImage::from_pixel(width, height, Rgba([128, 128, 128, 255]));
        let mut down = i64::from(gap);
        for row in &rows {
            let mut across = i64::from(gap);
            for picture in row {
                imageops::overlay(&mut sheet, picture, across, down);
                across += i64::from(picture.width() + gap);
            }
            down += i64::from(SHEET_HEIGHT + gap);
        }
        let path = self.folder.join("all.png");
        sheet.save(&path)?;
        Ok(path)
    }
}

/// Theme and language as the settings would set them; nothing moves while it is pictured.
const DRESS: &str = "
    const [theme, language] = arguments;
    document.documentElement.dataset.theme = theme;
    document.documentElement.lang = language;
    if (!window.lanedeskStill) {
        window.lanedeskStill = new CSSStyleSheet();
        window.lanedeskStill.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important }');
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, window.lanedeskStill];
    }";

/// Elements that scroll sideways, by what really scrolls.
const SIDEWAYS: &str = "
    const done = arguments[arguments.length - 1];
    const scrolls = (e) => e === document.documentElement || ['auto', 'scroll'].includes(getComputedStyle(e).overflowX);
    done([...document.querySelectorAll('*')]
        .filter((e) => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1 && scrolls(e))
        .map((e) => `${e.tagName}.${e.className} scrolls sideways: ${e.scrollWidth} in ${e.clientWidth}`));";

/// Controls of which a part lies beyond what holds them, where nothing scrolls to it, and buttons narrower than their words.
const BEYOND: &str = "
    const done = arguments[arguments.length - 1];
    const edge = (e) => {
        for (let up = e.parentElement; up; up = up.parentElement) {
            const { display, overflowX } = getComputedStyle(up);
            // It has no box, and so no edge.
            if (display === 'contents') continue;
            if (overflowX === 'auto' || overflowX === 'scroll') return Infinity;
            if (overflowX !== 'visible') return up.getBoundingClientRect().right;
        }
        return innerWidth;
    };
    const controls = [...document.querySelectorAll('button, a[href], input, select, textarea')]
        .filter((e) => e.getClientRects().length > 0 && !e.closest('[inert], [hidden]'));
    const name = (e) => `${e.tagName} ${e.dataset.testid ?? e.innerText}`;
    const full = (e) => e.tagName === 'BUTTON' && getComputedStyle(e).overflowX === 'visible' && e.scrollWidth > e.clientWidth + 1;
    done([
        ...controls.filter((e) => e.getBoundingClientRect().right > edge(e) + 1).map((e) => `${name(e)} is cut at the side`),
        ...controls.filter(full).map((e) => `${name(e)} is narrower than what it says`),
    ]);";

/// A present picture that is cut, or that does not keep its ratio.
const CUT: &str = "
    const done = arguments[arguments.length - 1];
    done([...document.querySelectorAll('[data-testid=picture-now] img, [data-testid$=-picture]')]
        .filter((e) => e.tagName === 'IMG' && !['contain', 'scale-down', 'none'].includes(getComputedStyle(e).objectFit))
        .map((e) => `the picture ${e.alt} is cut`));";

/// Accessibility faults, as the checker names them. What lies under a sheet or a bar is no target just now.
const ACCESSIBLE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { rules: { 'label-content-name-mismatch': { enabled: true }, 'target-size': { enabled: true } } })
        .then((found) => done(found.violations.map((v) =>
            `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(' | ')}`)),
            (error) => done([String(error)]));";

/// Waits until fonts and pictures are there and the page has been drawn with them: no picture that is under way is hidden
/// behind one that is not.
async fn settle(desk: &Window) -> Result<()> {
    let begun = Instant::now();
    let ready = "return document.fonts.status === 'loaded' && [...document.images].every((i) => i.complete) \
                 && !document.querySelector('[data-state=loading]') \
                 && document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity)";
    while desk.script(ready, json!([])).await? != json!(true) {
        ensure!(begun.elapsed() < PATIENCE, "the page never comes to rest");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

fn reduced(path: &Path) -> Result<RgbaImage> {
    let picture = image::open(path)?.to_rgba8();
    let width = picture.width() * SHEET_HEIGHT / picture.height().max(1);
    Ok(imageops::resize(&picture, width, SHEET_HEIGHT, FilterType::Triangle))
}
