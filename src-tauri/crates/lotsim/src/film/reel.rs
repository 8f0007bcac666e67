//! A recording played again and again in place of the scene: what the scene's own encoder cannot make, such as pictures
//! that are sent in another order than they are shown (B-frames).

use super::{Frame, annexb, ticks, wait_until};
use crate::{Lane, scene::Angle};
use bytes::Bytes;
use std::{
    path::{Path, PathBuf},
    time::Instant,
};

/// Why a recording cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum BadReel {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// There is no picture in it a decoder can begin at.
    #[error("{}: no H.264 stream of bytes that begins with a key frame", .0.display())]
    Empty(PathBuf),
}

/// A recording. Its B-pictures must not be referred to by others.
pub(super) struct Reel {
    /// NAL units, whether it is a key frame, and the place among all in which it is shown.
    pictures: Vec<(Vec<Bytes>, bool, u64)>,
}

impl Reel {
    /// Reads a file of H.264 with start codes.
    pub(super) fn read(path: &Path) -> Result<Self, BadReel> {
        let file = std::fs::read(path).map_err(|error| BadReel::File { path: path.to_owned(), error })?;
        let reel = Self::of(&file.into());
        if reel.pictures.first().is_none_or(|(_, key, _)| !key) {
            return Err(BadReel::Empty(path.to_owned()));
        }
        Ok(reel)
    }

    fn of(stream: &Bytes) -> Self {
        let mut pictures: Vec<(Vec<Bytes>, bool, bool)> = Vec::new();
        let mut ahead = Vec::new();
        for nal in annexb::split(stream) {
            match annexb::slice(&nal) {
                None => ahead.push(nal),
                Some((true, kind)) => {
                    let key = annexb::kind(&nal) == 5;
                    let mut nals = std::mem::take(&mut ahead);
                    nals.push(nal);
                    pictures.push((nals, key, kind == 1));
                }
                Some((false, _)) => {
                    if let Some((nals, ..)) = pictures.last_mut() {
                        nals.push(nal);
                    }
                }
            }
        }
        let shown = order(&pictures.iter().map(|(_, _, b)| *b).collect::<Vec<_>>());
        let pictures = pictures.into_iter().zip(shown);
        let pictures = pictures.map(|((nals, key, _), place)| (nals, key, place));
        Self { pictures: pictures.collect() }
    }

    /// Plays until nobody watches.
    pub(super) fn play(&self, lane: &Lane, angle: Angle) {
        let per_second = lane.config().fps.max(1);
        let (began, length) = (Instant::now(), self.pictures.len() as u64);
        for round in 0.. {
            for (at, (nals, key, place)) in (0_u64..).zip(&self.pictures) {
                wait_until(began, round * length + at, per_second);
                let frame = Frame { nals: nals.clone(), key: *key, ticks: ticks(round * length + place, per_second) };
                if !lane.film(angle).show(frame) {
                    return;
                }
            }
        }
    }
}

/// The place in which each picture is shown, from which of them are B-pictures: those are shown before the picture that
/// was sent ahead of them.
fn order(b: &[bool]) -> Vec<u64> {
    let mut places = Vec::with_capacity(b.len());
    let mut at = 0;
    while at < b.len() {
        let before = b[at + 1..].iter().take_while(|b| **b).count();
        places.push((at + before) as u64);
        places.extend((at..at + before).map(|place| place as u64));
        at += 1 + before;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_ahead_is_shown_after_its_b_pictures() {
        let sent = [false, false, true, true, false, true, false];
        assert_eq!(order(&sent), [0, 3, 1, 2, 5, 4, 6]);
        assert_eq!(order(&[]), [0_u64; 0]);
    }
}
