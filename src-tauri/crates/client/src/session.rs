//! Logging in and out, and the seat.

use crate::{CallError, Hub, Token};
use lanedesk_wire::session::{BindSeat, Login, Person, Session};
use reqwest::Method;

impl Hub {
    /// Logs in and keeps the token here. `code`: the second factor's six digits, where the account has one.
    pub async fn login(&self, username: String, password: String, code: Option<String>) -> Result<Person, CallError> {
        let request =
            self.anonymous(self.calls(), Method::POST, "/api/session").json(&Login { username, password, code });
        let session: Session = self.read(self.send(request).await?).await?;
        self.set_token(Some(Token::new(session.token)));
        Ok(session.person)
    }

    /// Whose session this is.
    pub async fn person(&self) -> Result<Person, CallError> {
        self.get("/api/session").await
    }

    /// Ends the session on the hub. The token is forgotten here whatever the hub says.
    pub async fn logout(&self) -> Result<(), CallError> {
        let told = self.tell(Method::DELETE, "/api/session", None::<&()>).await;
        self.set_token(None);
        told
    }

    /// Sits down at a seat (R4).
    pub async fn bind_seat(&self, number: String) -> Result<Person, CallError> {
        let seat = BindSeat { number };
        self.tell(Method::PUT, "/api/seat", Some(&seat)).await?;
        self.person().await
    }

    /// Leaves the seat.
    pub async fn free_seat(&self) -> Result<Person, CallError> {
        self.tell(Method::DELETE, "/api/seat", None::<&()>).await?;
        self.person().await
    }
}
