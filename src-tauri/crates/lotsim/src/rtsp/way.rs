//! The way packets take: in the connection itself, each behind its interleaved head, or as datagrams beside it.

use std::{
    io, iter,
    net::{IpAddr, SocketAddr},
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpStream, UdpSocket},
};

/// Where packets are lost, one out of so many is.
const LOST_EVERY: u32 = 40;
/// The interleaved head: a dollar sign, a channel, a length.
const HEAD: usize = 4;
/// So many pairs of ports are tried: the one behind a free port may be taken.
const TRIES: usize = 32;

/// Two ports that follow each other, the lower one even (RFC 3550, 11).
pub(super) struct Datagrams {
    pictures: UdpSocket,
    /// Nobody's reports are read; it is held so that they are not refused.
    _reports: UdpSocket,
    /// The lower port.
    pub(super) port: u16,
}

impl Datagrams {
    /// Opens a pair of ports towards the other side's.
    pub(super) fn open(own: IpAddr, theirs: SocketAddr) -> io::Result<Self> {
        let bind = |port| {
            let socket = std::net::UdpSocket::bind(SocketAddr::new(own, port))?;
            socket.set_nonblocking(true)?;
            Ok::<_, io::Error>(socket)
        };
        for _ in 0..TRIES {
            let first = bind(0)?;
            let port = first.local_addr()?.port();
            let Some(next) = port.checked_add(1).filter(|_| port.is_multiple_of(2)) else {
                continue;
            };
            if let Ok(second) = bind(next) {
                first.connect(theirs)?;
                return Ok(Self {
                    pictures: UdpSocket::from_std(first)?,
                    _reports: UdpSocket::from_std(second)?,
                    port,
                });
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }
}

/// How this session's packets travel.
#[derive(Default)]
pub(super) struct Way {
    /// None: in the connection.
    pub(super) datagrams: Option<Datagrams>,
    /// Packets so far.
    count: u32,
}

impl Way {
    /// Sends packets, each behind its interleaved head.
    pub(super) async fn send(&mut self, stream: &mut TcpStream, written: &[u8], lossy: bool) -> io::Result<()> {
        let mut lost = |_: &&[u8]| {
            self.count = self.count.wrapping_add(1);
            lossy && self.count.is_multiple_of(LOST_EVERY)
        };
        let Some(datagrams) = &self.datagrams else {
            if !lossy {
                return stream.write_all(written).await;
            }
            let arriving: Vec<&[u8]> = packets(written).filter(|one| !lost(one)).collect();
            return stream.write_all(&arriving.concat()).await;
        };
        for packet in packets(written).filter(|one| !lost(one)) {
            let bare = if packet[0] == b'$' { packet.get(HEAD..) } else { Some(packet) };
            // Nobody there any more is no fault of datagrams: the connection tells.
            let _ = datagrams.pictures.send(bare.unwrap_or_default()).await;
        }
        Ok(())
    }
}

/// What was written, packet by packet; what has no framing comes in one piece.
fn packets(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    iter::from_fn(move || {
        let length = match rest {
            [] => return None,
            [b'$', _, high, low, ..] => HEAD + usize::from(u16::from_be_bytes([*high, *low])),
            _ => rest.len(),
        };
        let (packet, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        Some(packet)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_taken_apart_by_their_heads_and_noise_comes_in_one_piece() {
        let written = b"$\0\0\x02ab$\0\0\x01cnoise$";
        let taken: Vec<&[u8]> = packets(written).collect();
        assert_eq!(taken, [&b"$\0\0\x02ab"[..], b"$\0\0\x01c", b"noise$"]);
    }
}
