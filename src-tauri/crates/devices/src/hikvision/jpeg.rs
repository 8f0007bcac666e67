//! The size written in a JPEG file.

/// Width and height in pixels from the first frame header; nothing where the file is cut off before it.
pub(crate) fn size(jpeg: &[u8]) -> Option<(u16, u16)> {
    let mut at = 2;
    if !jpeg.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    loop {
        while *jpeg.get(at)? != 0xff {
            at += 1;
        }
        while *jpeg.get(at)? == 0xff {
            at += 1;
        }
        let marker = *jpeg.get(at)?;
        let two = |from: usize| Some(u16::from_be_bytes([*jpeg.get(from)?, *jpeg.get(from + 1)?]));
        match marker {
            // Frame headers; the four left out are tables and extensions among them.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((two(at + 6)?, two(at + 4)?));
            }
            0xd0..=0xd9 | 0x01 => at += 1,
            _ => at += 1 + usize::from(two(at + 1)?).max(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_frame_header() {
        let file = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, 2, 0xd0, 5, 0, 3];
        assert_eq!(size(&file), Some((1280, 720)));
        assert_eq!(size(&file[..12]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_end_and_what_was_found_stands_in_the_file(bytes in proptest::collection::vec(prop_oneof![Just(0xffu8), any::<u8>()], 0..200)) {
            let mut file = vec![0xff, 0xd8];
            file.extend(bytes);
            if let Some((width, height)) = size(&file) {
                let written = [height.to_be_bytes(), width.to_be_bytes()].concat();
                prop_assert!(file.windows(4).any(|four| four == written));
            }
        }
    }
}
