//! The site file's rows: written as upserts, read back whole.
//!
//! Every upsert takes the row as given; rows nobody names stay. Passwords are written for new people only.

mod account;
mod change;
mod ground;
mod import;
mod line;
mod noun;
mod pending;
mod read;
mod remove;
mod row;
mod taken;

pub(crate) use change::{ChangeRow, NewChange};
pub(crate) use ground::RowName;
pub use import::Secrets;
pub(crate) use line::SiteLine;
pub(crate) use noun::NounStore;
pub(crate) use pending::PendingRow;
pub(crate) use remove::needed_by;
pub(crate) use row::{RowSelection, StoredRow};
pub(crate) use taken::RowChange;

use super::{Conn, StoreError};
use crate::site::SiteContext;
use std::collections::{HashMap, HashSet};

impl Conn<'_> {
    /// What a site file may refer to without saying it itself.
    pub async fn known_site(&mut self) -> Result<SiteContext, StoreError> {
        let lots: Vec<(String,)> = self.all("select id from lot", vec![]).await?;
        let devices: Vec<(String,)> = self.all("select id from device", vec![]).await?;
        let robots: Vec<(String, String)> = self.all("select number, id from robot", vec![]).await?;
        Ok(SiteContext {
            areas: self.area_tree().await?,
            lots: lots.into_iter().map(|(id,)| id).collect(),
            devices: devices.into_iter().map(|(id,)| id).collect(),
            robots: robots.into_iter().collect(),
            stands_at: self.stands_at().await?,
            networks: None,
            push_keys: HashMap::new(),
        })
    }

    /// The lane each robot stands at.
    async fn stands_at(&mut self) -> Result<HashMap<String, String>, StoreError> {
        let sql = "select robot_id, id from lane where robot_id is not null";
        let rows: Vec<(String, String)> = self.all(sql, vec![]).await?;
        Ok(rows.into_iter().collect())
    }

    /// Accounts that are there already: their passwords stay.
    pub async fn usernames(&mut self) -> Result<HashSet<String>, StoreError> {
        let rows: Vec<(String,)> = self.all("select username from person", vec![]).await?;
        Ok(rows.into_iter().map(|(username,)| username).collect())
    }
}
