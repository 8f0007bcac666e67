//! Numbers for Prometheus, present from the start.

use crate::refusal::Refusal;
use lanedesk_domain::order::OrderResult;
use std::{
    fmt::Write as _,
    sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

/// Upper bounds of the buckets in which request times are counted, in milliseconds.
const BUCKETS_MS: [u64; 8] = [1, 3, 5, 10, 50, 250, 1_000, 12_000];

/// A limit of connections that was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionLimit {
    /// No TLS handshake in time.
    Handshake,
    /// No whole head in time.
    Head,
    /// No whole body in time.
    Body,
    /// The other end took nothing of an answer.
    Stalled,
    /// Nothing was asked for a while; no harm in that.
    Idle,
    /// A stranger made room for a newer one.
    Evicted,
    /// There was no room.
    Crowded,
}

impl ConnectionLimit {
    /// All of them.
    const ALL: [(Self, &'static str); 7] = [
        (Self::Handshake, "handshake"),
        (Self::Head, "head"),
        (Self::Body, "body"),
        (Self::Stalled, "stalled"),
        (Self::Idle, "idle"),
        (Self::Evicted, "evicted"),
        (Self::Crowded, "crowded"),
    ];
}

/// What the hub counts.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Connections, and those of them that have not shown who they are.
    lines: AtomicUsize,
    strangers: AtomicUsize,
    /// By place in [`ConnectionLimit::ALL`].
    ended: [AtomicU64; ConnectionLimit::ALL.len()],
    /// By place in [`Refusal::ALL`].
    refused: [AtomicU64; Refusal::ALL.len()],
    streams: AtomicI64,
    /// Cameras the hub is pulling live pictures from.
    live_upstreams: AtomicI64,
    /// Desks that watch a live picture, one for each.
    live_watchers: AtomicI64,
    live_skipped: AtomicU64,
    /// Bytes of live pictures in memory, over all cameras.
    live_bytes: AtomicI64,
    /// By place in [`OrderResult::ALL`].
    orders: [AtomicU64; OrderResult::ALL.len()],
    slow_streams: AtomicU64,
    /// Lanes' pages put together for those who watch them.
    pages: AtomicU64,
    /// Times the site was read anew after a change.
    site_reads: AtomicU64,
    /// Requests by time, each in the first bucket it fits; the last holds what fits none.
    requests: [AtomicU64; BUCKETS_MS.len() + 1],
    request_micros: AtomicU64,
    /// Requests answered with a status of 500 or more.
    failed: AtomicU64,
}

/// Counts one thing while it lives.
#[derive(Debug)]
pub struct Gauge<'a>(&'a AtomicI64);

impl Drop for Gauge<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Bytes that one keeps, counted among those of all; none once it is dropped.
#[derive(Debug)]
pub struct ByteGuard<'a> {
    all: &'a AtomicI64,
    own: i64,
}

impl ByteGuard<'_> {
    /// So many they are now.
    pub fn are(&mut self, bytes: usize) {
        let now = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.all.fetch_add(now - self.own, Ordering::Relaxed);
        self.own = now;
    }
}

impl Drop for ByteGuard<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(self.own, Ordering::Relaxed);
    }
}

impl Metrics {
    /// So many connections there are now, and so many of them are strangers'.
    pub(crate) fn lines(&self, all: usize, strangers: usize) {
        self.lines.store(all, Ordering::Relaxed);
        self.strangers.store(strangers, Ordering::Relaxed);
    }

