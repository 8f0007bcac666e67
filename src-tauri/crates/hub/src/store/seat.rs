//! Telephone positions; at most one person sits at each, and each person at one.

use super::{Conn, StoreError};
use crate::{args, directory::parsed};
use lanedesk_domain::{ids::PersonId, time::Timestamp};

impl Conn<'_> {
    /// The number of the seat somebody sits at.
    pub async fn seat_of(&mut self, person: &PersonId) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = self
            .optional(
                "select number from seat where person_id = $1",
                args![person],
            )
            .await?;
        Ok(row.map(|(number,)| number))
    }

    /// Who sits at a seat; the outer none: there is no such seat.
    pub async fn sits_at(&mut self, number: &str) -> Result<Option<Option<PersonId>>, StoreError> {
        let row: Option<(Option<String>,)> = self
            .optional(
                "select person_id from seat where number = $1",
                args![number],
            )
            .await?;
        row.map(|(person,)| person.as_deref().map(parsed).transpose())
            .transpose()
    }

    /// Sits a person down where nobody else sits. Answers whether they sit there now.
    pub async fn bind_seat(
        &mut self,
        number: &str,
        person: &PersonId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "update seat set person_id = $2, bound_at = $3
                   where number = $1 and (person_id is null or person_id = $2)";
        Ok(self.execute(sql, args![number, person, now]).await? > 0)
    }

    /// Frees whatever seat a person sits at. Answers whether they sat at one.
    pub async fn free_seat(&mut self, person: &PersonId) -> Result<bool, StoreError> {
        let sql = "update seat set person_id = null, bound_at = null where person_id = $1";
        Ok(self.execute(sql, args![person]).await? > 0)
    }
}
