//! Who is logged in. Tokens are known by their hash only.

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::{ids::PersonId, time::Timestamp};
use std::net::IpAddr;

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
    /// It was begun from another machine than the hub's.
    pub beyond: bool,
}

/// Whether a login from there comes from another machine than the hub's.
pub(crate) fn is_beyond(address: IpAddr) -> bool {
    !address.to_canonical().is_loopback()
}

/// Person, last use, end, last password, address.
type SessionColumns = (PersonId, Timestamp, Timestamp, Timestamp, Option<String>);

impl Conn<'_> {
    /// The session of a token.
    pub async fn session(&mut self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        let sql = "select person_id, used_at, expires_at, coalesce(confirmed_at, created_at), address from session
                   where token_hash = $1";
        let row: Option<SessionColumns> = self.optional(sql, args![token_hash]).await?;
        let session = |(person, used_at, expires_at, confirmed_at, address): SessionColumns| {
            let address: Option<IpAddr> = address.and_then(|address| address.parse().ok());
            Session { person, used_at, expires_at, confirmed_at, beyond: address.is_none_or(is_beyond) }
        };
        Ok(row.map(session))
    }

    /// Begins a session.
    pub async fn begin_session(
        &mut self,
        token_hash: &str,
        session: &Session,
        address: &str,
    ) -> Result<(), StoreError> {
        let sql = "insert into session (token_hash, person_id, created_at, used_at, expires_at, address)
                   values ($1, $2, $3, $3, $4, $5)";
        let args = args![token_hash, &session.person, session.used_at, session.expires_at, address];
        self.execute(sql, args).await.map(drop)
    }

    /// The session goes on under another token, for which the password was entered now. False: it is over.
    pub(crate) async fn renew_session(
        &mut self,
        token_hash: &str,
        new: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "update session set token_hash = $2, confirmed_at = $3, used_at = $3 where token_hash = $1";
        Ok(self.execute(sql, args![token_hash, new, now]).await? == 1)
    }

    /// Where the sessions of an account were begun.
    pub(crate) async fn session_places(&mut self, username: &str) -> Result<Vec<IpAddr>, StoreError> {
        let sql = "select distinct s.address from session s join person p on p.id = s.person_id
                   where p.username = $1 and s.address is not null";
        let rows: Vec<(String,)> = self.all(sql, args![username]).await?;
        Ok(rows.iter().filter_map(|(at,)| at.parse().ok()).collect())
    }

    /// Notes that a session is in use.
    pub async fn touch_session(&mut self, token_hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "update session set used_at = $2 where token_hash = $1 and used_at < $2";
        self.execute(sql, args![token_hash, now]).await.map(drop)
    }

    /// Ends a session. Answers whether it was there.
    pub async fn end_session(&mut self, token_hash: &str) -> Result<bool, StoreError> {
        let sql = "delete from session where token_hash = $1";
        Ok(self.execute(sql, args![token_hash]).await? > 0)
    }

    /// Removes sessions that are over.
    pub async fn remove_old_sessions(&mut self, now: Timestamp, idle_before: Timestamp) -> Result<u64, StoreError> {
        let sql = "delete from session where expires_at <= $1 or used_at <= $2";
        self.execute(sql, args![now, idle_before]).await
    }
}
