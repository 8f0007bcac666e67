//! The newest pictures of one camera: from the last key picture on, and never more than so many bytes.

use bytes::Bytes;
use lanedesk_wire::live::LiveFormat;
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// Most bytes kept of one camera: over ten seconds of the largest.
const MOST: usize = 16 * 1024 * 1024;
/// Pictures older than the newest key picture are kept this long for those who are just sending them.
const SPARE: Duration = Duration::from_secs(1);
/// A watcher this far behind a newer key picture goes on there.
const BEHIND: Duration = Duration::from_millis(600);

/// What has to be sent before the pictures that follow it.
#[derive(Debug)]
pub(super) struct StreamHead {
    pub(super) format: LiveFormat,
    /// The initialisation segment; empty where there is none.
    pub(super) bytes: Bytes,
}

/// One picture, ready to be sent.
#[derive(Debug)]
pub(super) struct Piece {
    /// Whether somebody can begin here.
    pub(super) key: bool,
    pub(super) begin: Arc<StreamHead>,
    pub(super) bytes: Bytes,
    /// When it came from the camera.
    pub(super) at: Instant,
}

/// Pieces by their numbers, which count up for ever.
pub(super) struct Ring {
    pieces: VecDeque<Arc<Piece>>,
    /// Number of the first one kept.
    first: u64,
    newest_key: Option<u64>,
    bytes: usize,
    /// Bytes that may be kept.
    most: usize,
}

impl Default for Ring {
    fn default() -> Self {
        Self { pieces: VecDeque::new(), first: 0, newest_key: None, bytes: 0, most: MOST }
    }
}

/// What a watcher gets who wants the piece with a number.
pub(super) enum RingAnswer {
    /// That one.
    Piece(Arc<Piece>),
    /// A newer one, because the watcher fell behind: its number.
    Jump(u64),
    /// It has not come yet.
    Wait,
}

impl Ring {
    /// Keeps no more than so many bytes from the next picture on.
    pub(super) fn keep_at_most(&mut self, bytes: usize) {
        self.most = bytes.min(MOST);
    }

    /// Bytes kept now.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Puts the newest one in and drops what nobody needs any more.
    pub(super) fn put(&mut self, piece: Arc<Piece>) {
        let now = piece.at;
        if piece.key {
            self.newest_key = Some(self.next());
        }
        self.bytes += piece.bytes.len();
        self.pieces.push_back(piece);
        let newest_key = self.newest_key;
        while let Some(oldest) = self.pieces.front() {
            let spent =
                newest_key.is_some_and(|key| self.first < key) && now.saturating_duration_since(oldest.at) > SPARE;
            if !spent && self.bytes <= self.most {
                break;
            }
            self.bytes -= oldest.bytes.len();
            self.pieces.pop_front();
            self.first += 1;
        }
        self.newest_key = newest_key.filter(|key| *key >= self.first);
    }

    /// The number of the next one to come.
    fn next(&self) -> u64 {
        self.first + self.pieces.len() as u64
    }

    /// Where somebody can begin.
    pub(super) const fn newest_key(&self) -> Option<u64> {
        self.newest_key
    }

    fn piece(&self, number: u64) -> Option<&Arc<Piece>> {
        let at = number.checked_sub(self.first)?;
        self.pieces.get(usize::try_from(at).ok()?)
    }

    /// What a watcher gets who wants this number.
    pub(super) fn get(&self, number: u64, now: Instant) -> RingAnswer {
        let newer = self.newest_key.filter(|key| *key > number);
        let Some(piece) = self.piece(number) else {
            return match newer {
                Some(key) => RingAnswer::Jump(key),
                // What was wanted is dropped and there is no key picture after it: the next one that comes.
                None if number < self.first => RingAnswer::Jump(self.next()),
                None => RingAnswer::Wait,
            };
        };
        match newer {
            Some(key) if now.saturating_duration_since(piece.at) > BEHIND => RingAnswer::Jump(key),
            _ => RingAnswer::Piece(Arc::clone(piece)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanedesk_wire::live::LiveKind;

    fn piece(key: bool, at: Instant, length: usize) -> Arc<Piece> {
        let format = LiveFormat { kind: LiveKind::Mp4, mime: String::new(), width: 0, height: 0 };
        let begin = Arc::new(StreamHead { format, bytes: Bytes::new() });
        Arc::new(Piece { key, begin, bytes: vec![0; length].into(), at })
    }

    #[test]
    fn who_falls_behind_goes_on_at_the_newest_key_picture() {
        let (mut ring, begun) = (Ring::default(), Instant::now());
        let at = |tenths: u64| begun + Duration::from_millis(100 * tenths);
        for tenths in 0..12 {
            ring.put(piece(tenths % 5 == 0, at(tenths), 10));
        }
        assert_eq!(ring.newest_key(), Some(10));
        assert!(matches!(ring.get(9, at(11)), RingAnswer::Piece(_)), "nearly there");
        assert!(matches!(ring.get(3, at(11)), RingAnswer::Jump(10)));
        assert!(matches!(ring.get(12, at(11)), RingAnswer::Wait));
        let late = ring.get(11, at(90));
        assert!(matches!(late, RingAnswer::Piece(_)), "late, but there is no newer key picture to go on at");
    }

    #[test]
    fn memory_has_an_end_even_where_no_key_picture_comes() {
        let (mut ring, now) = (Ring::default(), Instant::now());
        ring.put(piece(true, now, 1_000_000));
        for _ in 0..40 {
            ring.put(piece(false, now, 1_000_000));
        }
        assert!(ring.bytes <= MOST);
        assert_eq!(ring.newest_key(), None, "nobody can begin before the next one");
        assert!(matches!(ring.get(0, now), RingAnswer::Jump(41)));
        ring.put(piece(true, now, 1_000));
        assert_eq!(ring.newest_key(), Some(41));
        assert!(matches!(ring.get(41, now), RingAnswer::Piece(_)));
        // Where many cameras are watched, there is less for each.
        ring.keep_at_most(100_000);
        (0..40).for_each(|_| ring.put(piece(false, now, 10_000)));
        assert!(ring.bytes() <= 100_000);
    }
}
