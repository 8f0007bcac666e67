//! The cameras of a computer, through nokhwa: V4L2 on Linux, Media Foundation on Windows, `AVFoundation` on a Mac.

use super::{
    CameraError, PluggedCamera,
    jpeg::{Layout, RawFrame},
    thread::{CameraUse, Driver, Source},
};
use nokhwa::{
    Camera, NokhwaError,
    utils::{ApiBackend, CameraFormat, CameraIndex, CameraInfo, FrameFormat, RequestedFormat, RequestedFormatType},
};
use std::{cmp::Reverse, collections::HashMap};

#[cfg(target_os = "linux")]
use nokhwa::utils::Resolution;
#[cfg(target_os = "linux")]
use v4l::{frameinterval::FrameIntervalEnum, framesize::FrameSizeEnum};

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
/// Formats tried before a camera counts as broken.
const TRIED: usize = 4;
/// A preview slower than this looks broken.
const SMOOTH: u32 = 15;

/// This computer's cameras.
#[derive(Debug, Clone, Copy, Default)]
pub struct NativeCamera;

impl Driver for NativeCamera {
    fn list(&self) -> Result<Vec<PluggedCamera>, CameraError> {
        Ok(plugged()?.into_iter().map(|(_, camera)| camera).collect())
    }

    fn open(&self, id: &str, want: CameraUse) -> Result<Box<dyn Source>, CameraError> {
        let found = plugged()?.into_iter().find(|(_, camera)| camera.id == id);
        let (index, _) = found.ok_or(CameraError::Gone)?;
        let mut last = CameraError::Broken("no known format".to_owned());
        // Drivers promise formats they then refuse: the next best one serves too.
        for format in best(&offered(&index)?, want).into_iter().take(TRIED) {
            match started(&index, format) {
                Ok(camera) => return Ok(Box::new(OpenCamera(camera))),
                Err(error) => last = told(error),
            }
            if !matches!(last, CameraError::Broken(_)) {
                break;
            }
        }
        Err(last)
    }
}

fn started(index: &CameraIndex, format: CameraFormat) -> Result<Camera, NokhwaError> {
    let exact = RequestedFormat::with_formats(RequestedFormatType::Exact(format), KNOWN);
    let mut camera = match Camera::new(index.clone(), exact) {
        Err(error) if is_uneven(&error) => {
            even_out(index);
            Camera::new(index.clone(), exact)?
        }
        opened => opened?,
    };
    camera.open_stream()?;
    Ok(camera)
}

/// What a camera offers. Not asked of nokhwa, which gives up on all of it where one rate is no whole number, as 7.5
/// frames a second of many USB cameras.
#[cfg(target_os = "linux")]
fn offered(index: &CameraIndex) -> Result<Vec<CameraFormat>, CameraError> {
    use v4l::video::Capture as _;
    let failed = |error: std::io::Error| told(NokhwaError::GeneralError(error.to_string()));
    let index = index.as_index().map_err(told)?;
    let device = v4l::Device::new(index as usize).map_err(failed)?;
    let mut found = Vec::new();
    for offered in device.enum_formats().map_err(failed)? {
        let Some(kind) = known(offered.fourcc) else {
            continue;
        };
        // A size or rate the driver cannot tell is one that is not used.
        let sizes = device.enum_framesizes(offered.fourcc).unwrap_or_default();
        for (width, height) in sizes.into_iter().flat_map(|size| usual(size.size)) {
            let rates = device.enum_frameintervals(offered.fourcc, width, height);
            for rate in rates.unwrap_or_default() {
                let pixels = Resolution::new(width, height);
                let whole = whole(rate.interval);
                found.extend(whole.map(|rate| CameraFormat::new(pixels, kind, rate)));
            }
        }
    }
    Ok(found)
}

/// A size, or of a range of sizes the usual ones in it and the largest.
#[cfg(target_os = "linux")]
fn usual(size: FrameSizeEnum) -> Vec<(u32, u32)> {
    match size {
        FrameSizeEnum::Discrete(size) => vec![(size.width, size.height)],
        FrameSizeEnum::Stepwise(range) => {
            let largest = (range.max_width, range.max_height);
            let within = |(width, height): &(u32, u32)| {
                (range.min_width..=largest.0).contains(width) && (range.min_height..=largest.1).contains(height)
            };
            let known = [(640, 480), (1280, 720), (1920, 1080)].into_iter();
            known.filter(within).chain([largest]).collect()
        }
    }
}

/// Frames a second where they are a whole number; of a range the usual thirty, or its fastest.
#[cfg(target_os = "linux")]
fn whole(interval: FrameIntervalEnum) -> Option<u32> {
    let rate = |every: v4l::Fraction| (every.numerator == 1).then_some(every.denominator);
    match interval {
        FrameIntervalEnum::Discrete(every) => rate(every),
        FrameIntervalEnum::Stepwise(range) => rate(range.min).map(|fastest| fastest.min(30)),
    }
}

/// The kinds of frames that are understood here.
#[cfg(target_os = "linux")]
fn known(fourcc: v4l::FourCC) -> Option<FrameFormat> {
    Some(match &fourcc.repr {
        b"MJPG" => FrameFormat::MJPEG,
        b"YUYV" => FrameFormat::YUYV,
        b"NV12" => FrameFormat::NV12,
        b"RGB3" => FrameFormat::RAWRGB,
        b"BGR3" => FrameFormat::RAWBGR,
        b"GRAY" => FrameFormat::GRAY,
        _ => return None,
    })
}

