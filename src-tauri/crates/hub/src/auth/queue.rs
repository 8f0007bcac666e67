//! The queue before password hashing. A hash takes a core for some 30 ms, so only a few are computed at once, and whoever
//! waits stands in a row of bounded length: people who are known (they have a session, or have logged in from there
//! before) go first and always find a place that strangers cannot take; strangers take turns by address, so that one
//! address that guesses keeps no other waiting.

use super::password::HashError;
use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// Strangers of one address that wait at once.
const OF_ADDRESS: usize = 256;
/// Strangers that wait at once.
const STRANGERS: usize = 1_024;
/// Known people that wait at once.
const KNOWN: usize = 1_024;
/// When somebody who found the row full may come again, seconds.
const COME_AGAIN_S: u32 = 5;

/// The one row of this process: cores are shared by all hubs in it.
pub(super) static QUEUE: LazyLock<HashQueue> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    HashQueue::new(cores.max(2))
});

/// Who wants something hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashShare {
    /// Somebody with a session, or whose account has logged in from where they are.
    Known,
    /// Anybody else, from this address (a network for IPv6).
    Stranger(IpAddr),
}

/// Whoever waits, and those that are being served.
pub(super) struct HashQueue {
    at_once: usize,
    rows: Mutex<HashWaiters>,
}

type HashSender = oneshot::Sender<HashTurn>;

#[derive(Default)]
struct HashWaiters {
    serving: usize,
    serving_strangers: usize,
    known: VecDeque<HashSender>,
    /// One row an address; the address whose turn it is stands first.
    strangers: VecDeque<(IpAddr, VecDeque<HashSender>)>,
}

/// The right to compute one hash, until it is dropped.
pub struct HashTurn {
    queue: Option<&'static HashQueue>,
    stranger: bool,
}

impl HashQueue {
    const fn new(at_once: usize) -> Self {
        Self {
            at_once,
            rows: Mutex::new(HashWaiters {
                serving: 0,
                serving_strangers: 0,
                known: VecDeque::new(),
                strangers: VecDeque::new(),
            }),
        }
    }

    fn rows(&self) -> MutexGuard<'_, HashWaiters> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn. Whoever stops waiting gives their place up.
    pub(super) async fn turn(&'static self, share: HashShare) -> Result<HashTurn, HashError> {
        let (place, served) = oneshot::channel();
        {
            let mut rows = self.rows();
            rows.line_up(share, place)?;
            rows.serve(self);
        }
        served.await.map_err(|_| HashError::Fault("the row was closed".to_owned()))
    }
}

impl HashWaiters {
    fn line_up(&mut self, share: HashShare, place: HashSender) -> Result<(), HashError> {
        let full = HashError::Full { retry_after_s: COME_AGAIN_S };
        let HashShare::Stranger(from) = share else {
            self.known.retain(|place| !place.is_closed());
            if self.known.len() >= KNOWN {
                return Err(full);
            }
            self.known.push_back(place);
            return Ok(());
        };
        let waiting: usize = self.strangers.iter().map(|(_, row)| row.len()).sum();
        if waiting >= STRANGERS {
            for (_, row) in &mut self.strangers {
                row.retain(|place| !place.is_closed());
            }
        }
        let own = self.strangers.iter_mut().find(|(address, _)| *address == from);
        match own {
            _ if waiting >= STRANGERS => return Err(full),
            Some((_, row)) => {
                row.retain(|place| !place.is_closed());
                if row.len() >= OF_ADDRESS {
                    return Err(full);
                }
                row.push_back(place);
            }
            None => self.strangers.push_back((from, VecDeque::from([place]))),
        }
        Ok(())
    }

    /// Lets in whoever is next, as long as there is room.
    fn serve(&mut self, queue: &'static HashQueue) {
        while self.serving < queue.at_once {
            let stranger = self.known.is_empty();
            let place = if !stranger {
                self.known.pop_front()
            } else if self.serving_strangers + 1 < queue.at_once {
                self.next_stranger()
            } else {
                None
            };
            let Some(place) = place else {
                return;
            };
            let turn = HashTurn { queue: Some(queue), stranger };
            match place.send(turn) {
                Ok(()) => {
                    self.serving += 1;
                    self.serving_strangers += usize::from(stranger);
                }
                // Nobody waits there any more; the turn was never counted.
                Err(mut unused) => unused.queue = None,
            }
        }
    }

    fn next_stranger(&mut self) -> Option<HashSender> {
        let (address, mut row) = self.strangers.pop_front()?;
        let place = row.pop_front();
        if !row.is_empty() {
            self.strangers.push_back((address, row));
        }
        place
    }
}

impl Drop for HashTurn {
    fn drop(&mut self) {
        let Some(queue) = self.queue else {
            return;
        };
        let mut rows = queue.rows();
        rows.serving -= 1;
        rows.serving_strangers -= usize::from(self.stranger);
        rows.serve(queue);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    const A: HashShare = HashShare::Stranger(IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1)));
    const B: HashShare = HashShare::Stranger(IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2)));

    fn queue() -> &'static HashQueue {
        Box::leak(Box::new(HashQueue::new(2)))
    }

    #[tokio::test]
    async fn somebody_known_finds_a_place_while_strangers_wait() {
        let queue = queue();
        let first = queue.turn(A).await.unwrap();
        let mut waiting: Vec<_> = (0..100).map(|_| Box::pin(queue.turn(A))).collect();
        for wait in &mut waiting {
            assert!(wait.now_or_never().is_none(), "one stranger at once of two");
        }
        let known = queue.turn(HashShare::Known).now_or_never();
        assert!(known.is_some_and(|turn| turn.is_ok()));
        drop(first);
        assert!(waiting.remove(0).now_or_never().is_some());
    }

    #[tokio::test]
    async fn addresses_take_turns_however_long_one_s_row_is() {
        let queue = queue();
        let first = queue.turn(A).await.unwrap();
        let mut many: Vec<_> = (0..50).map(|_| Box::pin(queue.turn(A))).collect();
        for wait in &mut many {
            assert!(wait.now_or_never().is_none());
        }
        let mut other = Box::pin(queue.turn(B));
        assert!((&mut other).now_or_never().is_none());
        drop(first);
        drop(many.remove(0).await);
        assert!(other.now_or_never().is_some(), "after one, not after fifty");
    }

    #[tokio::test]
    async fn a_row_is_bounded_and_whoever_leaves_gives_the_place_up() {
        let queue = queue();
        let first = queue.turn(A).await.unwrap();
        let mut row: Vec<_> = (0..OF_ADDRESS).map(|_| Box::pin(queue.turn(A))).collect();
        for wait in &mut row {
            assert!(wait.now_or_never().is_none());
        }
        let full = queue.turn(A).await.err().unwrap();
        assert!(matches!(full, HashError::Full { retry_after_s: 5 }));
        assert!(queue.turn(B).now_or_never().is_none(), "another address waits");
        row.truncate(10);
        assert!(queue.turn(A).now_or_never().is_none(), "there is room again");
        row.clear();
        drop(first);
        assert!(queue.turn(A).await.is_ok(), "none of them holds a turn");
    }
}
