//! Coded pictures out of RTP packets (RFC 6184), with an end to everything: a camera that sends nonsense gets no memory
//! beyond one picture's.

use super::parameters::Sets;
use crate::{AccessUnit, LiveError, VideoParameters};
use bytes::{BufMut, BytesMut};
use std::{collections::VecDeque, sync::Arc};

/// The largest coded picture: a key frame of the largest cameras has about one megabyte.
const LARGEST: usize = 4 * 1024 * 1024;
/// Longest of a NAL unit's lengths in [`AccessUnit::data`].
const LENGTH: usize = 4;

/// One packet of the stream.
pub(super) struct Packet<'a> {
    pub(super) payload: &'a [u8],
    /// When its picture is shown.
    pub(super) ticks: i64,
    /// It ends its picture.
    pub(super) last: bool,
    /// Packets before it are missing.
    pub(super) lost: bool,
}

/// Puts packets together.
pub(super) struct Depacketizer {
    sets: Sets,
    parameters: Option<Arc<VideoParameters>>,
    unit: Unit,
    /// Something was lost and nobody was told yet.
    gap: bool,
}

/// The picture being put together.
#[derive(Default)]
struct Unit {
    data: BytesMut,
    ticks: i64,
    slices: bool,
    key: bool,
    /// It came with something missing or wrong: it is left out.
    spoilt: bool,
    /// Where the length of the NAL unit stands of which parts are still to come.
    open: Option<usize>,
}

impl Depacketizer {
    /// For a stream of which these sets are known from the start.
    pub(super) fn new(known: Option<Sets>) -> Self {
        let sets = known.unwrap_or_default();
        Self { parameters: sets.read(), sets, unit: Unit::default(), gap: false }
    }

    /// Takes a packet; pictures that it makes whole are put behind `ready`.
    pub(super) fn push(&mut self, packet: &Packet, ready: &mut VecDeque<AccessUnit>) -> Result<(), LiveError> {
        if packet.lost {
            self.unit.spoilt = true;
            self.gap = true;
        }
        if packet.ticks != self.unit.ticks {
            // Not every camera marks the end of a picture; what was lost may have been it.
            let spoilt = packet.lost;
            self.finish(ready);
            self.unit.spoilt = spoilt && !starts(packet.payload);
            self.unit.ticks = packet.ticks;
        }
        self.take(packet.payload);
        if self.unit.data.len() > LARGEST {
            return Err(LiveError::TooLarge);
        }
        if packet.last {
            self.finish(ready);
        }
        Ok(())
    }

    fn take(&mut self, payload: &[u8]) {
        let Some(head) = payload.first() else {
            return;
        };
        match head & 31 {
            1..=23 => self.nal(payload),
            24 => self.aggregate(&payload[1..]),
            28 => self.part(payload),
            // Kinds that no camera sends in this mode.
            _ => self.unit.spoilt = true,
        }
    }

    /// Several NAL units in one packet, each behind its length.
    fn aggregate(&mut self, mut rest: &[u8]) {
        while let [high, low, after @ ..] = rest {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let Some(nal) = after.get(..length).filter(|nal| !nal.is_empty()) else {
                self.unit.spoilt = true;
                return;
            };
            self.nal(nal);
            rest = &after[length..];
        }
    }

    /// A part of a NAL unit.
    fn part(&mut self, payload: &[u8]) {
        let [indicator, part, body @ ..] = payload else {
            self.unit.spoilt = true;
            return;
        };
        let (first, end, kind) = (part & 0x80 != 0, part & 0x40 != 0, part & 31);
        if first {
            self.close();
            self.begin(indicator & 0x60 | kind);
        } else if self.unit.open.is_none() {
            self.unit.spoilt = true;
            return;
        }
        self.unit.data.put_slice(body);
        if end {
            self.close();
        }
    }

    /// A whole NAL unit.
    fn nal(&mut self, nal: &[u8]) {
        self.close();
        match nal[0] & 31 {
            7 | 8 => {
                self.set(nal);
            }
            // Delimiters and filling say nothing.
            9..=12 => {}
            _ => {
                self.begin(nal[0]);
                self.unit.data.put_slice(&nal[1..]);
                self.close();
            }
        }
    }

    /// Begins a NAL unit whose length is written when it is whole.
    fn begin(&mut self, head: u8) {
        self.unit.open = Some(self.unit.data.len());
        self.unit.data.put_u32(0);
        self.unit.data.put_u8(head);
    }

    /// The NAL unit begun last is whole.
    fn close(&mut self) {
        let Some(at) = self.unit.open.take() else {
            return;
        };
        let length = self.unit.data.len() - at - LENGTH;
        match self.unit.data[at + LENGTH] & 31 {
            7 | 8 => {
                // A set in parts: rare, but it must not stand among the pictures.
                let set = self.unit.data.split_off(at);
                self.set(&set[LENGTH..]);
                return;
            }
            5 => (self.unit.slices, self.unit.key) = (true, true),
            1..=4 => self.unit.slices = true,
            _ => {}
        }
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.unit.data[at..at + LENGTH].copy_from_slice(&length.to_be_bytes());
    }

    fn set(&mut self, nal: &[u8]) {
        if !self.sets.take(nal) {
            return;
        }
        // Where the new sets do not fit together yet, the second one is still to come.
        if let Some(read) = self.sets.read() {
            self.parameters = Some(read);
        }
    }

    /// Ends the picture and hands it on unless it is spoilt or empty.
    fn finish(&mut self, ready: &mut VecDeque<AccessUnit>) {
        // A part without its end is no NAL unit.
        self.unit.spoilt |= self.unit.open.is_some();
        let unit = std::mem::take(&mut self.unit);
        self.unit.ticks = unit.ticks;
        if unit.spoilt {
            self.gap = true;
            return;
        }
        if !unit.slices {
            return;
        }
        ready.push_back(AccessUnit {
            data: unit.data.freeze(),
            key: unit.key,
            gap: std::mem::take(&mut self.gap),
            shown_at: unit.ticks,
            parameters: self.parameters.clone(),
        });
    }
}

/// Whether a NAL unit begins in this packet, so that nothing before it belongs to it.
fn starts(payload: &[u8]) -> bool {
    match payload {
        [indicator, part, ..] if indicator & 31 == 28 => part & 0x80 != 0,
        _ => true,
    }
}

#[cfg(test)]
#[path = "h264/tests.rs"]
mod tests;
