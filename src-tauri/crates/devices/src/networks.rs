//! Where devices may be: the hub speaks to no other address, whoever names it and whatever a name leads to (invariant 16).

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
    sync::Arc,
};
use tokio::net::lookup_host;

/// Where devices usually are.
const PRIVATE: [&str; 4] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

/// The hub's own machine.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// Ranges that a wider network does not open: this machine, the link, what clouds tell a machine about itself, nobody, many.
/// They are open where a network lies within them, which is to say where somebody named them.
const BY_NAME_ONLY: [&str; 12] = [
    "127.0.0.0/8",
    "::1/128",
    "169.254.0.0/16",
    "fe80::/10",
    "fd00:ec2::254/128",
    "100.100.100.200/32",
    "0.0.0.0/8",
    "::/128",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "ff00::/8",
    "64:ff9b::/96",
];

/// The networks devices may have. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Networks(Arc<[IpNet]>);

/// No list of networks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no network: give addresses like 10.0.0.0/8, divided by commas")]
pub struct BadNetwork(String);

/// An address outside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address is outside the networks that devices may have")]
pub struct OutsideAddress;

impl Networks {
    /// The private ranges (RFC 1918, RFC 4193).
    pub fn private() -> Self {
        Self::of(&[&PRIVATE])
    }

    /// The private ranges and this machine: for a hub that nobody else reaches, and for drills.
    pub fn private_and_loopback() -> Self {
        Self::of(&[&PRIVATE, &LOOPBACK])
    }

    fn of(lists: &[&[&str]]) -> Self {
        let nets = lists.iter().flat_map(|list| list.iter());
        // Constants of this file, which a test reads.
        Self(nets.filter_map(|net| net.parse().ok()).collect())
    }

    /// Whether a device may be at this address.
    pub fn allow(&self, ip: IpAddr) -> bool {
        // An IPv4 address in IPv6's clothes is the IPv4 address.
        let ip = ip.to_canonical();
        let mut special = BY_NAME_ONLY.iter().filter_map(|net| net.parse::<IpNet>().ok());
        let special = special.find(|net| net.contains(&ip));
        let named = |net: &&IpNet| special.is_none_or(|special| special.contains(*net));
        self.0.iter().filter(named).any(|net| net.contains(&ip))
    }

    /// Whether a device may be named so. What a name leads to shows only when it is asked for, and is looked at then.
    pub fn allow_host(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = host.parse() {
            return self.allow(ip);
        }
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        let local = name == "localhost" || name.ends_with(".localhost");
        !local || self.allow(IpAddr::from([127, 0, 0, 1]))
    }

    /// The addresses behind a host, those a device may have. `Err` in `Ok`: there are others only.
    pub(crate) async fn look_up(
        &self,
        host: &str,
        port: u16,
    ) -> std::io::Result<Result<Vec<SocketAddr>, OutsideAddress>> {
        let found: Vec<SocketAddr> = lookup_host((host, port)).await?.collect();
        let allowed: Vec<SocketAddr> = found.iter().copied().filter(|addr| self.allow(addr.ip())).collect();
        Ok(if allowed.is_empty() && !found.is_empty() { Err(OutsideAddress) } else { Ok(allowed) })
    }
}

impl FromStr for Networks {
    type Err = BadNetwork;
    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let net = |word: &str| {
            let alone = || word.parse::<IpAddr>().map(IpNet::from);
            word.parse().or_else(|_| alone()).map_err(|_| BadNetwork(word.to_owned()))
        };
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        words.map(net).collect::<Result<Arc<[IpNet]>, _>>().map(Self)
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nets: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&nets.join(", "))
    }
}

/// Names of devices are looked up here, so that what a name leads to is looked at before anything is sent there.
impl Resolve for Networks {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = self.clone();
        Box::pin(async move {
            let found = networks.look_up(name.as_str(), 0).await??;
            let addrs: Addrs = Box::new(found.into_iter());
            Ok(addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(networks: &Networks, text: &str) -> bool {
        networks.allow(text.parse().unwrap())
    }

    #[test]
    fn every_constant_is_a_network() {
        for net in PRIVATE.iter().chain(&LOOPBACK).chain(&BY_NAME_ONLY) {
            assert!(net.parse::<IpNet>().is_ok(), "{net}");
        }
    }

    #[test]
    fn private_ranges_are_open_and_nothing_else_is() {
        let usual = Networks::private();
        for inside in ["10.1.2.3", "172.31.0.1", "192.168.1.64", "fd12::7", "::ffff:10.0.0.9"] {
            assert!(allows(&usual, inside), "{inside}");
        }
        for outside in [
            "127.0.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "172.32.0.1",
            "8.8.8.8",
            "2001:db8::1",
            "0.0.0.0",
            "::",
            "224.0.0.1",
        ] {
            assert!(!allows(&usual, outside), "{outside}");
        }
        assert!(allows(&Networks::private_and_loopback(), "127.0.0.1"));
        assert!(!allows(&Networks::private_and_loopback(), "0.0.0.0"));
    }

    #[test]
    fn a_wide_network_does_not_open_this_machine_nor_what_a_cloud_tells_it() {
        let wide: Networks = "0.0.0.0/0, ::/0".parse().unwrap();
        assert!(allows(&wide, "8.8.8.8") && allows(&wide, "2001:db8::1"));
        for outside in ["127.0.0.1", "169.254.169.254", "::1", "fe80::1"] {
            assert!(!allows(&wide, outside), "{outside}");
        }
        let named: Networks = "169.254.10.0/24,127.0.0.1".parse().unwrap();
        assert!(allows(&named, "169.254.10.9") && allows(&named, "127.0.0.1"));
        assert!(!allows(&named, "127.0.0.2") && !allows(&named, "169.254.169.254"));
        assert!("10.0.0.0/33".parse::<Networks>().is_err());
        assert!("camera".parse::<Networks>().is_err());
    }

    #[test]
    fn names_are_looked_up_when_they_are_asked_and_this_machine_s_is_known() {
        let usual = Networks::private();
        assert!(usual.allow_host("camera-7.lot") && usual.allow_host("[fd12::7]"));
        for host in ["localhost", "LOCALHOST.", "x.localhost", "[::1]", "169.254.169.254"] {
            assert!(!usual.allow_host(host), "{host}");
        }
    }
}
