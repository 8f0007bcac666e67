//! One's own account, and what an administrator may do to others': passwords, sessions, the second factor (R4).
//!
//! Texts that let somebody in are told once and never shown by `Debug`.

use crate::problem::Holder;
use lanedesk_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A shape that carries a secret shows its name only.
macro_rules! unshown {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), " { .. }"))
            }
        }
    )+};
}
unshown!(
    ChangePassword,
    ConfirmPassword,
    OneTimeCode,
    ResetPassword,
    SessionRenewal,
    SecondFactorOffer,
    ConfirmSecondFactor
);

/// `PUT /api/session/password`. Every other session of the person ends with it.
#[derive(Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ChangePassword {
    /// The password in force.
    pub old: String,
    /// The one wanted: 8 characters or more, another, and none that everybody guesses first.
    pub new: String,
}

/// `POST /api/session/confirm`: the password once more, before something dangerous. Holds for the rule
/// `reentry_minutes` in this session.
#[derive(Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ConfirmPassword {
    /// The password in force.
    pub password: String,
}

/// What `POST /api/session/confirm` answers: the session goes on under this token, the one before is over.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct SessionRenewal {
    /// Sent as `Authorization: Bearer` from now on.
    pub token: String,
    /// When the session ends however much it is used.
    pub expires_at: Timestamp,
}

/// `POST /api/people/{person}/password`: a code told this once, with which the person sets a password of their own
/// (`POST /api/session/reset`). It logs nobody in, and nobody else learns the password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct OneTimeCode {
    /// The account.
    pub username: String,
    /// The code.
    pub code: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// `POST /api/session/reset`: sets a password with the code an administrator handed over, and logs in.
#[derive(Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ResetPassword {
    /// The account.
    pub username: String,
    /// The code. It is good once.
    pub code: String,
    /// The password wanted.
    pub password: String,
    /// Six digits of the second factor, where the person has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<String>,
}

/// A session as its person, or an administrator, sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct OpenSession {
    /// Names it; nothing can be done with it but end it.
    pub id: String,
    /// Whose it is.
    pub person: Holder,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Timestamp,
    /// When it ends however much it is used.
    pub expires_at: Timestamp,
    /// The network address it was begun from; absent for old ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `GET /api/session/second-factor`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct SecondFactor {
    /// The rules want one of this role.
    pub required: bool,
    /// The person has one.
    pub enrolled: bool,
}

/// `POST /api/session/second-factor`: a new one, not yet in force.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct SecondFactorOffer {
    /// To be typed where no camera reads the QR (base32).
    pub secret: String,
    /// The same as an `otpauth://` address.
    pub uri: String,
    /// An SVG of a QR code of that address.
    pub qr_svg: String,
}

/// `PUT /api/session/second-factor`: the app's six digits prove that it was taken up; from then on it is in force.
#[derive(Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ConfirmSecondFactor {
    /// Six digits.
    pub code: String,
}
