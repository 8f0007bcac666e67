//! Parameter sets of H.264: what a decoder has to know before the first picture.

use crate::VideoParameters;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use retina::codec::{h26x::Framing, h264::parameters_from_sps_and_pps};
use std::sync::Arc;

/// The longest set taken; real ones have a few dozen bytes.
const LONGEST: usize = 1024;

/// One sequence and one picture parameter set, as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sets {
    sequence: Option<Bytes>,
    picture: Option<Bytes>,
}

impl Sets {
    /// The sets in a configuration record, as a stream's announcement gives them.
    pub(super) fn of_record(mut record: &[u8]) -> Option<Self> {
        // Version, profile, compatibility, level, length size, number of sequence sets.
        if record.len() < 6 || record[5] & 31 != 1 {
            return None;
        }
        record.advance(6);
        let sequence = set(&mut record)?;
        if record.try_get_u8().ok()? != 1 {
            return None;
        }
        Some(Self { sequence: Some(sequence), picture: Some(set(&mut record)?) })
    }

    /// Takes a set of the stream itself. True: it is another one than before.
    pub(super) fn take(&mut self, nal: &[u8]) -> bool {
        let slot = match nal.first().map(|head| head & 31) {
            Some(7) => &mut self.sequence,
            Some(8) => &mut self.picture,
            _ => return false,
        };
        if nal.len() > LONGEST || slot.as_deref() == Some(nal) {
            return false;
        }
        *slot = Some(Bytes::copy_from_slice(nal));
        true
    }

    /// What they say; nothing where one is missing or cannot be read.
    pub(super) fn read(&self) -> Option<Arc<VideoParameters>> {
        let (sequence, picture) = (self.sequence.as_ref()?, self.picture.as_ref()?);
        let read = parameters_from_sps_and_pps(sequence, picture, Framing::FourByteLength).ok()?;
        let (width, height) = read.pixel_dimensions();
        let sound = (16..=8192).contains(&width) && (16..=8192).contains(&height);
        sound.then(|| {
            Arc::new(VideoParameters {
                codec: read.rfc6381_codec().to_owned(),
                width,
                height,
                record: record(sequence, picture),
            })
        })
    }
}

/// The configuration record (ISO/IEC 14496-15): lengths of four bytes, one set of each kind.
fn record(sequence: &[u8], picture: &[u8]) -> Bytes {
    let mut record = BytesMut::with_capacity(11 + sequence.len() + picture.len());
    record.put_u8(1);
    record.put_slice(sequence.get(1..4).unwrap_or(&[0; 3]));
    record.put_slice(&[0xff, 0xe1]);
    for (at, set) in [sequence, picture].into_iter().enumerate() {
        if at == 1 {
            record.put_u8(1);
        }
        record.put_u16(u16::try_from(set.len()).unwrap_or(u16::MAX));
        record.put_slice(set);
    }
    record.freeze()
}

fn set(record: &mut &[u8]) -> Option<Bytes> {
    let length = usize::from(record.try_get_u16().ok()?);
    let set = record.get(..length).filter(|set| !set.is_empty())?;
    let set = Bytes::copy_from_slice(set);
    record.advance(length);
    Some(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 640 by 360, baseline, as the simulated camera's encoder writes it.
    const SEQUENCE: [u8; 10] = [0x67, 0x42, 0xc0, 0x1e, 0x8c, 0x8d, 0x40, 0x50, 0x17, 0xfc];
    const PICTURE: [u8; 4] = [0x68, 0xce, 0x3c, 0x80];

    #[test]
    fn a_record_holds_both_sets_and_gives_them_back() {
        let sets = Sets::of_record(&record(&SEQUENCE, &PICTURE)).unwrap();
        assert_eq!(sets.sequence.as_deref(), Some(&SEQUENCE[..]));
        assert_eq!(sets.picture.as_deref(), Some(&PICTURE[..]));
        for cut in 0..20 {
            let _ = Sets::of_record(&record(&SEQUENCE, &PICTURE)[..cut]);
        }
    }

    #[test]
    fn a_set_told_again_is_no_news_and_an_endless_one_is_none() {
        let mut sets = Sets::default();
        assert!(sets.take(&SEQUENCE) && !sets.take(&SEQUENCE));
        assert_eq!(sets.read(), None, "half is nothing");
        assert!(sets.take(&PICTURE));
        let mut endless = vec![0x67];
        endless.resize(LONGEST + 1, 1);
        assert!(!sets.take(&endless));
    }

    proptest::proptest! {
        #[test]
        fn no_set_makes_it_panic(noise in proptest::collection::vec(0u8.., 0..200)) {
            let mut sets = Sets::default();
            sets.take(&[&[0x67], &noise[..]].concat());
            sets.take(&PICTURE);
            let _ = sets.read();
            let _ = Sets::of_record(&noise);
        }
    }
}