    /// A limit was met.
    pub(crate) fn ended(&self, why: ConnectionLimit) {
        if let Some(at) = ConnectionLimit::ALL.iter().position(|(other, _)| *other == why) {
            self.ended[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Something was refused.
    pub(crate) fn refused(&self, what: Refusal) {
        if let Some(at) = Refusal::ALL.iter().position(|other| *other == what) {
            self.refused[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A desk listens until the answer is dropped.
    pub fn stream(&self) -> Gauge<'_> {
        self.streams.fetch_add(1, Ordering::Relaxed);
        Gauge(&self.streams)
    }

    /// A camera is pulled from until the answer is dropped.
    pub fn live_upstream(&self) -> Gauge<'_> {
        self.live_upstreams.fetch_add(1, Ordering::Relaxed);
        Gauge(&self.live_upstreams)
    }

    /// A live picture is watched until the answer is dropped.
    pub fn live_watcher(&self) -> Gauge<'_> {
        self.live_watchers.fetch_add(1, Ordering::Relaxed);
        Gauge(&self.live_watchers)
    }

    /// Counts the bytes kept of one camera's pictures until the answer is dropped.
    pub fn live_kept(&self) -> ByteGuard<'_> {
        ByteGuard { all: &self.live_bytes, own: 0 }
    }

    /// Pictures were left out for somebody who did not keep up.
    pub fn live_skipped(&self) {
        self.live_skipped.fetch_add(1, Ordering::Relaxed);
    }

    /// A stream was cut because its desk did not keep up.
    pub fn stream_was_slow(&self) {
        self.slow_streams.fetch_add(1, Ordering::Relaxed);
    }

    /// A lane's page was put together for those who watch it.
    pub fn page(&self) {
        self.pages.fetch_add(1, Ordering::Relaxed);
    }

    /// The site was read anew, whole, after a change.
    pub fn site_read(&self) {
        self.site_reads.fetch_add(1, Ordering::Relaxed);
    }

    /// An order came to a result.
    pub fn order(&self, result: OrderResult) {
        if let Some(at) = OrderResult::ALL.iter().position(|other| *other == result) {
            self.orders[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A request was answered.
    pub fn request(&self, took: Duration, failed: bool) {
        let ms = took.as_millis();
        let bucket = BUCKETS_MS.iter().position(|bound| ms < u128::from(*bound));
        self.requests[bucket.unwrap_or(BUCKETS_MS.len())].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.request_micros.fetch_add(micros, Ordering::Relaxed);
        self.failed.fetch_add(u64::from(failed), Ordering::Relaxed);
    }

    /// Everything as Prometheus text. `leases`, `online` and `offline` are counted elsewhere, when asked.
    pub fn render(&self, leases: i64, online: u32, offline: u32) -> String {
        let mut out = MetricsText(String::new());
        out.one("lanedesk_stream_connections", "gauge", "Desks that listen", self.streams.load(Ordering::Relaxed));
        out.one("lanedesk_live_upstreams", "gauge", "Cameras pulled from", self.live_upstreams.load(Ordering::Relaxed));
        out.one(
            "lanedesk_live_watchers",
            "gauge",
            "Live pictures being watched",
            self.live_watchers.load(Ordering::Relaxed),
        );
        out.one(
            "lanedesk_live_skips_total",
            "counter",
            "Times a watcher of a live picture fell behind and went on at a newer key frame",
            self.live_skipped.load(Ordering::Relaxed),
        );
        out.one(
            "lanedesk_live_bytes",
            "gauge",
            "Bytes of live pictures in memory",
            self.live_bytes.load(Ordering::Relaxed),
        );
        out.one("lanedesk_leases", "gauge", "Lanes being handled", leases);
        out.head("lanedesk_orders_total", "counter", "Orders by result");
        for (result, count) in OrderResult::ALL.iter().zip(&self.orders) {
            out.line(format_args!("lanedesk_orders_total{{result=\"{result}\"}} {}", count.load(Ordering::Relaxed)));
        }
        out.head("lanedesk_devices", "gauge", "Devices by whether they answer");
        out.line(format_args!("lanedesk_devices{{state=\"online\"}} {online}"));
        out.line(format_args!("lanedesk_devices{{state=\"offline\"}} {offline}"));
        let slow = self.slow_streams.load(Ordering::Relaxed);
        out.one("lanedesk_streams_cut_total", "counter", "Streams cut because the desk did not keep up", slow);
        out.one(
            "lanedesk_pages_total",
            "counter",
            "Lanes' pages put together for those who watch them",
            self.pages.load(Ordering::Relaxed),
        );
        out.one(
            "lanedesk_site_reads_total",
            "counter",
            "Times the site was read anew after a change",
            self.site_reads.load(Ordering::Relaxed),
        );
        let failed = self.failed.load(Ordering::Relaxed);
        out.one("lanedesk_requests_failed_total", "counter", "Requests answered with 5xx", failed);
        self.render_lines(&mut out);
        self.render_requests(&mut out);
        out.0
    }

    fn render_lines(&self, out: &mut MetricsText) {
        let (lines, strangers) = (&self.lines, &self.strangers);
        out.head("lanedesk_connections", "gauge", "Connections by who they are");
        let strangers = strangers.load(Ordering::Relaxed);
        let known = lines.load(Ordering::Relaxed).saturating_sub(strangers);
        for (who, count) in [("known", known), ("stranger", strangers)] {
            out.line(format_args!("lanedesk_connections{{who=\"{who}\"}} {count}"));
        }
        let name = "lanedesk_connections_ended_total";
        out.head(name, "counter", "Limits of connections that were met");
        for ((_, why), count) in ConnectionLimit::ALL.iter().zip(&self.ended) {
            let count = count.load(Ordering::Relaxed);
            out.line(format_args!("{name}{{why=\"{why}\"}} {count}"));
        }
        let name = "lanedesk_refused_total";
        out.head(name, "counter", "What was refused: guesses, rights, signatures, keys");
        for (what, count) in Refusal::ALL.iter().zip(&self.refused) {
            let (what, count) = (what.word(), count.load(Ordering::Relaxed));
            out.line(format_args!("{name}{{what=\"{what}\"}} {count}"));
        }
    }

    fn render_requests(&self, out: &mut MetricsText) {
        let name = "lanedesk_request_seconds";
        out.head(name, "histogram", "Time to answer a request");
        let mut sum = 0;
        for (bound, count) in BUCKETS_MS.iter().zip(&self.requests) {
            sum += count.load(Ordering::Relaxed);
            let (whole, part) = (bound / 1_000, bound % 1_000);
            out.line(format_args!("{name}_bucket{{le=\"{whole}.{part:03}\"}} {sum}"));
        }
        sum += self.requests[BUCKETS_MS.len()].load(Ordering::Relaxed);
        out.line(format_args!("{name}_bucket{{le=\"+Inf\"}} {sum}"));
        let micros = self.request_micros.load(Ordering::Relaxed);
        out.line(format_args!("{name}_sum {}.{:06}", micros / 1_000_000, micros % 1_000_000));
        out.line(format_args!("{name}_count {sum}"));
    }
}

struct MetricsText(String);

impl MetricsText {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        self.line(format_args!("{name} {value}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promised_names_are_there_before_anything_happens() {
        let text = Metrics::default().render(0, 0, 0);
        for line in [
            "lanedesk_live_upstreams 0",
            "lanedesk_live_watchers 0",
            "lanedesk_live_bytes 0",
            "lanedesk_leases 0",
            "lanedesk_stream_connections 0",
            "lanedesk_orders_total{result=\"opened\"} 0",
            "lanedesk_orders_total{result=\"unknown\"} 0",
        ] {
            assert!(text.lines().any(|other| other == line), "{line} not in\n{text}");
        }
    }

    #[test]
    fn streams_are_counted_while_they_live() {
        let metrics = Metrics::default();
        let stream = metrics.stream();
        assert!(metrics.render(0, 0, 0).contains("lanedesk_stream_connections 1\n"));
        drop(stream);
        assert!(metrics.render(0, 0, 0).contains("lanedesk_stream_connections 0\n"));
    }

    #[test]
    fn request_times_add_up_over_the_buckets() {
        let metrics = Metrics::default();
        metrics.request(Duration::from_millis(4), false);
        metrics.request(Duration::from_secs(60), true);
        let text = metrics.render(0, 0, 0);
        assert!(text.contains("le=\"0.003\"} 0\n") && text.contains("le=\"0.005\"} 1\n"), "{text}");
        assert!(text.contains("le=\"12.000\"} 1\n") && text.contains("le=\"+Inf\"} 2\n"), "{text}");
        assert!(text.contains("lanedesk_requests_failed_total 1\n"));
    }
}
