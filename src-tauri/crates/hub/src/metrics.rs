//! Numbers for Prometheus, present from the start.

use lanedesk_domain::order::OrderResult;
use std::{
    fmt::Write as _,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

/// Upper bounds of the buckets in which request times are counted, in milliseconds.
const BUCKETS_MS: [u64; 8] = [1, 3, 5, 10, 50, 250, 1_000, 12_000];

/// What the hub counts.
#[derive(Debug, Default)]
pub struct Metrics {
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
pub struct Kept<'a> {
    all: &'a AtomicI64,
    own: i64,
}

impl Kept<'_> {
    /// So many they are now.
    pub fn are(&mut self, bytes: usize) {
        let now = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.all.fetch_add(now - self.own, Ordering::Relaxed);
        self.own = now;
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(self.own, Ordering::Relaxed);
    }
}

impl Metrics {
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
    pub fn live_kept(&self) -> Kept<'_> {
        Kept {
            all: &self.live_bytes,
            own: 0,
        }
    }

    /// Pictures were left out for somebody who did not keep up.
    pub fn live_skipped(&self) {
        self.live_skipped.fetch_add(1, Ordering::Relaxed);
    }

    /// A stream was cut because its desk did not keep up.
    pub fn stream_was_slow(&self) {
        self.slow_streams.fetch_add(1, Ordering::Relaxed);
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
        let mut out = Out(String::new());
        out.one(
            "lanedesk_stream_connections",
            "gauge",
            "Desks that listen",
            self.streams.load(Ordering::Relaxed),
        );
        out.one(
            "lanedesk_live_upstreams",
            "gauge",
            "Cameras pulled from",
            self.live_upstreams.load(Ordering::Relaxed),
        );
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
            out.line(format_args!(
                "lanedesk_orders_total{{result=\"{result}\"}} {}",
                count.load(Ordering::Relaxed)
            ));
        }
        out.head(
            "lanedesk_devices",
            "gauge",
            "Devices by whether they answer",
        );
        out.line(format_args!(
            "lanedesk_devices{{state=\"online\"}} {online}"
        ));
        out.line(format_args!(
            "lanedesk_devices{{state=\"offline\"}} {offline}"
        ));
        let slow = self.slow_streams.load(Ordering::Relaxed);
        out.one(
            "lanedesk_streams_cut_total",
            "counter",
            "Streams cut because the desk did not keep up",
            slow,
        );
        let failed = self.failed.load(Ordering::Relaxed);
        out.one(
            "lanedesk_requests_failed_total",
            "counter",
            "Requests answered with 5xx",
            failed,
        );
        self.render_requests(&mut out);
        out.0
    }

    fn render_requests(&self, out: &mut Out) {
        let name = "lanedesk_request_seconds";
        out.head(name, "histogram", "Time to answer a request");
        let mut sum = 0;
        for (bound, count) in BUCKETS_MS.iter().zip(&self.requests) {
            sum += count.load(Ordering::Relaxed);
            let (whole, part) = (bound / 1_000, bound % 1_000);
            out.line(format_args!(
                "{name}_bucket{{le=\"{whole}.{part:03}\"}} {sum}"
            ));
        }
        sum += self.requests[BUCKETS_MS.len()].load(Ordering::Relaxed);
        out.line(format_args!("{name}_bucket{{le=\"+Inf\"}} {sum}"));
        let micros = self.request_micros.load(Ordering::Relaxed);
        out.line(format_args!(
            "{name}_sum {}.{:06}",
            micros / 1_000_000,
            micros % 1_000_000
        ));
        out.line(format_args!("{name}_count {sum}"));
    }
}

struct Out(String);

impl Out {
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
            assert!(
                text.lines().any(|other| other == line),
                "{line} not in\n{text}"
            );
        }
    }

    #[test]
    fn streams_are_counted_while_they_live() {
        let metrics = Metrics::default();
        let stream = metrics.stream();
        assert!(
            metrics
                .render(0, 0, 0)
                .contains("lanedesk_stream_connections 1\n")
        );
        drop(stream);
        assert!(
            metrics
                .render(0, 0, 0)
                .contains("lanedesk_stream_connections 0\n")
        );
    }

    #[test]
    fn request_times_add_up_over_the_buckets() {
        let metrics = Metrics::default();
        metrics.request(Duration::from_millis(4), false);
        metrics.request(Duration::from_secs(60), true);
        let text = metrics.render(0, 0, 0);
        assert!(
            text.contains("le=\"0.003\"} 0\n") && text.contains("le=\"0.005\"} 1\n"),
            "{text}"
        );
        assert!(
            text.contains("le=\"12.000\"} 1\n") && text.contains("le=\"+Inf\"} 2\n"),
            "{text}"
        );
        assert!(text.contains("lanedesk_requests_failed_total 1\n"));
    }
}
