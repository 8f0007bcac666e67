//! People who can log in, and what they may see.

use super::{Conn, StoreError};
use crate::{args, directory::parsed};
use lanedesk_domain::{
    ids::{AreaId, LotId, PersonId},
    person::Role,
};

/// A person as the table has them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// The name people know.
    pub name: String,
    /// Their one role.
    pub role: Role,
    /// Whether they may not log in, nor go on.
    pub disabled: bool,
}

/// What a person was given to see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PersonGrants {
    /// Areas, with everything below.
    pub areas: Vec<AreaId>,
    /// Single lots.
    pub lots: Vec<LotId>,
}

impl Conn<'_> {
    /// The person with this id.
    pub async fn person(&mut self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        let sql = "select id, name, role, disabled_at is not null as disabled from person where id = $1";
        self.optional(sql, args![id]).await
    }

    /// The id of the account of a name.
    pub(crate) async fn person_named(&mut self, username: &str) -> Result<Option<String>, StoreError> {
        let sql = "select id from person where username = $1";
        let row: Option<(String,)> = self.optional(sql, args![username]).await?;
        Ok(row.map(|(id,)| id))
    }

    /// What a person was given to see.
    pub async fn given(&mut self, person: &PersonId) -> Result<PersonGrants, StoreError> {
        let sql = "select kind, target_id from person_scope where person_id = $1 order by kind, target_id";
        let rows: Vec<(String, String)> = self.all(sql, args![person]).await?;
        let mut given = PersonGrants::default();
        for (kind, target) in rows {
            match kind.as_str() {
                "area" => given.areas.push(parsed(&target)?),
                "lot" => given.lots.push(parsed(&target)?),
                _ => return Err(StoreError::Corrupt(format!("scope of kind {kind:?}"))),
            }
        }
        Ok(given)
    }
}
