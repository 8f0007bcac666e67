//! What a live picture looks like on the glass: the clock that is burnt into it, read off the screen itself.

use crate::window::{At, Window};
use anyhow::{Context as _, Result};
use lotsim::scene::BurntText;
use serde_json::json;
use xtask::display::Display;
use xtask::frame::Frame;

/// Where a moving picture is painted: the box of the video or canvas, without the bars beside it.
const SPOT: &str = "
    const host = document.querySelector('[data-testid=live-screen]');
    const made = [...(host?.querySelectorAll('video, canvas') ?? [])];
    const shown = made.find((each) => each.getBoundingClientRect().width > 0);
    if (!shown) return null;
    const box = shown.getBoundingClientRect();
    const wide = shown.videoWidth || shown.width, high = shown.videoHeight || shown.height;
    const scale = Math.min(box.width / wide, box.height / high);
    const [width, height] = [wide * scale, high * scale];
    return [box.left + (box.width - width) / 2, box.top + (box.height - height) / 2, width, height, wide];
";

/// The part of the screen a picture covers, in pixels.
#[derive(Debug, Clone, Copy)]
pub struct Spot {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
    /// Pixels across of the picture itself.
    pub wide: f32,
}

impl Spot {
    /// Looks for the moving picture of a page; nothing where none is shown.
    pub async fn find(window: &Window) -> Result<Option<Self>> {
        let told = window.script(SPOT, json!([])).await?;
        let Ok([left, top, width, height, wide]) = serde_json::from_value::<[f32; 5]>(told) else {
            return Ok(None);
        };
        Ok(Some(Self { left, top, width, height, wide }))
    }

    /// The clock on the screen there; nothing where none can be read, for example in mid-change.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of a screen")]
    pub fn clock(&self, frame: &Frame) -> Option<BurntText> {
        BurntText::read(|x, y| {
            let (x, y) = (self.left + x * self.width, self.top + y * self.height);
            frame.luma(x as usize, y as usize).unwrap_or(0)
        })
    }

    /// Brightness at a hundred places: another picture has others.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of a screen")]
    pub fn prints(&self, frame: &Frame) -> Vec<u8> {
        let places = (0_u8..100).map(|at| (f32::from(at % 10) / 10.0, f32::from(at / 10) / 10.0));
        places
            .map(|(x, y)| {
                let (x, y) = (self.left + x * self.width, self.top + y * self.height);
                frame.luma(x as usize, y as usize).unwrap_or(0)
            })
            .collect()
    }
}

/// The clock of the moving picture now; nothing where there is none to read.
pub async fn clock(window: &Window, screen: &Display) -> Result<Option<BurntText>> {
    let Some(spot) = Spot::find(window).await? else {
        return Ok(None);
    };
    Ok(spot.clock(&screen.frame()?))
}

/// How a live picture stands, as the page's own attribute says.
pub async fn attribute(window: &Window, at: At<'_>, name: &str) -> Result<Option<String>> {
    let At::Css(selector) = at else {
        return Ok(None);
    };
    let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null";
    let told = window.script(script, json!([selector, name])).await;
    let told = told.context("the page does not answer")?;
    Ok(told.as_str().map(str::to_owned))
}
