//! What lets people in: password hashes, second factors, and the sessions a person can see and end.

use super::{Conn, StoreError, part::who};
use crate::args;
use lanedesk_domain::{ids::PersonId, time::Timestamp};
use lanedesk_wire::{account::OpenSession, problem::Holder};

/// An account as the table has it.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Account {
    /// Whose.
    pub person: PersonId,
    /// The name it logs in with.
    pub username: String,
    /// argon2id; empty: no password was set.
    pub hash: String,
    /// The password is for the first login only.
    pub must_change: bool,
    /// Others know it: it stood in a file.
    pub handed: bool,
    /// The TOTP secret, sealed; none: none was offered.
    pub factor: Option<String>,
    /// Whether the second factor is in force.
    pub enrolled: bool,
    /// The last step whose code was used.
    pub factor_step: Option<i64>,
}

/// Characters of a token's hash that name a session: enough to tell all apart, and of no use to anybody else.
const NAMED_BY: usize = 32;

#[derive(serde::Deserialize)]
struct SessionRow {
    token_hash: String,
    person: Holder,
    created_at: Timestamp,
    used_at: Timestamp,
    expires_at: Timestamp,
    address: Option<String>,
}

macro_rules! account {
    ($where:literal) => {
        concat!(
            "select id as person, username, password_hash as hash, must_change, handed, factor,
                factor_at is not null as enrolled, factor_step from person where ",
            $where,
            " and disabled_at is null"
        )
    };
}

