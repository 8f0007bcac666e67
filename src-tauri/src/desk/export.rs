//! Writing what the hub sends into a file of the person's download folder, piece by piece.

use super::{Desk, now};
use crate::{
    commands::{Reply, opening::ExportDone},
    events::ExportProgress,
};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use lanedesk_client::{CallError, ExportFormat, Hub};
use lanedesk_domain::zone::Zone;
use lanedesk_wire::{
    filter::OpeningFilter,
    problem::{Code, Problem},
};
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{fs::File, io::AsyncWriteExt, sync::Notify};

/// A hub that has sent nothing for so long has stopped.
const SILENCE: Duration = Duration::from_secs(30);
/// How often progress is told.
const TOLD: Duration = Duration::from_millis(200);
/// Names tried before a folder counts as unusable.
const NAMES: u32 = 1000;

impl Desk {
    /// Writes the openings of a filter into a new file. `None`: it was cancelled, and nothing of it stays.
    pub async fn export_openings(&self, filter: OpeningFilter, format: ExportFormat) -> Reply<Option<ExportDone>> {
        let lines = format == ExportFormat::Csv;
        self.export(&self.file_name(format), lines, |hub| async move { hub.export_openings(&filter, format).await })
            .await
    }

    /// Writes what `pieces` gives into a new file; `lines`: its rows can be counted by their line ends.
    pub(super) async fn export<F, S>(
        &self,
        name: &str,
        lines: bool,
        pieces: impl FnOnce(Hub) -> F,
    ) -> Reply<Option<ExportDone>>
    where
        F: Future<Output = Result<S, CallError>>,
        S: Stream<Item = Result<Bytes, CallError>>,
    {
        let cancelled = Arc::new(Notify::new());
        // One at a time: a new one ends the one before.
        if let Some(before) = self.state().export.replace(cancelled.clone()) {
            before.notify_one();
        }
        let mut file = PartialFile::begin(self.downloads(), name).await.map_err(|error| self.not_written(&error))?;
        let written = tokio::select! {
            written = self.write(&mut file, Count::of(lines), pieces) => written.map(Some),
            () = cancelled.notified() => Ok(None),
        };
        let Some(rows) = written? else {
            return Ok(None);
        };
        let path = file.finish().await.map_err(|error| self.not_written(&error))?;
        let path = path.to_string_lossy().into_owned();
        Ok(Some(ExportDone { path, rows }))
    }

    /// Stops the export that is being written.
    pub fn cancel_export(&self) {
        if let Some(cancelled) = &self.state().export {
            cancelled.notify_one();
        }
    }

    /// Writes what comes; the rows in it, where they can be counted.
    async fn write<F, S>(
        &self,
        file: &mut PartialFile,
        mut count: Count,
        pieces: impl FnOnce(Hub) -> F,
    ) -> Reply<Option<u32>>
    where
        F: Future<Output = Result<S, CallError>>,
        S: Stream<Item = Result<Bytes, CallError>>,
    {
        let pieces = self.ask(pieces).await?;
        let mut pieces = std::pin::pin!(pieces);
        let (mut bytes, mut told_at) = (0_u64, Instant::now());
        while let Some(piece) = self.next(&mut pieces).await? {
            count.read(&piece);
            bytes += piece.len() as u64;
            file.write(&piece).await.map_err(|error| self.not_written(&error))?;
            if told_at.elapsed() > TOLD {
                told_at = Instant::now();
                let rows = count.rows();
                self.page().export_progress(ExportProgress { rows, bytes });
            }
        }
        let rows = count.rows();
        self.page().export_progress(ExportProgress { rows, bytes });
        Ok(rows)
    }

    async fn next<T>(&self, pieces: &mut (impl Stream<Item = Result<T, CallError>> + Unpin)) -> Reply<Option<T>> {
        let next = tokio::time::timeout(SILENCE, pieces.next()).await;
        let next = next.map_err(|_| self.broken_off())?;
        Ok(next.transpose()?)
    }

    /// The day at the lots of the hub that somebody is logged in at (R55).
    pub(super) fn today(&self) -> String {
        let state = self.state();
        let told = state.person.as_ref().map(|person| &person.time_zone);
        let zone = told.and_then(|name| name.parse::<Zone>().ok());
        zone.unwrap_or_default().day(now())
    }

    /// What the file is called: the day it was made, never what is in it.
    fn file_name(&self, format: ExportFormat) -> String {
        let day = self.today();
        let name = self.settings().language.pick("开闸列表", "openings");
        let ending = match format {
            ExportFormat::Csv => "csv",
            ExportFormat::Xlsx => "xlsx",
        };
        format!("{name}-{day}.{ending}")
    }

