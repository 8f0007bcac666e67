//! One's own account: password, sessions, second factor; and what an administrator may do to others' (R4).

use super::Answer;
use crate::desk::Desk;
use lanedesk_wire::{
    account::{ChangePassword, ConfirmSecondFactor, ResetPassword},
    session::Person,
};
use tauri::State;

/// Changes one's own password. Answers the person: a password for one login is no longer one.
#[tauri::command]
#[specta::specta]
pub async fn change_password(desk: State<'_, Desk>, old: String, wanted: String) -> Answer<Person> {
    desk.renewed(|hub| async move { hub.change_password(ChangePassword { old, new: wanted }).await }).await
}

/// The password once more; what was refused for want of it may then be sent again.
#[tauri::command]
#[specta::specta]
pub async fn confirm_password(desk: State<'_, Desk>, password: String) -> Answer<()> {
    desk.confirm_password(password).await
}

/// Sets a password with the code an administrator handed over, and logs in. `second`: six digits, where the person has a
/// second factor.
#[tauri::command]
#[specta::specta]
pub async fn reset_with_code(
    desk: State<'_, Desk>,
    hub_url: String,
    username: String,
    code: String,
    wanted: String,
    second: Option<String>,
) -> Answer<Person> {
    let told = ResetPassword { username, code, password: wanted, second_factor: second };
    desk.reset_with_code(&hub_url, told).await
}

/// Puts it in force.
#[tauri::command]
#[specta::specta]
pub async fn confirm_second_factor(desk: State<'_, Desk>, code: String) -> Answer<Person> {
    desk.renewed(|hub| async move { hub.confirm_second_factor(ConfirmSecondFactor { code }).await }).await
}
