//! Logging in and out.

use crate::{CallError, Hub, Token};
use lanedesk_wire::session::{Login, Person, Session};
use reqwest::Method;

impl Hub {
    /// Logs in and keeps the token here. `code`: the second factor's six digits, where the account has one.
    pub async fn login(&self, username: String, password: String, code: Option<String>) -> Result<Person, CallError> {
        let request = self.anonymous(Method::POST, "/api/session").json(&Login { username, password, code });
        let session: Session = self.answer(request).await?;
        self.set_token(Some(Token::new(session.token)));
        Ok(session.person)
    }

    /// Ends the session on the hub. The token is forgotten here whatever the hub says.
    pub async fn logout(&self) -> Result<(), CallError> {
        let told = self.end_own_session().await;
        self.set_token(None);
        told
    }
}
