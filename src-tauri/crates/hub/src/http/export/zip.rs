//! A ZIP archive written front to back, so that it can be sent while it grows.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use zip::{
    CompressionMethod, ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

/// What the archive is written into. It is shared, because the library gives nothing of it away before the end.
#[derive(Clone, Default)]
struct ArchiveSink(Arc<Mutex<Vec<u8>>>);

impl ArchiveSink {
    /// Bytes are only ever added whole: what another left behind is good.
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for ArchiveSink {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.bytes().extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) struct Zip {
    archive: ZipWriter<StreamWriter<ArchiveSink>>,
    out: ArchiveSink,
}

impl Zip {
    pub(super) fn new() -> Self {
        let out = ArchiveSink::default();
        Self { archive: ZipWriter::new_stream(out.clone()), out }
    }

    /// What is finished.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.out.bytes())
    }

    /// Begins a file.
    pub(super) fn begin(&mut self, name: &str) -> io::Result<()> {
        let fast = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        Ok(self.archive.start_file(name, fast.compression_level(Some(1)))?)
    }

    /// Adds to the file that was begun.
    pub(super) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.archive.write_all(content)
    }

    /// Ends the archive: its list of contents. Answers what was not taken yet.
    pub(super) fn end(self) -> io::Result<Vec<u8>> {
        self.archive.finish()?;
        Ok(std::mem::take(&mut *self.out.bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_given_away_long_before_the_end() {
        let (mut zip, mut sent, mut most) = (Zip::new(), Vec::new(), 0);
        zip.begin("a").unwrap();
        for turn in 0..64_u8 {
            let piece: Vec<u8> = (0..2_048_u32)
                .flat_map(|n| crc32fast::hash(&[&[turn], &n.to_le_bytes()[..]].concat()).to_le_bytes())
                .collect();
            zip.write(&piece).unwrap();
            let taken = zip.take();
            most = most.max(taken.len());
            sent.extend(taken);
        }
        assert!(sent.len() > 400_000 && most < 100_000, "{} sent, at most {most} at once", sent.len());
        sent.extend(zip.end().unwrap());
        let mut archive = ::zip::ZipArchive::new(io::Cursor::new(sent)).unwrap();
        let mut part = archive.by_name("a").unwrap();
        assert_eq!(io::copy(&mut part, &mut io::sink()).unwrap(), 64 * 8_192);
    }
}
