//! Bodies with a deadline: what comes, and what goes.

use super::{Limits, pulse::Exchange, slot::ConnectionSlot};
use crate::metrics::ConnectionLimit;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until};

/// A fault of a body, as axum takes it.
type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A request's body, which has to come in time: a stranger's whole, others' at a least rate without long pauses.
pub(super) struct RequestBody<B> {
    body: B,
    slot: Arc<ConnectionSlot>,
    limits: Limits,
    /// From when somebody first waited for it.
    began: Option<Instant>,
    last: Instant,
    bytes: u64,
    late: Option<Pin<Box<Sleep>>>,
    unread: Arc<AtomicBool>,
}

impl<B: Body<Data = Bytes>> RequestBody<B> {
    pub(super) fn new(body: B, slot: Arc<ConnectionSlot>, limits: Limits, unread: Arc<AtomicBool>) -> Self {
        unread.store(!body.is_end_stream(), Ordering::Relaxed);
        Self { body, slot, limits, began: None, last: Instant::now(), bytes: 0, late: None, unread }
    }

    /// When the next piece must have come.
    fn due(&self, began: Instant) -> Instant {
        let limits = &self.limits;
        if !self.slot.is_known() {
            return began + limits.strangers_body;
        }
        let at_least_rate = self.bytes * 1_000 / limits.body_bytes_a_second.max(1);
        let allowed = limits.body_pause + Duration::from_millis(at_least_rate);
        (began + allowed.min(limits.body)).min(self.last + limits.body_pause)
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BodyError>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let began = *this.began.get_or_insert_with(|| {
            this.last = Instant::now();
            this.last
        });
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                this.last = Instant::now();
                if let Some(Ok(data)) = frame.as_ref().map(|frame| frame.as_ref().map(Frame::data_ref)) {
                    this.bytes += data.map_or(0, |data| data.len() as u64);
                }
                if frame.is_none() || this.body.is_end_stream() {
                    this.unread.store(false, Ordering::Relaxed);
                }
                // A body that trickles is late however many pieces it comes in.
                if frame.is_some() && !this.body.is_end_stream() && this.due(began) <= this.last {
                    return Poll::Ready(Some(Err(this.slot.ended(ConnectionLimit::Body))));
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                let due = this.due(began);
                let late = this.late.get_or_insert_with(|| Box::pin(sleep_until(due)));
                if late.deadline() != due {
                    late.as_mut().reset(due);
                }
                match late.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(this.slot.ended(ConnectionLimit::Body)))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl ConnectionSlot {
    /// Counts what ended, and says it to whoever was reading.
    fn ended(&self, why: ConnectionLimit) -> BodyError {
        self.count(why);
        Box::new(io::Error::from(io::ErrorKind::TimedOut))
    }
}

/// An answer's body, which says whom the next piece waits for.
pub(super) struct AnswerBody<B> {
    body: B,
    exchange: Exchange,
}

impl<B> AnswerBody<B> {
    pub(super) fn new(body: B, mut exchange: Exchange) -> Self {
        exchange.is_ours(false);
        Self { body, exchange }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for AnswerBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        self.exchange.is_ours(frame.is_pending());
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
