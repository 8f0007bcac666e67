//! From drawn pictures to H.264 and back.

use super::annexb;
use crate::scene::BurntText;
use bytes::{BufMut, Bytes, BytesMut};
use openh264::{
    OpenH264API, decoder,
    encoder::{BitRate, EncoderConfig, FrameRate, IntraFramePeriod, Profile, RateControlMode, UsageType},
    formats::{RgbaSliceU8, YUVBuffer, YUVSource},
};
use resvg::tiny_skia::Pixmap;

/// Bits a second; what a camera's second stream of this size usually has.
const BITS: u32 = 1_200_000;
/// Names our own supplemental message among others.
const NAME: &[u8; 16] = b"lotsim-stamp-v01";

/// Encodes pictures of one size.
pub(super) struct Encoder {
    inner: openh264::encoder::Encoder,
}

impl Encoder {
    pub(super) fn new(per_second: u32, key_every: u32) -> Result<Self, openh264::Error> {
        // A camera's rate is a small whole number.
        let rate = f32::from(u16::try_from(per_second).unwrap_or(u16::MAX));
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(BITS))
            .max_frame_rate(FrameRate::from_hz(rate))
            .rate_control_mode(RateControlMode::Bitrate)
            .usage_type(UsageType::CameraVideoRealTime)
            .profile(Profile::Baseline)
            .intra_frame_period(IntraFramePeriod::from_num_frames(key_every))
            .skip_frames(false)
            .scene_change_detect(false)
            .num_threads(1);
        let inner = openh264::encoder::Encoder::with_api_config(OpenH264API::from_source(), config)?;
        Ok(Self { inner })
    }

    /// The NAL units of the next picture.
    pub(super) fn encode(&mut self, picture: &Pixmap) -> Result<Vec<Bytes>, openh264::Error> {
        let size = (picture.width() as usize, picture.height() as usize);
        let yuv = YUVBuffer::from_rgba8_source(RgbaSliceU8::new(picture.data(), size));
        let coded = self.inner.encode(&yuv)?.to_vec();
        Ok(annexb::split(&coded.into()))
    }
}

/// When a picture left the camera, carried beside it in a supplemental message that everybody hands on, so that the
/// delay of a stream can be measured without decoding it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Microseconds since 1970 when it was handed to the network.
    pub micros: u64,
    /// Which picture.
    pub picture: u64,
}

impl Stamp {
    /// As a NAL unit. Digits, because they never look like a start code.
    pub(super) fn nal(self) -> Bytes {
        let text = format!("{:020}{:012}", self.micros, self.picture);
        let mut nal = BytesMut::with_capacity(64);
        nal.put_slice(&[6, 5]);
        nal.put_u8(u8::try_from(NAME.len() + text.len()).unwrap_or(u8::MAX));
        nal.put_slice(NAME);
        nal.put_slice(text.as_bytes());
        nal.put_u8(0x80);
        nal.freeze()
    }

    /// The first stamp in these bytes, whatever they are wrapped in.
    pub fn find(bytes: &[u8]) -> Option<Self> {
        let at = bytes.windows(NAME.len()).position(|name| name == NAME)? + NAME.len();
        let digits = |from: usize, to: usize| {
            let text = std::str::from_utf8(bytes.get(at + from..at + to)?).ok()?;
            text.parse().ok()
        };
        Some(Self { micros: digits(0, 20)?, picture: digits(20, 32)? })
    }
}

/// Size of a decoded picture, and the clock burnt into it where one can be read.
pub type Decoded = ((usize, usize), Option<BurntText>);

/// Decodes a stream and reads the clock burnt into its pictures.
pub struct Decoder {
    inner: decoder::Decoder,
}

impl Decoder {
    /// One that has seen nothing yet.
    pub fn new() -> Result<Self, openh264::Error> {
        decoder::Decoder::new().map(|inner| Self { inner })
    }

    /// Decodes NAL units (each without start code, in order). Answers size and clock of the last picture they give.
    pub fn decode<'a>(&mut self, nals: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<Decoded>, openh264::Error> {
        let mut stream = Vec::new();
        for nal in nals {
            stream.extend_from_slice(&[0, 0, 0, 1]);
            stream.extend_from_slice(nal);
        }
        let Some(picture) = self.inner.decode(&stream)? else {
            return Ok(None);
        };
        let (width, height) = picture.dimensions();
        let (luma, stride) = (picture.y(), picture.strides().0);
        let clock = BurntText::read(|x, y| luma.get(place(y, height) * stride + place(x, width)).copied().unwrap_or(0));
        Ok(Some(((width, height), clock)))
    }
}

/// A part of a length as a pixel of it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of a small picture"
)]
fn place(part: f32, length: usize) -> usize {
    (part * length as f32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_found_in_whatever_surrounds_it() {
        let stamp = Stamp { micros: 1_795_000_000_123_456, picture: 77 };
        let mut bytes = vec![0, 0, 1, 9, 9];
        bytes.extend_from_slice(&stamp.nal());
        bytes.extend_from_slice(b"more");
        assert_eq!(Stamp::find(&bytes), Some(stamp));
        assert_eq!(Stamp::find(&bytes[..40]), None);
    }
}
