//! Logging in, and the seat.

use lanedesk_domain::{
    ids::PersonId,
    person::{Permission, Role},
    time::Timestamp,
    zone::TIME_ZONE,
};
use serde::{Deserialize, Serialize};

/// `POST /api/session`
#[derive(Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Login {
    /// The account.
    pub username: String,
    /// Its password; never logged.
    pub password: String,
    /// The six digits of the second factor, where the account has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login { .. }")
    }
}

/// The person of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// The name people know.
    pub name: String,
    /// Their one role.
    pub role: Role,
    /// The number of the seat they sit at; only agents have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
    /// What this person may do: the same table the hub checks by, so that the page offers nothing that is refused.
    #[serde(default)]
    pub permissions: Vec<Permission>,
    /// The password was for one login: nothing but changing it is possible.
    #[serde(default)]
    pub must_change: bool,
    /// The rules want a second factor of this role and there is none yet: nothing but taking one up is possible.
    #[serde(default)]
    pub must_enrol: bool,
    /// The zone of the lots' clocks, as IANA names it (R55): times are shown, typed and counted in it.
    #[serde(default = "usual_zone")]
    pub time_zone: String,
}

fn usual_zone() -> String {
    TIME_ZONE.to_owned()
}

/// The answer to a login: the only place where the token stands.
#[derive(Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Session {
    /// Opaque; sent as `Authorization: Bearer`. Never enters JavaScript.
    pub token: String,
    /// When it ends however much it is used.
    pub expires_at: Timestamp,
    /// Whose it is.
    pub person: Person,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// `PUT /api/seat`
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct BindSeat {
    /// The seat's number.
    pub number: String,
}
