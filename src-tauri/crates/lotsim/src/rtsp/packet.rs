//! RTP: a picture's NAL units in packets, each behind its interleaved head (RFC 6184, RFC 2326 10.12).

use crate::film::Frame;
use bytes::{BufMut, BytesMut};

/// Payload of one packet, so that it would fit a network's packet.
const PAYLOAD: usize = 1400;
/// The kind of pictures announced.
pub(super) const KIND: u8 = 96;

/// Numbers the packets of one session.
pub(super) struct Packets {
    channel: u8,
    pub(super) number: u16,
    source: u32,
}

impl Packets {
    pub(super) fn new(channel: u8) -> Self {
        Self { channel, number: rand::random(), source: rand::random() }
    }

    /// Appends a picture.
    pub(super) fn picture(&mut self, frame: &Frame, out: &mut BytesMut) {
        let last = frame.nals.len().saturating_sub(1);
        for (at, nal) in frame.nals.iter().enumerate() {
            self.unit(nal, frame.ticks, at == last, out);
        }
    }

    /// Appends a NAL unit, in parts where it is large.
    fn unit(&mut self, nal: &[u8], ticks: u32, last: bool, out: &mut BytesMut) {
        let [head, body @ ..] = nal else {
            return;
        };
        if nal.len() <= PAYLOAD {
            self.packet(&[], nal, ticks, last, out);
            return;
        }
        let parts = body.chunks(PAYLOAD - 2);
        let count = parts.len();
        for (at, part) in parts.enumerate() {
            let (first, end) = (at == 0, at + 1 == count);
            let fragment = fragment(*head, first, end);
            self.packet(&fragment, part, ticks, last && end, out);
        }
    }

    /// Appends one packet.
    pub(super) fn packet(&mut self, head: &[u8], body: &[u8], ticks: u32, mark: bool, out: &mut BytesMut) {
        self.number = self.number.wrapping_add(1);
        let length = 12 + head.len() + body.len();
        out.put_slice(&[b'$', self.channel]);
        out.put_u16(u16::try_from(length).unwrap_or(u16::MAX));
        out.put_u8(0x80);
        out.put_u8(KIND | if mark { 0x80 } else { 0 });
        out.put_u16(self.number);
        out.put_u32(ticks);
        out.put_u32(self.source);
        out.put_slice(head);
        out.put_slice(body);
    }
}

/// The two bytes before a part of a NAL unit (FU-A).
pub(super) fn fragment(head: u8, first: bool, end: bool) -> [u8; 2] {
    let part = if first { 0x80 } else { 0 } | if end { 0x40 } else { 0 };
    [head & 0x60 | 0x1c, head & 31 | part]
}
