//! A 12-megapixel photo from the request's first byte to its acknowledgement: looked over, made anew, sealed, on record.
//!
//! Beside it, what a program would do that only scales the picture and puts the file on the disk: `ffmpeg`, its start
//! included, and one copy with fsync.

use std::fs::File;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use image::{ImageFormat, Rgb, RgbImage};

use super::Options;
use super::hub::{self, Hub};
use super::load::spread;
use super::table::{Table, millis};

/// Photos in a row.
const TURNS: usize = 20;
/// The limit of issue 3.
const GOAL: Duration = Duration::from_millis(400);

/// Measures through the hub and beside it, in turns.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let folder = folder.path();
    let site = hub::write_site(folder, 1)?;
    let database = format!("sqlite:{}", folder.join("photo.sqlite").display());
    let hub = Hub::start(&options.program("lanedesk-hub")?, &database, &site, folder)?;
    let holder = hub.holders(1).await?.pop().context("one person")?;
    let case = holder.claim().await?;
    let photo = photo()?;
    let (mut kept, mut scaled, mut copied) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..=TURNS {
        let file = marked(&photo, turn)?;
        let begun = Instant::now();
        let answer = holder.send_photo(&case, file.clone()).await?;
        let took = begun.elapsed();
        ensure!(answer["width"] == 2048, "kept at 2048 px: {answer}");
        let beside = scale(folder, &file)?;
        let copy = copy(folder, &file)?;
        // The first one opens connections and files.
        if turn > 0 {
            kept.push(took);
            scaled.push(beside);
            copied.push(copy);
        }
    }
    let (kept, scaled, copied) = (spread(kept), spread(scaled), spread(copied));
    let peer = format!(
        "p50 {}; ffmpeg scales and writes it in {}, a copy with fsync takes {}",
        millis(kept.p50),
        millis(scaled.p50),
        millis(copied.p50)
    );
    table.bound("a 12-megapixel photo stored: p95", kept.p95, GOAL, &peer);
    Ok(())
}

/// 4032 by 3024 pixels with as much detail as a camera's picture of a desk: about 4 MB.
fn photo() -> Result<Vec<u8>> {
    let mut noise = 1_u32;
    let picture = RgbImage::from_fn(4032, 3024, |x, y| {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let grain = noise % 24;
        let lines = if (x / 7 + y / 11) % 13 == 0 { 60 } else { 0 };
        let light = |add: u32| u8::try_from((x / 40 + y / 60 + lines + grain + add).min(255));
        Rgb([0, 10, 25].map(|add| light(add).unwrap_or(u8::MAX)))
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Jpeg)?;
    Ok(file.into_inner())
}

/// The same photo with a comment of its own: the hub takes every file once.
fn marked(photo: &[u8], turn: usize) -> Result<Vec<u8>> {
    let (start, rest) = photo.split_at_checked(2).context("a JPEG")?;
    let comment = format!("turn {turn:08}");
    let length = u16::try_from(comment.len() + 2)?.to_be_bytes();
    let segment = [&[0xff, 0xfe], length.as_slice(), comment.as_bytes()].concat();
    Ok([start, &segment, rest].concat())
}

fn scale(folder: &Path, file: &[u8]) -> Result<Duration> {
    let (from, to) = (folder.join("peer-in.jpg"), folder.join("peer-out.jpg"));
    std::fs::write(&from, file)?;
    let begun = Instant::now();
    let done = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-y", "-i"])
        .arg(&from)
        .args(["-vf", "scale=2048:-1", "-q:v", "3"])
        .arg(&to)
        .status()
        .context("ffmpeg")?;
    ensure!(done.success(), "ffmpeg: {done}");
    File::open(&to)?.sync_all()?;
    Ok(begun.elapsed())
}

fn copy(folder: &Path, file: &[u8]) -> Result<Duration> {
    let begun = Instant::now();
    let mut to = File::create(folder.join("peer-copy.jpg"))?;
    to.write_all(file)?;
    to.sync_all()?;
    Ok(begun.elapsed())
}
