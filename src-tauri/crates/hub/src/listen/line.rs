//! A connection's bytes: watched for heads that begin, for an other end that takes nothing, and closed so that the last
//! answer arrives.

use super::{Limits, pulse::Pulse, slot::ConnectionSlot};
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How long what still comes is thrown away after an answer that did not wait for it. Closed at once, the system would
/// throw our answer away as well.
const LINGER: Duration = Duration::from_secs(1);

/// A connection, its place in the book, and the time it may take.
pub(super) struct ClientConnection<S> {
    stream: S,
    pulse: Arc<Pulse>,
    /// Held as long as the connection, also where it has become a WebSocket.
    _slot: Arc<ConnectionSlot>,
    /// It speaks HTTP/2.
    frames: bool,
    /// A request's body was not taken to its end.
    unread: Arc<AtomicBool>,
    stall: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
    lingering: Option<Pin<Box<Sleep>>>,
}

impl<S> ClientConnection<S> {
    pub(super) fn new(
        stream: S,
        (pulse, slot): (Arc<Pulse>, Arc<ConnectionSlot>),
        frames: bool,
        unread: Arc<AtomicBool>,
        limits: &Limits,
    ) -> Self {
        Self { stream, pulse, _slot: slot, frames, unread, stall: limits.stall, stalled: None, lingering: None }
    }

    /// An other end that takes nothing for too long is gone, or wants to be in the way.
    fn moved<T>(&mut self, cx: &mut Context<'_>, step: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if step.is_ready() {
            self.stalled = None;
            return step;
        }
        let stall = self.stall;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(stall))).as_mut();
        ready!(stalled.poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ClientConnection<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.pulse.heard(self.frames);
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for ClientConnection<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let step = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.moved(cx, step)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let step = Pin::new(&mut self.stream).poll_flush(cx);
        self.moved(cx, step)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            let step = Pin::new(&mut self.stream).poll_shutdown(cx);
            ready!(self.moved(cx, step))?;
            if !self.unread.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
            self.lingering = Some(Box::pin(sleep(LINGER)));
        }
        let mut waste = [0; 4096];
        loop {
            let this = &mut *self;
            if let Some(over) = &mut this.lingering
                && over.as_mut().poll(cx).is_ready()
            {
                return Poll::Ready(Ok(()));
            }
            let mut buf = ReadBuf::new(&mut waste);
            match Pin::new(&mut this.stream).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let step = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.moved(cx, step)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
