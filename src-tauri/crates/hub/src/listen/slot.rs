//! The book of connections: how many there are, whose, and who goes first when there are too many.
//!
//! Who has shown no session, key or signature is a stranger. Strangers are counted by address; where one address, or all
//! of them, have more than their share, the oldest that nothing is being done for makes room, so that whoever comes new is
//! still heard. People and devices that are known are bounded by the number of all alone.

use super::{Limits, pulse::Pulse};
use crate::{hub::Hub, metrics::ConnectionLimit, origin};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The book.
pub(super) struct Slots {
    limits: Limits,
    hub: Hub,
    book: Mutex<SlotBook>,
}

#[derive(Default)]
struct SlotBook {
    next: u64,
    open: usize,
    strangers: usize,
    /// Strangers' connections by address, oldest first.
    lines: HashMap<IpAddr, Vec<(u64, Arc<Pulse>)>>,
    /// Strangers' requests that came through a proxy of ours, by the address it told.
    requests: HashMap<IpAddr, usize>,
}

/// A place in the book, until it is dropped.
pub(super) struct ConnectionSlot {
    slots: Arc<Slots>,
    address: IpAddr,
    /// The connection's number; none: one request on a proxy's connection.
    line: Option<u64>,
    known: AtomicBool,
}

impl Slots {
    pub(super) fn new(hub: Hub, limits: Limits) -> Arc<Self> {
        let book = Mutex::default();
        Arc::new(Self { limits, hub, book })
    }

    fn book(&self) -> MutexGuard<'_, SlotBook> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection. None: too many, and none of them can be let go. A proxy's connection carries many
    /// people's requests, so those are counted and not it.
    pub(super) fn line(self: &Arc<Self>, peer: IpAddr, pulse: &Arc<Pulse>, proxy: bool) -> Option<Arc<ConnectionSlot>> {
        let address = origin::network(peer);
        let mut book = self.book();
        if !proxy {
            let of_address = book.lines.get(&address).map_or(0, Vec::len);
            let full = of_address >= self.limits.strangers_of_address;
            if full && !book.evict(address) {
                return None;
            }
            if book.strangers >= self.limits.strangers && !book.evict_of_fullest() {
                return None;
            }
        }
        if book.open >= self.limits.lines && !book.evict_of_fullest() {
            return None;
        }
        book.next += 1;
        book.open += 1;
        let id = book.next;
        if !proxy {
            let lines = book.lines.entry(address).or_default();
            lines.push((id, pulse.clone()));
            book.strangers += 1;
        }
        self.tell(&book);
        Some(Arc::new(ConnectionSlot { slots: self.clone(), address, line: Some(id), known: AtomicBool::new(proxy) }))
    }

    /// A place for a request that came through a proxy. None: this address has too many under way.
    pub(super) fn request(self: &Arc<Self>, from: IpAddr) -> Option<Arc<ConnectionSlot>> {
        let address = origin::network(from);
        let mut book = self.book();
        let under_way = book.requests.entry(address).or_default();
        if *under_way >= self.limits.strangers_of_address {
            return None;
        }
        *under_way += 1;
        Some(Arc::new(ConnectionSlot { slots: self.clone(), address, line: None, known: AtomicBool::new(false) }))
    }

    fn tell(&self, book: &SlotBook) {
        self.hub.metrics().lines(book.open, book.strangers);
    }
}

impl SlotBook {
    /// Lets the oldest of an address go that nothing is being done for.
    fn evict(&mut self, address: IpAddr) -> bool {
        let Some(lines) = self.lines.get_mut(&address) else {
            return false;
        };
        let Some(at) = lines.iter().position(|(_, pulse)| !pulse.at_work()) else {
            return false;
        };
        lines.remove(at).1.evict();
        if lines.is_empty() {
            self.lines.remove(&address);
        }
        self.strangers -= 1;
        true
    }

    fn evict_of_fullest(&mut self) -> bool {
        let fullest = self.lines.iter().max_by_key(|(_, lines)| lines.len());
        fullest.map(|(address, _)| *address).is_some_and(|address| self.evict(address))
    }

    /// It is no stranger any more, or gone.
    fn strike(&mut self, address: IpAddr, line: Option<u64>) {
        let Some(line) = line else {
            if let Some(under_way) = self.requests.get_mut(&address) {
                *under_way -= 1;
                if *under_way == 0 {
                    self.requests.remove(&address);
                }
            }
            return;
        };
        // One that was evicted stands there no longer.
        if let Some(lines) = self.lines.get_mut(&address)
            && let Some(at) = lines.iter().position(|(id, _)| *id == line)
        {
            lines.remove(at);
            self.strangers -= 1;
            if lines.is_empty() {
                self.lines.remove(&address);
            }
        }
    }
}

impl ConnectionSlot {
    /// Whoever is at the other end has shown who they are.
    pub(super) fn prove(&self) {
        if !self.known.swap(true, Ordering::Relaxed) {
            let mut book = self.slots.book();
            book.strike(self.address, self.line);
            self.slots.tell(&book);
        }
    }

    /// Counts a limit that was met.
    pub(super) fn count(&self, why: ConnectionLimit) {
        self.slots.hub.metrics().ended(why);
    }

    /// Whether it is known who is at the other end.
    pub(super) fn is_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut book = self.slots.book();
        if !self.is_known() {
            book.strike(self.address, self.line);
        }
        if self.line.is_some() {
            book.open -= 1;
        }
        self.slots.tell(&book);
    }
}
