//! Logging in and out, and the seat (R2, R4).

use lanedesk_wire::session::Person;
use serde::{Deserialize, Serialize};
use specta::Type;

/// How the line to the hub stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// The stream is up; orders may be sent.
    Online,
    /// The stream is being set up or was cut a moment ago.
    Connecting,
    /// There is no session, or the hub has not been reached for a while.
    #[default]
    Offline,
}

/// Who is logged in, where, and whether the hub is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SessionStatus {
    /// The hub's address last used; empty before the first login.
    pub hub_url: String,
    /// The account last used, to fill the login form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The person logged in; absent: log in first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// How the line stands.
    pub connection: Connection,
}

commands! { desk:
    /// Who is logged in; takes a session kept in the system's keyring up again.
    session_status() -> SessionStatus = Ok(desk.status().await);
    /// Logs in; the token stays in Rust. `code`: six digits, where the hub asks for a second factor.
    login(hub_url: String, username: String, password: String, code: Option<String>) -> Person
        = desk.login(&hub_url, username, password, code).await;
    /// Logs out here and on the hub.
    logout() -> () = {
        desk.logout().await;
        Ok(())
    };
    /// Sits down at a seat.
    bind_seat(number: String) -> Person = desk.seat(Some(number)).await;
    /// Leaves the seat.
    free_seat() -> Person = desk.seat(None).await;
}
