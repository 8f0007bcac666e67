//! One's own account: password, sessions, second factor; and what an administrator may do to others' (R4).

use lanedesk_wire::{
    account::{ChangePassword, ConfirmSecondFactor, ResetPassword},
    session::Person,
};

commands! { desk:
    /// Changes one's own password. Answers the person: a password for one login is no longer one.
    change_password(old: String, wanted: String) -> Person
        = desk.renewed(|hub| async move { hub.change_password(ChangePassword { old, new: wanted }).await }).await;
    /// The password once more; what was refused for want of it may then be sent again.
    confirm_password(password: String) -> () = desk.confirm_password(password).await;
    /// Sets a password with the code an administrator handed over, and logs in. `second`: six digits, where the person has a
    /// second factor.
    reset_with_code(hub_url: String, username: String, code: String, wanted: String, second: Option<String>) -> Person = {
        let told = ResetPassword { username, code, password: wanted, second_factor: second };
        desk.reset_with_code(&hub_url, told).await
    };
    /// Puts it in force.
    confirm_second_factor(code: String) -> Person
        = desk.renewed(|hub| async move { hub.confirm_second_factor(ConfirmSecondFactor { code }).await }).await;
}
