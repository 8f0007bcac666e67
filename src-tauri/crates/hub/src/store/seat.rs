//! Telephone positions; at most one person sits at each, and each person at one.

use super::{Conn, StoreError, part::who};
use crate::args;
use lanedesk_domain::{
    ids::PersonId,
    seat::{SeatFacts, SeatState},
    time::Timestamp,
};
use lanedesk_wire::{problem::Holder, seat::Seat};

/// A seat with who sits there and what its state follows from.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct SeatRow {
    /// Its number.
    pub number: String,
    /// Who sits there.
    pub person: Option<Holder>,
    /// What its state follows from.
    pub facts: SeatFacts,
    /// How it stands as last told.
    pub told: Option<SeatState>,
}

impl SeatRow {
    /// As people are told of it at `now`.
    pub fn shown(&self, after_call_ms: i64, now: Timestamp) -> Seat {
        let stands = self.person.as_ref().map(|_| self.facts.state(after_call_ms, now));
        Seat {
            number: self.number.clone(),
            person: self.person.clone(),
            state: stands.map(|(state, _)| state),
            since: stands.map(|(_, since)| since),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select s.number, ",
            who!("person", "p"),
            ", coalesce(s.bound_at, 0) as bound_at, s.away, s.away_at, s.lost_at, s.state as told,
                coalesce(k.taken_at, k.since) as call_since, l.acquired_at as lane_since, e.ended_at as call_over_at
             from seat s left join person p on p.id = s.person_id
             left join call k on k.person_id = s.person_id and k.state in ('ringing', 'live')
             left join lease l on l.person_id = s.person_id and l.open and (l.expires_at is null or l.expires_at > $1)
             left join \"case\" c on c.id = l.case_id
             left join call e on e.id = c.call_id and e.ended_at is not null ",
            $rest
        )
    };
}

impl Conn<'_> {
    /// The number of the seat somebody sits at.
    pub async fn seat_of(&mut self, person: &PersonId) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> =
            self.optional("select number from seat where person_id = $1", args![person]).await?;
        Ok(row.map(|(number,)| number))
    }

    /// Whether a person has any session left.
    pub async fn has_session(&mut self, person: &PersonId) -> Result<bool, StoreError> {
        let sql = "select count(*) from session where person_id = $1";
        let (left,): (i64,) = self.one(sql, args![person]).await?;
        Ok(left > 0)
    }

    /// A seat by its number.
    pub async fn seat(&mut self, number: &str, now: Timestamp) -> Result<Option<SeatRow>, StoreError> {
        self.optional(select!("where s.number = $2"), args![now, number]).await
    }

    /// Every seat, in the order of their numbers.
    pub async fn seats(&mut self, now: Timestamp) -> Result<Vec<SeatRow>, StoreError> {
        self.all(select!("order by s.number"), args![now]).await
    }

    /// Every seat somebody sits at.
    pub async fn seats_taken(&mut self, now: Timestamp) -> Result<Vec<SeatRow>, StoreError> {
        self.all(select!("where s.person_id is not null"), args![now]).await
    }

    /// Sits a person down where nobody else sits. Answers whether they sit there now.
    pub async fn bind_seat(&mut self, number: &str, person: &PersonId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "update seat set person_id = $2, bound_at = $3, away = false, away_at = null, lost_at = null,
                        hub = null, heard_at = null, state = 'free', since = $3
                   where number = $1 and (person_id is null or person_id = $2)";
        Ok(self.execute(sql, args![number, person, now]).await? > 0)
    }

    /// Frees whatever seat a person sits at. Answers whether they sat at one.
    pub async fn free_seat(&mut self, person: &PersonId) -> Result<bool, StoreError> {
        let sql = "update seat set person_id = null, bound_at = null, away = false, away_at = null, lost_at = null,
                        hub = null, heard_at = null, state = null, since = null
                   where person_id = $1";
        Ok(self.execute(sql, args![person]).await? > 0)
    }

    /// The person takes calls, or none for now.
    pub async fn seat_away(&mut self, person: &PersonId, away: bool, now: Timestamp) -> Result<(), StoreError> {
        let sql = "update seat set away = $2, away_at = $3 where person_id = $1 and away <> $2";
        self.execute(sql, args![person, away, now]).await.map(drop)
    }

    /// A seat stands otherwise. False: another hub has told it, or somebody else sits there now.
    pub async fn seat_stands(
        &mut self,
        number: &str,
        person: &PersonId,
        (state, since): (SeatState, Timestamp),
    ) -> Result<bool, StoreError> {
        let sql = "update seat set state = $3, since = $4
                   where number = $1 and person_id = $2 and coalesce(state, '') <> $3";
        let stood = self.execute(sql, args![number, person, state, since]).await?;
        Ok(stood == 1)
    }

    /// This hub listens to the desks of these people.
    pub async fn seats_heard(&mut self, hub: &str, people: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = self.pick(
            "update seat set hub = $1, heard_at = $3, lost_at = null
             where person_id in (select value from json_each($2))",
            "update seat set hub = $1, heard_at = $3, lost_at = null
             where person_id in (select value from jsonb_array_elements_text($2::jsonb))",
        );
        self.execute(sql, args![hub, people, now]).await.map(drop)
    }

    /// The last desk of a person that this hub listened to is gone.
    pub async fn seat_lost(&mut self, hub: &str, person: &PersonId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "update seat set lost_at = $3 where person_id = $2 and hub = $1 and lost_at is null";
        Ok(self.execute(sql, args![hub, person, now]).await? > 0)
    }

    /// Seats of which no hub has said anything since `before`, as when a hub fell, are lost too.
    pub async fn seats_silent(&mut self, before: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let sql = "update seat set lost_at = $2 where person_id is not null and lost_at is null and heard_at <= $1";
        self.execute(sql, args![before, now]).await.map(drop)
    }

    /// Whoever's stream was cut before this hub ran has their grace from now.
    pub async fn seats_wait_anew(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let sql = "update seat set lost_at = $1 where lost_at is not null";
        self.execute(sql, args![now]).await.map(drop)
    }

    /// Who has been lost since before this.
    pub async fn seats_over(&mut self, before: Timestamp) -> Result<Vec<PersonId>, StoreError> {
        let sql = "select person_id from seat where person_id is not null and lost_at <= $1";
        let rows: Vec<(PersonId,)> = self.all(sql, args![before]).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
