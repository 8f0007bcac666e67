//! Where the demo's simulated lot stands: at the ports its site file names, or at as many others where those are taken,
//! so that a demo, `shots` and the benchmark never take each other's cameras for their own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{house, port};

/// The first of the lot's ports as the demo site names them: its control door; its devices stand behind it.
const FIRST: u16 = 18100;
/// From one try to the next; more than the lot's ports reach (its moving pictures stand 100 further on).
const STEP: u16 = 200;
/// How many places are tried.
const PLACES: u16 = 60;
/// Before every port in the site file.
const HOST: &str = "127.0.0.1:";

/// A free place for the simulated lot.
#[derive(Debug)]
pub struct Lot {
    first: u16,
    site: String,
}

impl Lot {
    /// The first place at which every port is free.
    pub fn free() -> Result<Self> {
        let site = fs::read_to_string(house::demo_site()).context("the demo site")?;
        let ports = ports(&site);
        let places = (0..PLACES).map(|place| FIRST + place * STEP);
        for first in places {
            if ports.iter().all(|port| port::is_free(first + (port - FIRST))) {
                return Ok(Self { first, site });
            }
        }
        let holders: BTreeSet<String> = ports.iter().filter_map(|port| port::holder(*port)).collect();
        bail!(
            "no {} free ports for the simulated lot between {FIRST} and {}; the first ones are held by {}",
            ports.len(),
            FIRST + PLACES * STEP,
            holders.into_iter().collect::<Vec<_>>().join(", ")
        )
    }

    /// Whether it stands where the demo site says.
    pub fn is_usual(&self) -> bool {
        self.first == FIRST
    }

    /// The port of its control door.
    pub fn control(&self) -> u16 {
        self.first
    }

    /// The command that starts it with `program`, its robots looking for the hub at the port `hub`.
    pub fn command(&self, program: &Path, hub: u16) -> Command {
        let mut command = Command::new(program);
        command
            .args(["serve", "--demo", "--first-port", &self.first.to_string()])
            .args(["--hub", &format!("http://{HOST}{hub}")]);
        command
    }

    /// Writes the demo site with the ports at which this lot stands.
    pub fn write_site(&self, file: &Path) -> Result<()> {
        // In one pass: what was put in is not looked at again.
        let mut parts = self.site.split(HOST);
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (port, rest) = part.split_at(digits);
            text.push_str(HOST);
            match port.parse::<u16>() {
                Ok(port) if port >= FIRST => {
                    text.push_str(&(self.first + (port - FIRST)).to_string());
                }
                _ => text.push_str(port),
            }
            text.push_str(rest);
        }
        fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
    }
}

/// The control door's port and every port that the site names.
fn ports(site: &str) -> BTreeSet<u16> {
    let named = site.split(HOST).skip(1).filter_map(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part[..end].parse().ok()
    });
    named.filter(|port| *port >= FIRST).chain([FIRST]).collect()
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::{FIRST, Lot, ports};

    const SITE: &str = "url = \"http://127.0.0.1:18101\"\nrtsp = \"rtsp://127.0.0.1:18201/x\"\n\
                        [[device]]\nurl = \"http://127.0.0.1:18102/ISAPI\"\n";

    #[test]
    fn every_port_of_the_site_is_found_once() {
        assert_eq!(ports(SITE).into_iter().collect::<Vec<_>>(), [18100, 18101, 18102, 18201]);
    }

    #[test]
    fn a_lot_elsewhere_has_a_site_file_that_says_so() {
        let lot = Lot { first: FIRST + 400, site: SITE.to_owned() };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("site.toml");
        lot.write_site(&file).unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        assert_eq!(ports(&text).into_iter().collect::<Vec<_>>(), [18100, 18501, 18502, 18601]);
    }

    #[test]
    fn a_second_lot_stands_beside_the_first() {
        let first = Lot::free().unwrap();
        // Whatever else runs on this machine: from here on at least this port is taken.
        let _camera = TcpListener::bind((Ipv4Addr::LOCALHOST, first.first + 1)).unwrap();
        let second = Lot::free().unwrap();
        assert_ne!(second.control(), first.control());
    }
}
