//! Fragmented MP4 (ISO/IEC 14496-12, -15) of one video track: an initialisation segment, then a fragment a picture. The
//! pictures go in as they came.

use super::timeline::{TICKS, TimelinePosition};
use bytes::{BufMut, Bytes, BytesMut};
use lanedesk_devices::VideoParameters;

const TRACK: u32 = 1;
/// Nothing turned, nothing scaled.
const UPRIGHT: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/// What every sample depends on: a key picture on nothing, others on those before it.
const KEY: u32 = 0x0200_0000;
const OTHER: u32 = 0x0101_0000;

/// Writes a box: its length stands before it when its content is known.
fn boxed(out: &mut BytesMut, kind: [u8; 4], content: impl FnOnce(&mut BytesMut)) {
    let at = out.len();
    out.put_u32(0);
    out.put_slice(&kind);
    content(out);
    let length = u32::try_from(out.len() - at).unwrap_or(u32::MAX);
    out[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

/// Where the picture stands on the screen.
fn upright(out: &mut BytesMut) {
    for number in UPRIGHT {
        out.put_u32(number);
    }
}

/// The same with a version and flags.
fn full(out: &mut BytesMut, kind: [u8; 4], version: u8, flags: u32, content: impl FnOnce(&mut BytesMut)) {
    boxed(out, kind, |out| {
        out.put_u32(u32::from(version) << 24 | flags);
        content(out);
    });
}

/// What a decoder has to know before the first picture.
pub(super) fn initialisation(video: &VideoParameters) -> Bytes {
    let mut out = BytesMut::with_capacity(1024);
    boxed(&mut out, *b"ftyp", |out| {
        out.put_slice(b"iso5\0\0\x02\0iso5iso6mp41");
    });
    boxed(&mut out, *b"moov", |out| {
        full(out, *b"mvhd", 0, 0, |out| {
            // Made, changed, ticks of a second, length (not known), speed, loudness.
            for number in [0, 0, 1000, 0, 0x1_0000] {
                out.put_u32(number);
            }
            out.put_u16(0x0100);
            out.put_bytes(0, 10);
            upright(out);
            out.put_bytes(0, 24);
            out.put_u32(TRACK + 1);
        });
        boxed(out, *b"trak", |out| track(out, video));
        boxed(out, *b"mvex", |out| {
            full(out, *b"trex", 0, 0, |out| {
                for number in [TRACK, 1, 0, 0, 0] {
                    out.put_u32(number);
                }
            });
        });
    });
    out.freeze()
}

fn track(out: &mut BytesMut, video: &VideoParameters) {
    // In use, and part of what is shown.
    full(out, *b"tkhd", 0, 3, |out| {
        for number in [0, 0, TRACK, 0, 0] {
            out.put_u32(number);
        }
        out.put_bytes(0, 16);
        upright(out);
        out.put_u32(video.width << 16);
        out.put_u32(video.height << 16);
    });
    boxed(out, *b"mdia", |out| {
        full(out, *b"mdhd", 0, 0, |out| {
            let ticks = u32::try_from(TICKS).unwrap_or(u32::MAX);
            for number in [0, 0, ticks, 0] {
                out.put_u32(number);
            }
            // Language "und", as three letters of five bits.
            out.put_u32(0x55c4_0000);
        });
        full(out, *b"hdlr", 0, 0, |out| {
            out.put_u32(0);
            out.put_slice(b"vide");
            out.put_bytes(0, 12);
            out.put_slice(b"lane\0");
        });
        boxed(out, *b"minf", |out| {
            full(out, *b"vmhd", 0, 1, |out| out.put_bytes(0, 8));
            boxed(out, *b"dinf", |out| {
                full(out, *b"dref", 0, 0, |out| {
                    out.put_u32(1);
                    // The pictures are in this file.
                    full(out, *b"url ", 0, 1, |_| {});
                });
            });
            boxed(out, *b"stbl", |out| samples(out, video));
        });
    });
}

fn samples(out: &mut BytesMut, video: &VideoParameters) {
    let side = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
    full(out, *b"stsd", 0, 0, |out| {
        out.put_u32(1);
        boxed(out, *b"avc1", |out| {
            out.put_bytes(0, 6);
            out.put_u16(1);
            out.put_bytes(0, 16);
            out.put_u16(side(video.width));
            out.put_u16(side(video.height));
            // 72 dots an inch, one picture a sample, no name, 24 bits of colour.
            out.put_u32(0x48_0000);
            out.put_u32(0x48_0000);
            out.put_u32(0);
            out.put_u16(1);
            out.put_bytes(0, 32);
            out.put_u16(24);
            out.put_i16(-1);
            boxed(out, *b"avcC", |out| out.put_slice(&video.record));
        });
    });
    // The tables of a file that is whole; here everything is in fragments.
    for kind in [*b"stts", *b"stsc", *b"stco"] {
        full(out, kind, 0, 0, |out| out.put_u32(0));
    }
    full(out, *b"stsz", 0, 0, |out| out.put_u64(0));
}

/// One picture as a fragment. Numbers count up from 1.
pub(super) fn fragment(number: u32, place: TimelinePosition, key: bool, picture: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(picture.len() + 128);
    boxed(&mut out, *b"moof", |out| {
        full(out, *b"mfhd", 0, 0, |out| out.put_u32(number));
        boxed(out, *b"traf", |out| {
            // Offsets count from the beginning of this box.
            full(out, *b"tfhd", 0, 0x02_0000, |out| out.put_u32(TRACK));
            full(out, *b"tfdt", 1, 0, |out| out.put_u64(place.decoded));
            // One sample, with its offset, time, size, kind and how much later it is shown.
            full(out, *b"trun", 1, 0x0f01, |out| {
                out.put_u32(1);
                out.put_u32(0);
                out.put_u32(place.lasts);
                out.put_u32(u32::try_from(picture.len()).unwrap_or(u32::MAX));
                out.put_u32(if key { KEY } else { OTHER });
                out.put_i32(place.shown_after);
            });
        });
    });
    // The offset of the picture: behind this box and the head of the next one. It stands 20 bytes before the end.
    let offset = u32::try_from(out.len() + 8).unwrap_or(u32::MAX);
    let at = out.len() - 20;
    out[at..at + 4].copy_from_slice(&offset.to_be_bytes());
    boxed(&mut out, *b"mdat", |out| out.put_slice(picture));
    out.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kinds of boxes at the top, each within its length.
    fn kinds(mut bytes: &[u8]) -> Vec<String> {
        let mut kinds = Vec::new();
        while !bytes.is_empty() {
            let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
            kinds.push(String::from_utf8(bytes[4..8].to_vec()).unwrap());
            bytes = &bytes[length..];
        }
        kinds
    }

    #[test]
    fn boxes_add_up_and_the_picture_stands_where_the_offset_says() {
        let video = VideoParameters {
            codec: "avc1.42001E".to_owned(),
            width: 640,
            height: 360,
            record: Bytes::from_static(&[1, 0x42, 0, 0x1e, 0xff, 0xe1, 0, 1, 0x67, 1, 0, 1, 0x68]),
        };
        assert_eq!(kinds(&initialisation(&video)), ["ftyp", "moov"]);
        let place = TimelinePosition { decoded: 7_200, lasts: 3_600, shown_after: 0 };
        let picture = [0, 0, 0, 2, 0x65, 0x88];
        let fragment = fragment(3, place, true, &picture);
        assert_eq!(kinds(&fragment), ["moof", "mdat"]);
        let trun = fragment.windows(4).position(|four| four == b"trun").unwrap();
        let offset = u32::from_be_bytes(fragment[trun + 12..trun + 16].try_into().unwrap()) as usize;
        assert_eq!(&fragment[offset..], &picture);
    }
}
