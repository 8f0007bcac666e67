//! The cameras of a computer, through nokhwa: V4L2 on Linux, Media Foundation on Windows, AVFoundation on a Mac.

use super::{
    CameraError, Plugged,
    jpeg::{Layout, RawFrame},
    thread::{Driver, Source, Want},
};
use nokhwa::{
    Camera, NokhwaError,
    utils::{
        ApiBackend, CameraFormat, CameraIndex, CameraInfo, FrameFormat, RequestedFormat,
        RequestedFormatType,
    },
};
use std::{cmp::Reverse, collections::HashMap};

/// What frames may come as.
const KNOWN: &[FrameFormat] = &[
    FrameFormat::MJPEG,
    FrameFormat::YUYV,
    FrameFormat::NV12,
    FrameFormat::RAWRGB,
    FrameFormat::RAWBGR,
    FrameFormat::GRAY,
];
/// The largest preview, in pixels.
const PREVIEW: (u32, u32) = (1280, 720);
/// A preview slower than this looks broken.
const SMOOTH: u32 = 15;

/// This computer's cameras.
#[derive(Debug, Clone, Copy, Default)]
pub struct Native;

impl Driver for Native {
    fn list(&self) -> Result<Vec<Plugged>, CameraError> {
        Ok(plugged()?.into_iter().map(|(_, camera)| camera).collect())
    }

    fn open(&self, id: &str, want: Want) -> Result<Box<dyn Source>, CameraError> {
        let found = plugged()?.into_iter().find(|(_, camera)| camera.id == id);
        let (index, _) = found.ok_or(CameraError::Gone)?;
        let any = RequestedFormat::with_formats(RequestedFormatType::None, KNOWN);
        let mut camera = Camera::new(index, any).map_err(told)?;
        let formats = camera.compatible_camera_formats().map_err(told)?;
        let format = best(&formats, want);
        let format = format.ok_or_else(|| CameraError::Broken("no known format".to_owned()))?;
        if camera.camera_format() != format {
            let exact = RequestedFormat::with_formats(RequestedFormatType::Exact(format), KNOWN);
            camera.set_camera_requset(exact).map_err(told)?;
        }
        camera.open_stream().map_err(told)?;
        Ok(Box::new(Opened(camera)))
    }
}

/// A camera whose stream runs; it stops when this is dropped.
struct Opened(Camera);

impl Source for Opened {
    fn frame(&mut self) -> Result<RawFrame, CameraError> {
        let frame = self.0.frame().map_err(told)?;
        let size = frame.resolution();
        Ok(RawFrame {
            layout: match frame.source_frame_format() {
                FrameFormat::MJPEG => Layout::Mjpeg,
                FrameFormat::YUYV => Layout::Yuyv,
                FrameFormat::NV12 => Layout::Nv12,
                FrameFormat::RAWRGB => Layout::Rgb,
                FrameFormat::RAWBGR => Layout::Bgr,
                FrameFormat::GRAY => Layout::Gray,
            },
            width: size.width(),
            height: size.height(),
            bytes: frame.buffer().to_vec(),
        })
    }
}

/// The cameras by index, which nokhwa does not sort by.
fn plugged() -> Result<Vec<(CameraIndex, Plugged)>, CameraError> {
    let mut found = nokhwa::query(ApiBackend::Auto).map_err(told)?;
    found.sort_by_key(|camera| camera.index().as_index().unwrap_or(u32::MAX));
    leave_twins_out(&mut found);
    let mut same_name: HashMap<String, u32> = HashMap::new();
    let named = found.into_iter().map(|camera| {
        let name = camera.human_name();
        let nth = same_name.entry(name.clone()).or_default();
        *nth += 1;
        let id = format!("{name}#{nth}");
        (camera.index().clone(), Plugged { id, name })
    });
    Ok(named.collect())
}

/// One camera may have several entries on Linux, of which only the first gives pictures; the others have its name and
/// hang on the same device.
#[cfg(target_os = "linux")]
fn leave_twins_out(found: &mut Vec<CameraInfo>) {
    let mut seen = std::collections::HashSet::new();
    found.retain(|camera| {
        let index = camera.index().as_index().unwrap_or(u32::MAX);
        let device = std::fs::canonicalize(format!("/sys/class/video4linux/video{index}/device"));
        seen.insert((camera.human_name(), device.ok()))
    });
}

