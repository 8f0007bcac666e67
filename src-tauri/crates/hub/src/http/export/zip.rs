//! A ZIP archive written front to back, so that it can be sent while it grows (APPNOTE 6.3.4, data descriptors).

use flate2::{Compression, write::DeflateEncoder};
use std::io::{self, Write as _};

/// Sizes follow the data, and names are UTF-8.
const FLAGS: u16 = 0x0808;
/// Needed to unpack: deflate.
const VERSION: u16 = 20;
const DEFLATE: u16 = 8;
/// 1980-01-01, the first day an archive can name: when the file was made stands inside it.
const DATE: u16 = 0x21;

struct Entry {
    name: &'static str,
    numbered: Option<usize>,
    offset: u32,
    crc: u32,
    packed: u32,
    plain: u32,
}

impl Entry {
    fn name(&self) -> String {
        self.numbered.map_or(self.name.to_owned(), |n| self.name.replace('#', &n.to_string()))
    }
}

struct Open {
    entry: Entry,
    crc: crc32fast::Hasher,
    plain: u64,
    begun: u64,
    packing: DeflateEncoder<Vec<u8>>,
}

#[derive(Default)]
pub(super) struct Zip {
    out: Vec<u8>,
    /// Bytes given away before `out`.
    sent: u64,
    entries: Vec<Entry>,
    open: Option<Open>,
}

impl Zip {
    /// What is finished.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.sent += self.out.len() as u64;
        std::mem::take(&mut self.out)
    }

    /// Begins a file; `#` in its name stands for its number.
    pub(super) fn begin(&mut self, name: &'static str, numbered: Option<usize>) -> io::Result<()> {
        self.finish()?;
        let entry = Entry { name, numbered, offset: small(self.here())?, crc: 0, packed: 0, plain: 0 };
        let full = entry.name();
        self.out.extend(0x0403_4b50_u32.to_le_bytes());
        self.head();
        // Checksum and sizes follow the data.
        self.out.extend([0; 12]);
        self.two(full.len())?;
        self.two(0)?;
        self.out.extend(full.bytes());
        self.open = Some(Open {
            entry,
            crc: crc32fast::Hasher::new(),
            plain: 0,
            begun: self.here(),
            packing: DeflateEncoder::new(Vec::new(), Compression::fast()),
        });
        Ok(())
    }

    /// Adds to the file that was begun.
    pub(super) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        let Some(open) = &mut self.open else {
            return Err(io::Error::other("no file was begun"));
        };
        open.crc.update(content);
        open.plain += content.len() as u64;
        open.packing.write_all(content)?;
        self.out.append(open.packing.get_mut());
        Ok(())
    }

    /// Ends the file that was begun, if any.
    fn finish(&mut self) -> io::Result<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        self.out.append(&mut open.packing.finish()?);
        let mut entry = open.entry;
        entry.crc = open.crc.finalize();
        entry.packed = small(self.here() - open.begun)?;
        entry.plain = small(open.plain)?;
        self.out.extend(0x0807_4b50_u32.to_le_bytes());
        for number in [entry.crc, entry.packed, entry.plain] {
            self.out.extend(number.to_le_bytes());
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Ends the archive: its list of contents.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.finish()?;
        let begun = self.here();
        let entries = std::mem::take(&mut self.entries);
        for entry in &entries {
            let full = entry.name();
            self.out.extend(0x0201_4b50_u32.to_le_bytes());
            self.two(usize::from(VERSION))?;
            self.head();
            for number in [entry.crc, entry.packed, entry.plain] {
                self.out.extend(number.to_le_bytes());
            }
            self.two(full.len())?;
            // No extra field, no comment, first disk, no attributes.
            self.out.extend([0; 12]);
            self.out.extend(entry.offset.to_le_bytes());
            self.out.extend(full.bytes());
        }
        let size = small(self.here() - begun)?;
        self.out.extend(0x0605_4b50_u32.to_le_bytes());
        self.out.extend([0; 4]);
        self.two(entries.len())?;
        self.two(entries.len())?;
        self.out.extend(size.to_le_bytes());
        self.out.extend(small(begun)?.to_le_bytes());
        self.two(0)
    }

    fn here(&self) -> u64 {
        self.sent + self.out.len() as u64
    }

    /// The fields that a file's own head and the list share.
    fn head(&mut self) {
        for number in [VERSION, FLAGS, DEFLATE, 0, DATE] {
            self.out.extend(number.to_le_bytes());
        }
    }

    fn two(&mut self, number: usize) -> io::Result<()> {
        let number = u16::try_from(number).map_err(|_| too_large())?;
        self.out.extend(number.to_le_bytes());
        Ok(())
    }
}

/// Archives of this form end at 4 GiB.
fn small(number: u64) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| too_large())
}

fn too_large() -> io::Error {
    io::Error::other("more than an archive can hold; choose a shorter time")
}