impl Conn<'_> {
    /// The account of a name, if it may log in.
    pub(crate) async fn account_named(&mut self, username: &str) -> Result<Option<Account>, StoreError> {
        self.optional(account!("username = $1"), args![username]).await
    }

    /// The account of a person, if they may log in.
    pub(crate) async fn account(&mut self, person: &PersonId) -> Result<Option<Account>, StoreError> {
        self.optional(account!("id = $1"), args![person]).await
    }

    /// Sets a password its person chose. Empty: none, and nobody logs in before one is set.
    pub(crate) async fn set_password(&mut self, person: &PersonId, hash: &str) -> Result<(), StoreError> {
        let sql = "update person set password_hash = $2, must_change = $3, handed = $4 where id = $1";
        self.execute(sql, args![person, hash, hash.is_empty(), false]).await.map(drop)
    }

    /// Keeps what an administrator did to somebody's way in. What stood before is over. `code_hash`: with what a password
    /// is set anew; none: a second factor was taken away.
    pub(crate) async fn add_reset(
        &mut self,
        person: &PersonId,
        by: &PersonId,
        code_hash: Option<&str>,
        at: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        if code_hash.is_some() {
            self.end_resets(person, at).await?;
        }
        self.execute(
            "insert into reset (id, person_id, by_id, at, code_hash, expires_at) values ($1, $2, $3, $4, $5, $6)",
            args![uuid::Uuid::now_v7().to_string(), person, by, at, code_hash, until],
        )
        .await
        .map(drop)
    }

    /// The hash of the code with which somebody's password may be set now.
    pub(crate) async fn reset_code(&mut self, person: &PersonId, now: Timestamp) -> Result<Option<String>, StoreError> {
        let sql = "select code_hash from reset where person_id = $1 and over_at is null and expires_at > $2
                   and code_hash is not null order by id desc limit 1";
        let row: Option<(String,)> = self.optional(sql, args![person, now]).await?;
        Ok(row.map(|(hash,)| hash))
    }

    /// Codes that stood are over. False: none stood.
    pub(crate) async fn end_resets(&mut self, person: &PersonId, at: Timestamp) -> Result<bool, StoreError> {
        let sql = "update reset set over_at = $2 where person_id = $1 and over_at is null and code_hash is not null";
        Ok(self.execute(sql, args![person, at]).await? > 0)
    }

    /// Keeps a second factor that is offered, or forgets it (`None`). It is in force from `at` on, where that is given.
    pub(crate) async fn set_factor(
        &mut self,
        person: &PersonId,
        sealed: Option<&str>,
        at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let sql = "update person set factor = $2, factor_at = $3, factor_step = null where id = $1";
        self.execute(sql, args![person, sealed, at]).await.map(drop)
    }

    /// Uses a code's step up. False: it, or a later one, was used already.
    pub(crate) async fn use_factor_step(&mut self, person: &PersonId, step: i64) -> Result<bool, StoreError> {
        let sql = "update person set factor_step = $2, factor_tries = 0
                   where id = $1 and (factor_step is null or factor_step < $2)";
        Ok(self.execute(sql, args![person, step]).await? == 1)
    }

    /// Counts a code before it is looked at. Answers how many were tried since when, this one included; those of before
    /// `since` are forgotten.
    pub(crate) async fn count_factor_try(
        &mut self,
        person: &PersonId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(i64, Timestamp), StoreError> {
        let sql = "update person set
                     factor_tries = case when factor_tries_from > $2 then factor_tries + 1 else 1 end,
                     factor_tries_from = case when factor_tries_from > $2 then factor_tries_from else $3 end
                   where id = $1 returning factor_tries, factor_tries_from";
        self.one(sql, args![person, since, now]).await
    }

    /// Notes that a session's password was entered.
    pub(crate) async fn confirm_session(&mut self, token_hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "update session set confirmed_at = $2 where token_hash = $1";
        self.execute(sql, args![token_hash, now]).await.map(drop)
    }

    /// A person's sessions, newest first. `current` is the token of the one that asks.
    pub(crate) async fn sessions_of(
        &mut self,
        person: &PersonId,
        current: &str,
        now: Timestamp,
        idle_before: Timestamp,
    ) -> Result<Vec<OpenSession>, StoreError> {
        let rows: Vec<SessionRow> = self
            .all(
                concat!(
                    "select s.token_hash, ",
                    who!("person", "p"),
                    ", s.created_at, s.used_at, s.expires_at, s.address
                 from session s join person p on p.id = s.person_id
                 where s.person_id = $1 and s.expires_at > $2 and s.used_at > $3
                 order by s.created_at desc, s.token_hash limit 500"
                ),
                args![person, now, idle_before],
            )
            .await?;
        let shown = |row: SessionRow| OpenSession {
            current: row.token_hash == current,
            id: row.token_hash.chars().take(NAMED_BY).collect(),
            person: row.person,
            begun_at: row.created_at,
            used_at: row.used_at,
            expires_at: row.expires_at,
            address: row.address,
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    /// Whose session it is, and its token's hash.
    pub(crate) async fn session_named(&mut self, id: &str) -> Result<Option<(PersonId, String)>, StoreError> {
        // The hash is hexadecimal: what follows the name sorts below `g`.
        let until = format!("{id}g");
        let row: Option<(PersonId, String)> = self
            .optional(
                "select person_id, token_hash from session where token_hash >= $1 and token_hash < $2",
                args![id, until],
            )
            .await?;
        Ok(row.filter(|(_, hash)| hash.len() == NAMED_BY * 2 && id.len() == NAMED_BY))
    }

    /// Ends every session of a person but one. Answers the tokens' hashes.
    pub(crate) async fn end_sessions_of(&mut self, person: &PersonId, but: &str) -> Result<Vec<String>, StoreError> {
        let sql = "delete from session where person_id = $1 and token_hash <> $2 returning token_hash";
        let rows: Vec<(String,)> = self.all(sql, args![person, but]).await?;
        Ok(rows.into_iter().map(|(hash,)| hash).collect())
    }

    /// Everybody who sits at a seat.
    pub(crate) async fn seated(&mut self) -> Result<Vec<PersonId>, StoreError> {
        let sql = "select person_id from seat where person_id is not null";
        let rows: Vec<(PersonId,)> = self.all(sql, vec![]).await?;
        Ok(rows.into_iter().map(|(person,)| person).collect())
    }
}
