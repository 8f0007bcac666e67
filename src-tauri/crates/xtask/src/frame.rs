//! Reading an invisible screen: Xvfb keeps its picture in a file, in the X window dump format.

use std::collections::HashSet;
use std::fs;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Where the header's numbers stand, each 32 bits, most significant byte first (XWDFile.h).
const HEADER_SIZE: usize = 0;
const WIDTH: usize = 4;
const HEIGHT: usize = 5;
const BITS_PER_PIXEL: usize = 11;
const BYTES_PER_LINE: usize = 12;
const COLOUR_COUNT: usize = 19;
/// One entry of the colour table that stands between header and pixels.
const COLOUR_BYTES: usize = 12;

/// The screen at one moment: 8 bits each of red, green and blue a pixel, line by line.
pub struct Frame {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    rgb: Vec<u8>,
}

impl Frame {
    /// Reads the file that `Xvfb -fbdir` keeps.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::from_dump(&bytes)
    }

    fn from_dump(bytes: &[u8]) -> Result<Self> {
        let width = number(bytes, WIDTH)?;
        let height = number(bytes, HEIGHT)?;
        let line = number(bytes, BYTES_PER_LINE)?;
        ensure!(number(bytes, BITS_PER_PIXEL)? == 32, "the screen does not have 32 bits a pixel");
        let start = number(bytes, HEADER_SIZE)? + COLOUR_BYTES * number(bytes, COLOUR_COUNT)?;
        let pixels = bytes.get(start..).unwrap_or_default();
        ensure!(width > 0 && line >= width * 4, "the screen's lines are too short");
        ensure!(pixels.len() >= line * height, "the screen's file is cut short");
        let rgb = pixels
            .chunks_exact(line)
            .take(height)
            .flat_map(|row| row.chunks_exact(4).take(width))
            .flat_map(|pixel| match pixel {
                // Least significant byte first: blue, green, red, unused.
                [blue, green, red, _] => [*red, *green, *blue],
                _ => [0, 0, 0],
            })
            .collect();
        Ok(Self { width, height, rgb })
    }

    /// How many colours are seen. An empty window has a handful; drawn letters alone make dozens.
    pub fn colours(&self) -> usize {
        self.rgb.chunks_exact(3).collect::<HashSet<_>>().len()
    }

    /// How bright a pixel is; nothing outside the screen.
    pub fn luma(&self, x: usize, y: usize) -> Option<u8> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let at = (y * self.width + x) * 3;
        let [red, green, blue] = *self.rgb.get(at..at + 3)?.first_chunk::<3>()?;
        let sum = u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29;
        u8::try_from(sum >> 8).ok()
    }

    /// Writes the frame as a PNG file.
    pub fn save(&self, path: &Path) -> Result<()> {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        let file = fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut png = png::Encoder::new(BufWriter::new(file), u32::try_from(self.width)?, u32::try_from(self.height)?);
        png.set_color(png::ColorType::Rgb);
        png.set_depth(png::BitDepth::Eight);
        png.write_header()?.write_image_data(&self.rgb)?;
        Ok(())
    }
}

/// The header's number at `index`.
fn number(bytes: &[u8], index: usize) -> Result<usize> {
    let from = index * 4;
    let four = bytes.get(from..from + 4).context("the screen's file has no header yet")?;
    let value = four.iter().fold(0_u32, |value, byte| (value << 8) | u32::from(*byte));
    Ok(usize::try_from(value)?)
}

#[cfg(test)]
mod tests {
    use super::Frame;

    fn dump(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
        let mut header = [0_u32; 25];
        header[0] = 100;
        header[4] = width;
        header[5] = height;
        header[11] = 32;
        header[12] = width * 4;
        let mut bytes: Vec<u8> = header.iter().flat_map(|number| number.to_be_bytes()).collect();
        bytes.extend_from_slice(pixels);
        bytes
    }

    #[test]
    fn pixels_are_read_as_red_green_blue() {
        let frame = Frame::from_dump(&dump(2, 1, &[1, 2, 3, 0, 4, 5, 6, 0])).unwrap();
        assert_eq!(frame.rgb, [3, 2, 1, 6, 5, 4]);
        assert_eq!(frame.colours(), 2);
        assert_eq!((frame.luma(1, 0), frame.luma(2, 0)), (Some(5), None));
    }

    #[test]
    fn a_file_that_is_still_being_made_is_refused() {
        assert!(Frame::from_dump(&[]).is_err());
        assert!(Frame::from_dump(&dump(2, 2, &[0; 8])).is_err());
    }
}