    fn not_written(&self, error: &std::io::Error) -> Box<Problem> {
        tracing::warn!(%error, "an export could not be written");
        let full = error.kind() == ErrorKind::StorageFull;
        let detail = if full {
            ("磁盘已满，没有导出。", "The disk is full; nothing was exported.")
        } else {
            ("下载文件夹无法写入，没有导出。", "The download folder cannot be written to; nothing was exported.")
        };
        self.problem(Code::DeskFault, ("导出失败", "Export failed"), detail)
    }

    fn broken_off(&self) -> Box<Problem> {
        self.problem(
            Code::HubUnreachable,
            ("导出中断", "Export broken off"),
            (
                "中心没有继续发送，没有导出。请检查网络后再试。",
                "The hub stopped sending; nothing was exported. Check the network and try again.",
            ),
        )
    }
}

/// A file on its way. Dropped before it is finished, nothing of it stays.
struct PartialFile {
    file: File,
    /// Where it is written.
    part: PathBuf,
    /// Its name once it is whole, held by an empty file so that nobody else takes it.
    whole: PathBuf,
    finished: bool,
}

impl PartialFile {
    async fn begin(folder: &Path, name: &str) -> std::io::Result<Self> {
        tokio::fs::create_dir_all(folder).await?;
        let whole = free_name(folder, name).await?;
        let mut part = whole.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = match File::create(&part).await {
            Ok(file) => file,
            Err(error) => {
                tokio::fs::remove_file(&whole).await?;
                return Err(error);
            }
        };
        Ok(Self { file, part, whole, finished: false })
    }

    async fn write(&mut self, piece: &[u8]) -> std::io::Result<()> {
        self.file.write_all(piece).await
    }

    async fn finish(mut self) -> std::io::Result<PathBuf> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        tokio::fs::rename(&self.part, &self.whole).await?;
        self.finished = true;
        Ok(self.whole.clone())
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        if !self.finished {
            for path in [&self.part, &self.whole] {
                if let Err(error) = std::fs::remove_file(path) {
                    tracing::info!(%error, "a part of an export stays");
                }
            }
        }
    }
}

/// Takes the first of `name`, `name (2)`, `name (3)` … that nobody has.
async fn free_name(folder: &Path, name: &str) -> std::io::Result<PathBuf> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    for nth in 1..=NAMES {
        let path = match nth {
            1 => folder.join(name),
            nth => folder.join(format!("{stem} ({nth}).{ending}")),
        };
        match File::create_new(&path).await {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Counts openings while they pass.
enum Count {
    /// Line ends outside quotes; the first line names the columns.
    Csv { lines: u32, quoted: bool },
    /// A workbook is packed; nothing in it can be counted on the way.
    Packed,
}

impl Count {
    fn of(lines: bool) -> Self {
        if lines { Self::Csv { lines: 0, quoted: false } } else { Self::Packed }
    }

    fn read(&mut self, piece: &[u8]) {
        if let Self::Csv { lines, quoted } = self {
            for byte in piece {
                match byte {
                    b'"' => *quoted = !*quoted,
                    b'\n' if !*quoted => *lines += 1,
                    _ => {}
                }
            }
        }
    }

    fn rows(&self) -> Option<u32> {
        match self {
            Self::Csv { lines, .. } => Some(lines.saturating_sub(1)),
            Self::Packed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, PartialFile};

    #[test]
    fn a_line_end_in_a_remark_is_no_new_opening() {
        let mut count = Count::of(true);
        for piece in [&b"id,remark\r\n1,\"a\r\n"[..], b"b \"\"c\"\"\"\r\n2,d", b"\r\n"] {
            count.read(piece);
        }
        assert_eq!(count.rows(), Some(2));
    }

    #[tokio::test]
    async fn a_file_is_never_written_over_and_a_part_never_stays() {
        let folder = tempfile::tempdir().unwrap();
        let named = |name: &str| folder.path().join(name);
        std::fs::write(named("o.csv"), "mine").unwrap();
        let mut second = PartialFile::begin(folder.path(), "o.csv").await.unwrap();
        second.write(b"theirs").await.unwrap();
        let dropped = PartialFile::begin(folder.path(), "o.csv").await.unwrap();
        drop(dropped);
        assert_eq!(second.finish().await.unwrap(), named("o (2).csv"));
        assert_eq!(std::fs::read(named("o.csv")).unwrap(), b"mine");
        assert_eq!(std::fs::read(named("o (2).csv")).unwrap(), b"theirs");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
