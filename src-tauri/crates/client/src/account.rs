//! One's own account, and what an administrator may do to others' (R4).

use crate::{CallError, Hub, Token, lane::EMPTY, segment::segment};
use lanedesk_domain::ids::PersonId;
use lanedesk_wire::{
    account::{
        ChangePassword, ConfirmPassword, ConfirmSecondFactor, OneTimeCode, OpenSession, ResetPassword, SecondFactor,
        SecondFactorOffer, SessionRenewal,
    },
    list::Page,
    session::{Person, Session},
};
use reqwest::Method;
use serde::Serialize;

#[derive(Serialize)]
struct Whose<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<&'a PersonId>,
}

impl Hub {
    /// Changes one's own password.
    pub async fn change_password(&self, old: String, new: String) -> Result<(), CallError> {
        let change = ChangePassword { old, new };
        self.tell(Method::PUT, "/api/session/password", Some(&change)).await
    }

    /// The password once more, before something dangerous. The session goes on under another token.
    pub async fn confirm_password(&self, password: String) -> Result<(), CallError> {
        self.renew(async {
            let told = ConfirmPassword { password };
            let renewed: SessionRenewal = self.post("/api/session/confirm", &told).await?;
            Ok(Token::new(renewed.token))
        })
        .await
    }

    /// Sets a password with the code an administrator handed over, and logs in.
    pub async fn reset_with(&self, told: ResetPassword) -> Result<Person, CallError> {
        let request = self.anonymous(self.calls(), Method::POST, "/api/session/reset");
        let session: Session = self.read(self.send(request.json(&told)).await?).await?;
        self.set_token(Some(Token::new(session.token)));
        Ok(session.person)
    }

    /// Open sessions: one's own, or with `person` somebody's.
    pub async fn open_sessions(&self, person: Option<&PersonId>) -> Result<Page<OpenSession>, CallError> {
        self.get_with("/api/sessions", &Whose { person }).await
    }

    /// Ends a session.
    pub async fn end_session(&self, id: &str) -> Result<(), CallError> {
        let path = format!("/api/sessions/{}", segment(id));
        self.tell(Method::DELETE, &path, None::<&()>).await
    }

    /// How one's second factor stands.
    pub async fn second_factor(&self) -> Result<SecondFactor, CallError> {
        self.get("/api/session/second-factor").await
    }

    /// A new second factor, not yet in force.
    pub async fn offer_second_factor(&self) -> Result<SecondFactorOffer, CallError> {
        self.post("/api/session/second-factor", &EMPTY).await
    }

    /// Puts the offered one in force.
    pub async fn confirm_second_factor(&self, code: String) -> Result<(), CallError> {
        let told = ConfirmSecondFactor { code };
        self.tell(Method::PUT, "/api/session/second-factor", Some(&told)).await
    }

    /// Gives one's second factor up.
    pub async fn drop_second_factor(&self) -> Result<(), CallError> {
        let path = "/api/session/second-factor";
        self.tell(Method::DELETE, path, None::<&()>).await
    }

    /// Takes somebody's password away; a code with which they set one.
    pub async fn reset_password(&self, person: &PersonId) -> Result<OneTimeCode, CallError> {
        let path = format!("/api/people/{}/password", segment(person.as_str()));
        self.post(&path, &EMPTY).await
    }

    /// Takes somebody's second factor away, so that they take up a new one.
    pub async fn reset_second_factor(&self, person: &PersonId) -> Result<(), CallError> {
        let path = format!("/api/people/{}/second-factor", segment(person.as_str()));
        self.tell(Method::DELETE, &path, None::<&()>).await
    }
}
