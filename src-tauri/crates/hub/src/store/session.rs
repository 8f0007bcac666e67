//! Who is logged in. Tokens are known by their hash only.

use super::{Conn, StoreError};
use crate::{args, directory::parsed};
use lanedesk_domain::{ids::PersonId, time::Timestamp};

/// A session as the table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub person: PersonId,
    /// When it was last used, to the minute.
    pub used_at: Timestamp,
    /// When it ends however much it is used.
    pub expires_at: Timestamp,
    /// When its password was entered last: at the login, or once more since.
    pub confirmed_at: Timestamp,
}

impl Conn<'_> {
    /// The session of a token.
    pub async fn session(&mut self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        let sql =
            "select person_id, used_at, expires_at, coalesce(confirmed_at, created_at) from session
                   where token_hash = $1";
        let row: Option<(String, i64, i64, i64)> = self.optional(sql, args![token_hash]).await?;
        let session = |(person, used_at, expires_at, confirmed_at): (String, i64, i64, i64)| {
            Ok(Session {
                person: parsed(&person)?,
                used_at: Timestamp(used_at),
                expires_at: Timestamp(expires_at),
                confirmed_at: Timestamp(confirmed_at),
            })
        };
        row.map(session).transpose()
    }

    /// Begins a session.
    pub async fn begin_session(
        &mut self,
        token_hash: &str,
        session: &Session,
        address: &str,
    ) -> Result<(), StoreError> {
        let sql =
            "insert into session (token_hash, person_id, created_at, used_at, expires_at, address)
                   values ($1, $2, $3, $3, $4, $5)";
        let args = args![
            token_hash,
            &session.person,
            session.used_at,
            session.expires_at,
            address
        ];
        self.execute(sql, args).await.map(drop)
    }

    /// Notes that a session is in use.
    pub async fn touch_session(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "update session set used_at = $2 where token_hash = $1 and used_at < $2";
        self.execute(sql, args![token_hash, now]).await.map(drop)
    }

    /// Ends a session. Answers whether it was there.
    pub async fn end_session(&mut self, token_hash: &str) -> Result<bool, StoreError> {
        let sql = "delete from session where token_hash = $1";
        Ok(self.execute(sql, args![token_hash]).await? > 0)
    }

    /// Removes sessions that are over.
    pub async fn remove_old_sessions(
        &mut self,
        now: Timestamp,
        idle_before: Timestamp,
    ) -> Result<u64, StoreError> {
        let sql = "delete from session where expires_at <= $1 or used_at <= $2";
        self.execute(sql, args![now, idle_before]).await
    }
}
