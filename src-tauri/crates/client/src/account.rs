//! One's own account (R4): what changes the token.

use crate::{CallError, Hub, Token};
use lanedesk_wire::{
    account::{ConfirmPassword, ResetPassword, SessionRenewal},
    session::{Person, Session},
};
use reqwest::Method;

impl Hub {
    /// The password once more, before something dangerous. The session goes on under another token.
    pub async fn confirm_password(&self, password: String) -> Result<(), CallError> {
        self.renew(async {
            let request = self.request(Method::POST, "/api/session/confirm")?;
            let renewed: SessionRenewal = self.answer(request.json(&ConfirmPassword { password })).await?;
            Ok(Token::new(renewed.token))
        })
        .await
    }

    /// Sets a password with the code an administrator handed over, and logs in.
    pub async fn reset_with(&self, told: ResetPassword) -> Result<Person, CallError> {
        let request = self.anonymous(Method::POST, "/api/session/reset");
        let session: Session = self.answer(request.json(&told)).await?;
        self.set_token(Some(Token::new(session.token)));
        Ok(session.person)
    }
}
