//! A camera that is drawn, to measure and to try the preview where there is none. Only with the feature `drawn-camera`,
//! which no program given to people has: what it gives is no evidence.

use super::{
    CameraError, Layout, PluggedCamera, RawFrame,
    thread::{CameraUse, Driver, Source},
};
use std::time::{Duration, Instant};

/// Thirty frames a second.
const PACE: Duration = Duration::from_millis(33);
/// Grey without colour, as a camera sends it.
const COLORLESS: u8 = 128;

/// The drawn camera.
#[derive(Debug, Clone, Copy, Default)]
pub struct DrawnCamera;

impl Driver for DrawnCamera {
    fn list(&self) -> Result<Vec<PluggedCamera>, CameraError> {
        let (id, name) = ("Drawn#1".to_owned(), "Drawn".to_owned());
        Ok(vec![PluggedCamera { id, name }])
    }

    fn open(&self, _id: &str, want: CameraUse) -> Result<Box<dyn Source>, CameraError> {
        // A usual preview, and twelve megapixels.
        let (width, height) = match want {
            CameraUse::Preview => (1280, 720),
            CameraUse::Photo => (4000, 3000),
        };
        Ok(Box::new(Bar { width, height, frames: 0, due: Instant::now() }))
    }
}

/// A bright bar that wanders over grain, so that no two frames are alike.
struct Bar {
    width: u32,
    height: u32,
    frames: u32,
    due: Instant,
}

impl Source for Bar {
    fn frame(&mut self) -> Result<RawFrame, CameraError> {
        std::thread::sleep(self.due.saturating_duration_since(Instant::now()));
        self.due = Instant::now() + PACE;
        self.frames = self.frames.wrapping_add(1);
        let (width, bar) = (self.width as usize, self.frames as usize * 8);
        let mut row = Vec::with_capacity(width * 2);
        for x in 0..width {
            let lit = (x + bar) % width < width / 8;
            // Grain that a wandering multiplier makes; any odd number does.
            let wandering = x.wrapping_mul(2_654_435_761).wrapping_add(bar) >> 7;
            let grain = wandering.to_le_bytes()[0] % 32;
            row.extend([if lit { 200 } else { 64 } + grain, COLORLESS]);
        }
        Ok(RawFrame {
            layout: Layout::Yuyv,
            width: self.width,
            height: self.height,
            bytes: row.repeat(self.height as usize),
        })
    }
}
