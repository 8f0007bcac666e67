//! What a camera out of its mind sends in place of pictures.

use super::packet::{Packets, fragment};
use crate::{Fault, Lane, film::Frame};
use bytes::{BufMut, BytesMut};
use rand::RngCore;

/// One step of an enormous NAL unit: it goes on for as long as somebody takes it.
const STEP: usize = 512 * 1024;

/// Counts what was sent, and begins anew with each session.
#[derive(Default)]
pub(super) struct Trouble {
    garbage: u32,
    /// When the picture without end is shown.
    enormous: Option<u32>,
}

impl Trouble {
    /// Appends what the faults switched on make of a picture. False: none is on, the picture itself is to be sent.
    pub(super) fn instead(&mut self, lane: &Lane, frame: &Frame, packets: &mut Packets, out: &mut BytesMut) -> bool {
        if lane.has(Fault::LiveSilent) || (lane.has(Fault::NoKeyFrame) && frame.key) {
            return true;
        }
        if lane.has(Fault::HugeNal) {
            self.enormous(frame.ticks, packets, out);
            return true;
        }
        if lane.has(Fault::LiveGarbage) {
            self.garbage(frame.ticks, packets, out);
            return true;
        }
        false
    }

    /// A NAL unit that never ends.
    fn enormous(&mut self, ticks: u32, packets: &mut Packets, out: &mut BytesMut) {
        let first = self.enormous.is_none();
        let ticks = *self.enormous.get_or_insert(ticks);
        let zeros = [0x55; 1398];
        packets.packet(&fragment(0x65, first, false), &zeros, ticks, false, out);
        let goal = out.len() + STEP;
        while out.len() < goal {
            packets.packet(&fragment(0x65, false, false), &zeros, ticks, false, out);
        }
    }

    /// First what is wrong inside packets, then packets that are none, at last no framing at all.
    fn garbage(&mut self, ticks: u32, packets: &mut Packets, out: &mut BytesMut) {
        let mut noise = [0; 300];
        rand::rng().fill_bytes(&mut noise);
        match self.garbage {
            // Kinds of NAL units that do not exist, parts without a beginning, empty packets.
            0 => packets.packet(&[31], &noise, ticks, true, out),
            1 => packets.packet(&fragment(0x65, false, true), &noise, ticks, true, out),
            2 => packets.packet(&[], &[], ticks, true, out),
            3 => packets.packet(&[0x67], &noise, ticks, false, out),
            4 => packets.packet(&[0x68], &noise, ticks, false, out),
            5 => packets.packet(&[0x65], &noise, ticks, true, out),
            // An aggregate that says it is longer than it is.
            6 => packets.packet(&[24, 0xff, 0xff], &noise, ticks, true, out),
            7..12 => {
                out.put_slice(&[b'$', 0, 1, 44]);
                out.put_slice(&noise);
            }
            _ => out.put_slice(&noise),
        }
        self.garbage += 1;
    }
}