#[cfg(not(target_os = "linux"))]
fn offered(index: &CameraIndex) -> Result<Vec<CameraFormat>, CameraError> {
    let any = RequestedFormat::with_formats(RequestedFormatType::None, KNOWN);
    let mut camera = Camera::new(index.clone(), any).map_err(told)?;
    camera.compatible_camera_formats().map_err(told)
}

/// Whether nokhwa stumbled over a rate such as 12.5 frames a second: it knows whole ones only, also as what the camera
/// happens to be set to.
fn is_uneven(error: &NokhwaError) -> bool {
    error.to_string().contains("not whole number")
}

/// Sets a camera to a whole number of frames a second.
#[cfg(target_os = "linux")]
fn even_out(index: &CameraIndex) {
    use v4l::video::{Capture, capture::Parameters};
    let device = index.as_index().ok().and_then(|index| v4l::Device::new(index as usize).ok());
    let Some(device) = device else { return };
    let even = |rate| {
        let set = device.set_params(&Parameters::with_fps(rate));
        set.is_ok_and(|set| set.interval.numerator == 1)
    };
    // The first the camera takes; where it takes none, opening it fails in words of its own.
    let _ = [30, 25, 15, 10, 5, 1].into_iter().find(|rate| even(*rate));
}

#[cfg(not(target_os = "linux"))]
fn even_out(_index: &CameraIndex) {}

/// A camera whose stream runs; it stops when this is dropped.
struct OpenCamera(Camera);

impl Source for OpenCamera {
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
fn plugged() -> Result<Vec<(CameraIndex, PluggedCamera)>, CameraError> {
    let mut found = nokhwa::query(ApiBackend::Auto).map_err(told)?;
    found.sort_by_key(|camera| camera.index().as_index().unwrap_or(u32::MAX));
    leave_twins_out(&mut found);
    let mut same_name: HashMap<String, u32> = HashMap::new();
    let named = found.into_iter().map(|camera| {
        let name = camera.human_name();
        let nth = same_name.entry(name.clone()).or_default();
        *nth += 1;
        let id = format!("{name}#{nth}");
        (camera.index().clone(), PluggedCamera { id, name })
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

/// The formats that serve, best first: for a photo the most pixels; for a preview the most within its size that are
/// smooth.
fn best(formats: &[CameraFormat], want: CameraUse) -> Vec<CameraFormat> {
    let pixels = |format: &CameraFormat| u64::from(format.width()) * u64::from(format.height());
    let mut known = formats.to_vec();
    known.retain(|format| KNOWN.contains(&format.format()));
    known.sort_by_key(|format| {
        let rate = format.frame_rate();
        let fits = format.width() <= PREVIEW.0 && format.height() <= PREVIEW.1;
        // Frames that come as JPEG need no work here.
        let easy = format.format() == FrameFormat::MJPEG;
        match want {
            CameraUse::Photo => Reverse((true, true, pixels(format), easy, rate)),
            CameraUse::Preview if fits => Reverse((true, rate >= SMOOTH, pixels(format), easy, rate.min(30))),
            // Too large: the smaller the better.
            CameraUse::Preview => Reverse((false, rate >= SMOOTH, u64::MAX - pixels(format), easy, rate.min(30))),
        }
    });
    known
}

/// What a driver's failure means to a person. Drivers tell it in text only.
#[expect(clippy::needless_pass_by_value, reason = "the shape map_err calls")]
fn told(error: NokhwaError) -> CameraError {
    let text = error.to_string();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["os error 16)", "0xC00D3704", "0x80070020", "already in use"]) {
        CameraError::Busy
    } else if says(&["os error 19)", "os error 2)", "os error 6)", "0xC00D3EA2", "disconnected"]) {
        CameraError::Gone
    } else if says(&["os error 13)", "os error 1)", "0x80070005", "Permission", "not authorized"]) {
        CameraError::Forbidden
    } else {
        CameraError::Broken(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{CameraUse, KNOWN, best, told};
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
        let first = |offered: &[CameraFormat], want| best(offered, want).first().copied();
        assert_eq!(first(&offered, CameraUse::Photo), Some(offered[4]));
        assert_eq!(first(&offered, CameraUse::Preview), Some(offered[2]));
        assert_eq!(first(&offered[..2], CameraUse::Preview), Some(offered[0]));
        assert_eq!(first(&offered[3..], CameraUse::Preview), Some(offered[4]), "nothing fits");
        assert_eq!(first(&[], CameraUse::Preview), None);
        assert_eq!(KNOWN.len(), 6, "every format of nokhwa is decoded");
    }

    #[test]
    fn what_the_system_says_becomes_what_a_person_can_act_on() {
        let said = |text: &str| told(NokhwaError::OpenStreamError(text.to_owned()));
        assert_eq!(said("Device or resource busy (os error 16)"), CameraError::Busy);
        assert_eq!(said("No such device (os error 19)"), CameraError::Gone);
        assert_eq!(said("Permission denied (os error 13)"), CameraError::Forbidden);
        assert!(matches!(said("a driver's own words"), CameraError::Broken(_)));
    }
}
