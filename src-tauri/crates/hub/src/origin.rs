//! Where a request comes from: the other end of its line, or what a proxy of ours says of it.
//!
//! `X-Forwarded-For` is anybody's to write. It counts only on lines from a declared proxy (`--trusted-proxy`), over all
//! its header lines as one list, read from its end: what our own proxies wrote is passed over, and the first address
//! before that is the one they saw. Whatever stands before it was said by that address itself.

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use lanedesk_domain::time::Timestamp;
use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
/// A proxy that is not declared is told of in the log once in this time, ms.
const TELL_EVERY_MS: i64 = 60 * 60_000;

/// The address a request comes from, as far as it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin(pub IpAddr);

/// What counts as one address: IPv6 gives every household 2^64 of them, so there the first half does.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        four @ IpAddr::V4(_) => four,
    }
}

/// A network as people write it: `10.0.0.0/8`, or one address.
///
/// # Errors
/// It is neither.
pub fn parse_network(text: &str) -> Result<IpNet, ipnet::AddrParseError> {
    let text = text.trim();
    text.parse().or_else(|error| text.parse::<IpAddr>().map(IpNet::from).map_err(|_| error))
}

/// Whether the address lies in one of the networks.
pub fn within(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

/// The proxies of ours that stand before the hub.
#[derive(Debug, Default)]
pub struct Proxies {
    trusted: RwLock<Vec<IpNet>>,
    /// When a proxy on this machine was last seen that nobody declared, ms; 0: never.
    undeclared_at: AtomicI64,
}

impl Proxies {
    /// Declares the proxies whose word counts.
    pub fn trust(&self, networks: Vec<IpNet>) {
        *self.trusted.write().unwrap_or_else(PoisonError::into_inner) = networks;
    }

    /// Whether the other end of a line is a proxy of ours.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        within(&self.trusted.read().unwrap_or_else(PoisonError::into_inner), peer)
    }

    /// Where a request on a line from `peer` comes from.
    pub fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> Origin {
        let trusted = self.trusted.read().unwrap_or_else(PoisonError::into_inner);
        let mut seen = peer.to_canonical();
        let lines: Vec<_> = headers.get_all(FORWARDED).iter().collect();
        let mut hops = lines.iter().rev().flat_map(|line| line.to_str().unwrap_or("?").rsplit(',')).map(hop);
        while within(&trusted, seen) {
            // A word that is no address was written by none of ours: whoever wrote it is as far as anybody knows.
            let Some(Some(next)) = hops.next() else {
                break;
            };
            seen = next;
        }
        Origin(seen)
    }

    /// Takes note where a program on this machine forwards for others and nobody declared it: everybody then counts as
    /// one address, and one who guesses slows all.
    pub fn notice(&self, peer: IpAddr, headers: &HeaderMap, now: Timestamp) {
        let forwards = headers.contains_key(FORWARDED);
        if !forwards || !peer.to_canonical().is_loopback() || self.trusts(peer) {
            return;
        }
        let before = self.undeclared_at.load(Ordering::Relaxed);
        if before == 0 || now.0 - before >= TELL_EVERY_MS {
            self.undeclared_at.store(now.0, Ordering::Relaxed);
            tracing::warn!(
                %peer,
                "a proxy on this machine writes X-Forwarded-For and is not declared: everybody behind it counts as one \
                 address. Start the hub with --trusted-proxy 127.0.0.1 (or LANEDESK_TRUSTED_PROXY)"
            );
        }
    }

    /// When a proxy on this machine was last noticed that nobody declared.
    pub fn undeclared_at(&self) -> Option<Timestamp> {
        let at = self.undeclared_at.load(Ordering::Relaxed);
        (at != 0).then_some(Timestamp(at))
    }
}

/// One entry of the list: an address, some proxies add the port.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|both| both.ip()))
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(trusted: &[&str]) -> Proxies {
        let proxies = Proxies::default();
        proxies.trust(trusted.iter().map(|net| parse_network(net).unwrap()).collect());
        proxies
    }

    fn origin(proxies: &Proxies, peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        proxies.origin(peer.parse().unwrap(), &headers).0.to_string()
    }

    #[test]
    fn only_a_declared_proxy_is_believed_and_only_what_it_wrote_last() {
        let proxies = behind(&["127.0.0.0/8", "10.1.0.0/16"]);
        for (peer, lines, from) in [
            ("127.0.0.1", &["9.9.9.9"][..], "9.9.9.9"),
            ("127.0.0.1", &["1.1.1.1, 9.9.9.9"], "9.9.9.9"),
            // The client's own line comes first; the proxy appends another or its value to the last.
            ("127.0.0.1", &["1.1.1.1", "9.9.9.9"], "9.9.9.9"),
            ("127.0.0.1", &["1.1.1.1", "2.2.2.2,9.9.9.9 , 10.1.2.3"], "9.9.9.9"),
            ("127.0.0.1", &["9.9.9.9", "10.1.2.3", "127.0.0.1"], "9.9.9.9"),
            ("127.0.0.1", &["9.9.9.9:4711"], "9.9.9.9"),
            ("127.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("127.0.0.1", &["::ffff:9.9.9.9"], "9.9.9.9"),
            ("::ffff:127.0.0.1", &["9.9.9.9"], "9.9.9.9"),
            ("127.0.0.1", &["9.9.9.9, nonsense"], "127.0.0.1"),
            ("127.0.0.1", &["nonsense, 10.1.2.3"], "10.1.2.3"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &[""], "127.0.0.1"),
            ("203.0.113.7", &["9.9.9.9"], "203.0.113.7"),
        ] {
            assert_eq!(origin(&proxies, peer, lines), from, "{peer} {lines:?}");
        }
        assert_eq!(origin(&behind(&[]), "127.0.0.1", &["9.9.9.9"]), "127.0.0.1");
    }

    #[test]
    fn a_household_of_ipv6_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }

    #[test]
    fn a_proxy_nobody_declared_is_noticed_only_on_this_machine() {
        let mut headers = HeaderMap::new();
        let proxies = behind(&[]);
        let now = Timestamp(1_800_000_000_000);
        let notice = |headers: &HeaderMap, peer: &str| {
            proxies.notice(peer.parse().unwrap(), headers, now);
            proxies.undeclared_at()
        };
        assert_eq!(notice(&headers, "127.0.0.1"), None);
        headers.append(FORWARDED, "9.9.9.9".parse().unwrap());
        assert_eq!(notice(&headers, "203.0.113.7"), None);
        assert_eq!(notice(&headers, "127.0.0.1"), Some(now));
    }
}
