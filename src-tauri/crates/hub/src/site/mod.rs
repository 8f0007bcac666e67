//! The site file: areas, lots, lanes, devices, people and rules in one TOML text (R34).
//!
//! `import`, `export` and the settings screen are the same data. A text is read whole, every fault is told with its
//! line, and nothing is used of a text that has one.

pub(crate) mod address;
mod check;
mod fault;
pub(crate) mod noun;
mod parse;
mod read;
pub(crate) mod sheet;
mod special;
mod table;
#[cfg(test)]
mod tests;
mod write;

pub use check::SiteContext;
pub(crate) use check::key_sum;
pub use fault::SiteFault;
pub(crate) use noun::{Noun, NounRow};
pub(crate) use special::push_key_fault;
pub use table::{
    Area, Device, Integration, Lane, Lot, Pass, Person, Reason, Robot, Seat, Site, Tariff, Template, Vehicle,
};

use lanedesk_domain::ids::DeviceId;
use lanedesk_wire::site::{Cells, SiteTable};
use std::collections::BTreeMap;

impl Site {
    /// Reads a site file. `known` are the ids the database already has, which the text may refer to.
    ///
    /// # Errors
    /// Every fault of the text, in line order.
    pub fn parse(text: &str, known: &SiteContext) -> Result<Self, Vec<SiteFault>> {
        parse::parse(text, known)
    }

    /// Reads rows of forms and changes by the checks of a text.
    ///
    /// # Errors
    /// Every fault of the rows, none with a line.
    pub(crate) fn of_rows(rows: &[(SiteTable, Cells)], known: &SiteContext) -> Result<Self, Vec<SiteFault>> {
        parse::of_rows(rows, known)
    }

    /// How many rows it has, links and rules among them.
    pub(crate) fn count(&self) -> usize {
        self.rows().count() + self.links.len() + self.rules.len()
    }

    /// Barriers that several lanes name, each in words. Two people could then move one arm, so it is worth a look; but
    /// there are gates like that.
    pub fn shared_barriers(&self) -> Vec<String> {
        let mut lanes: BTreeMap<&DeviceId, Vec<&str>> = BTreeMap::new();
        for lane in &self.lanes {
            if let Some(barrier) = &lane.barrier {
                lanes.entry(barrier).or_default().push(lane.id.as_str());
            }
        }
        let shared = lanes.into_iter().filter(|(_, lanes)| lanes.len() > 1);
        shared.map(|(barrier, lanes)| format!("{barrier} moves the arms of {}", lanes.join(", "))).collect()
    }

    /// The same data as TOML; [`Site::parse`] of it gives this site again.
    pub fn to_toml(&self) -> String {
        write::to_toml(self)
    }
}

impl Device {
    /// Where it, and its live stream, are asked.
    pub(crate) fn addresses(&self) -> address::Addresses<'_> {
        address::Addresses { url: &self.url, rtsp: self.rtsp.as_deref().unwrap_or_default() }
    }
}