#[cfg(not(target_os = "linux"))]
fn leave_twins_out(_found: &mut Vec<CameraInfo>) {}

/// The format that serves best: for a photo the most pixels; for a preview the most within its size that are smooth.
fn best(formats: &[CameraFormat], want: Want) -> Option<CameraFormat> {
    let pixels = |format: &CameraFormat| u64::from(format.width()) * u64::from(format.height());
    let known = || {
        formats
            .iter()
            .filter(|format| KNOWN.contains(&format.format()))
    };
    match want {
        Want::Photo => known().max_by_key(|format| (pixels(format), format.frame_rate())),
        Want::Preview => {
            let fits = |format: &&CameraFormat| {
                format.width() <= PREVIEW.0 && format.height() <= PREVIEW.1
            };
            let smooth = |format: &CameraFormat| format.frame_rate() >= SMOOTH;
            // Frames that come as JPEG need no work here.
            let easy = |format: &CameraFormat| format.format() == FrameFormat::MJPEG;
            known()
                .filter(fits)
                .max_by_key(|format| {
                    (
                        smooth(format),
                        pixels(format),
                        easy(format),
                        format.frame_rate().min(30),
                    )
                })
                .or_else(|| {
                    known().min_by_key(|format| (pixels(format), Reverse(format.frame_rate())))
                })
        }
    }
    .copied()
}

/// What a driver's failure means to a person. Drivers tell it in text only.
#[expect(clippy::needless_pass_by_value, reason = "the shape map_err calls")]
fn told(error: NokhwaError) -> CameraError {
    let text = error.to_string();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["os error 16)", "0xC00D3704", "0x80070020", "already in use"]) {
        CameraError::Busy
    } else if says(&[
        "os error 19)",
        "os error 2)",
        "os error 6)",
        "0xC00D3EA2",
        "disconnected",
    ]) {
        CameraError::Gone
    } else if says(&[
        "os error 13)",
        "os error 1)",
        "0x80070005",
        "Permission",
        "not authorized",
    ]) {
        CameraError::Forbidden
    } else {
        CameraError::Broken(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, Want, best, told};
    use crate::camera::CameraError;
    use nokhwa::{
        NokhwaError,
        utils::{CameraFormat, FrameFormat, Resolution},
    };

    fn format(width: u32, height: u32, format: FrameFormat, rate: u32) -> CameraFormat {
        CameraFormat::new(Resolution::new(width, height), format, rate)
    }

    /// A usual USB camera: raw frames are slow where they are large.
    #[test]
    fn a_photo_is_large_and_a_preview_smooth() {
        let offered = [
            format(640, 480, FrameFormat::YUYV, 30),
            format(1280, 720, FrameFormat::YUYV, 10),
            format(1280, 720, FrameFormat::MJPEG, 30),
            format(2592, 1944, FrameFormat::YUYV, 2),
            format(2592, 1944, FrameFormat::MJPEG, 15),
        ];
        assert_eq!(best(&offered, Want::Photo), Some(offered[4]));
        assert_eq!(best(&offered, Want::Preview), Some(offered[2]));
        assert_eq!(best(&offered[..2], Want::Preview), Some(offered[0]));
        assert_eq!(
            best(&offered[3..], Want::Preview),
            Some(offered[4]),
            "nothing fits"
        );
        assert_eq!(best(&[], Want::Preview), None);
        assert_eq!(KNOWN.len(), 6, "every format of nokhwa is decoded");
    }

    #[test]
    fn what_the_system_says_becomes_what_a_person_can_act_on() {
        let said = |text: &str| told(NokhwaError::OpenStreamError(text.to_owned()));
        assert_eq!(
            said("Device or resource busy (os error 16)"),
            CameraError::Busy
        );
        assert_eq!(said("No such device (os error 19)"), CameraError::Gone);
        assert_eq!(
            said("Permission denied (os error 13)"),
            CameraError::Forbidden
        );
        assert!(matches!(
            said("a driver's own words"),
            CameraError::Broken(_)
        ));
    }
}
