//! The password is not told in the clear: what the library would say to a camera goes through here first, and a camera that
//! asks for Basic gets nothing (invariant 16). The library itself answers whatever is asked for.

use crate::DeviceError;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::AbortHandle,
};
use url::Url;

/// What is never sent, in small letters.
const CLEAR: &[u8] = b"authorization: basic";
/// Longest head of an answer.
const MAX_HEAD: usize = 16 * 1024;

/// A way to a camera that lets no password through in the clear. Ends when it is dropped.
pub(super) struct Guard {
    address: SocketAddr,
    refused: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Guard {
    /// Stands before the first of these addresses that answers.
    pub(super) async fn before(camera: &[SocketAddr]) -> Result<Self, DeviceError> {
        let not_sent = |_| DeviceError::NotSent("no connection");
        let line = TcpStream::connect(camera).await.map_err(not_sent)?;
        let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let door = door.map_err(not_sent)?;
        let address = door.local_addr().map_err(not_sent)?;
        let refused = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&refused);
        let task = tokio::spawn(async move {
            // One guest, the library; nobody knows of the door but it.
            let Ok((guest, _)) = door.accept().await else {
                return;
            };
            drop(door);
            let _ = (guest.set_nodelay(true), line.set_nodelay(true));
            let (from_guest, to_guest) = guest.into_split();
            let (from_camera, to_camera) = line.into_split();
            tokio::select! {
                () = outward(from_guest, to_camera, &told) => {}
                () = inward(from_camera, to_guest) => {}
            }
        });
        Ok(Self { address, refused, task: task.abort_handle() })
    }

    /// Where the library finds it.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the camera asked for the password in the clear.
    pub(super) fn has_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What is said to the camera. A few requests, so looking at every byte costs nothing.
async fn outward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, refused: &AtomicBool) {
    let (mut piece, mut seen) = (vec![0; 4096], Vec::new());
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        seen.extend(piece[..read].to_ascii_lowercase());
        if holds(&seen, CLEAR) {
            refused.store(true, Ordering::Relaxed);
            return;
        }
        // The word may be cut in two by the pieces.
        seen.drain(..seen.len().saturating_sub(CLEAR.len()));
        if to.write_all(&piece[..read]).await.is_err() {
            return;
        }
    }
}

async fn inward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        if to.write_all(&piece[..read]).await.is_err() {
            return;
        }
    }
}

/// Asks the first of these addresses that answers what it wants, telling it nothing. Answers where it was.
pub(super) async fn asked_beforehand(camera: &[SocketAddr], url: &Url) -> Result<SocketAddr, DeviceError> {
    let not_sent = |_| DeviceError::NotSent("no connection");
    let mut line = TcpStream::connect(camera).await.map_err(not_sent)?;
    let at = line.peer_addr().map_err(not_sent)?;
    let question = format!("DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n");
    let broken = |_| DeviceError::Unanswered("the live picture broke off");
    line.write_all(question.as_bytes()).await.map_err(broken)?;
    let (mut piece, mut head) = ([0; 1024], Vec::new());
    while !holds(&head, b"\r\n\r\n") && head.len() < MAX_HEAD {
        match line.read(&mut piece).await.map_err(broken)? {
            0 => break,
            read => head.extend(piece[..read].to_ascii_lowercase()),
        }
    }
    let asks = |word: &[u8]| holds(&head, b"www-authenticate:") && holds(&head, word);
    if asks(b"basic") && !asks(b"digest") {
        return Err(DeviceError::ClearPassword);
    }
    Ok(at)
}

fn holds(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|part| part == word)
}
