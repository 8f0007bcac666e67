//! The one harness that drives ourselves and the peers alike.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// Before a round counts: connections open, caches fill.
const WARM_UP: Duration = Duration::from_millis(500);

/// One client that takes and gives back a lock of its own, again and again.
pub trait Holder: Send + 'static {
    /// Takes it, durably, and gives it back, durably.
    fn cycle(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// Times, told by their middle and their tail.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Half are at most this long.
    pub p50: Duration,
    /// 95 of 100 are at most this long.
    pub p95: Duration,
    /// 99 of 100 are at most this long.
    pub p99: Duration,
}

/// What one round came to.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Cycles a second, all clients together.
    pub per_second: f64,
    /// How long one cycle took.
    pub spread: Spread,
}

/// Lets all holders work for one round and gives them back for the next.
pub async fn drive<H: Holder>(holders: Vec<H>, round: Duration) -> Result<(Rate, Vec<H>)> {
    let begun = Instant::now();
    let counts_from = begun + WARM_UP;
    let ends = counts_from + round;
    let tasks: Vec<_> = holders
        .into_iter()
        .map(|mut holder| {
            tokio::spawn(async move {
                let mut taken = Vec::new();
                while Instant::now() < ends {
                    let start = Instant::now();
                    holder.cycle().await?;
                    if start >= counts_from && Instant::now() <= ends {
                        taken.push(start.elapsed());
                    }
                }
                anyhow::Ok((taken, holder))
            })
        })
        .collect();
    let mut all = Vec::new();
    let mut back = Vec::new();
    for task in tasks {
        let (taken, holder) = task.await.context("a client died")??;
        all.extend(taken);
        back.push(holder);
    }
    // Counts stay far below 2^52, where f64 is exact.
    #[expect(clippy::cast_precision_loss, reason = "a count of cycles")]
    let per_second = all.len() as f64 / round.as_secs_f64();
    Ok((Rate { per_second, spread: spread(all) }, back))
}

/// Sorts times and reads off their quantiles.
pub fn spread(mut taken: Vec<Duration>) -> Spread {
    taken.sort_unstable();
    let at = |per_cent: usize| {
        let index = (taken.len() * per_cent).div_ceil(100).saturating_sub(1);
        taken.get(index).copied().unwrap_or_default()
    };
    Spread { p50: at(50), p95: at(95), p99: at(99) }
}

/// The middle one of several rounds.
pub fn middle(mut rounds: Vec<Rate>) -> Result<Rate> {
    rounds.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
    rounds.get(rounds.len() / 2).copied().context("no round was measured")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::spread;

    #[test]
    fn quantiles_are_those_of_the_sorted_times() {
        let taken = (1..=100).rev().map(Duration::from_millis).collect();
        let spread = spread(taken);
        assert_eq!(spread.p50, Duration::from_millis(50));
        assert_eq!(spread.p95, Duration::from_millis(95));
        assert_eq!(spread.p99, Duration::from_millis(99));
    }
}
