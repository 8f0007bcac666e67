//! One's own account: password, sessions, second factor; and what an administrator may do to others' (R4).

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::Hub;
use lanedesk_domain::ids::PersonId;
use lanedesk_wire::{
    account::{OneTimeCode, OpenSession, ResetPassword, SecondFactor, SecondFactorOffer},
    session::Person,
};
use tauri::State;

/// Changes one's own password. Answers the person: a password for one login is no longer one.
#[tauri::command]
#[specta::specta]
pub async fn change_password(desk: State<'_, Desk>, old: String, wanted: String) -> Answer<Person> {
    desk.renewed(|hub| async move { hub.change_password(old, wanted).await }).await
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

/// Open sessions: one's own, or somebody's.
#[tauri::command]
#[specta::specta]
pub async fn open_sessions(desk: State<'_, Desk>, person: Option<PersonId>) -> Answer<Vec<OpenSession>> {
    let asked = desk.ask(|hub: Hub| async move { hub.open_sessions(person.as_ref()).await });
    Ok(asked.await?.items)
}

/// Ends a session.
#[tauri::command]
#[specta::specta]
pub async fn end_session(desk: State<'_, Desk>, id: String) -> Answer<()> {
    desk.ask(|hub| async move { hub.end_session(&id).await }).await
}

/// How one's second factor stands.
#[tauri::command]
#[specta::specta]
pub async fn second_factor(desk: State<'_, Desk>) -> Answer<SecondFactor> {
    desk.ask(|hub| async move { hub.second_factor().await }).await
}

/// A new second factor, in force once its first code was told.
#[tauri::command]
#[specta::specta]
pub async fn offer_second_factor(desk: State<'_, Desk>) -> Answer<SecondFactorOffer> {
    desk.ask(|hub| async move { hub.offer_second_factor().await }).await
}

/// Puts it in force.
#[tauri::command]
#[specta::specta]
pub async fn confirm_second_factor(desk: State<'_, Desk>, code: String) -> Answer<Person> {
    desk.renewed(|hub| async move { hub.confirm_second_factor(code).await }).await
}

/// Gives one's second factor up.
#[tauri::command]
#[specta::specta]
pub async fn drop_second_factor(desk: State<'_, Desk>) -> Answer<()> {
    desk.ask(|hub| async move { hub.drop_second_factor().await }).await
}

/// Takes somebody's password away; answers a code, told this once, with which they set one of their own.
#[tauri::command]
#[specta::specta]
pub async fn reset_password(desk: State<'_, Desk>, person: PersonId) -> Answer<OneTimeCode> {
    desk.ask(|hub| async move { hub.reset_password(&person).await }).await
}

/// Takes somebody's second factor away.
#[tauri::command]
#[specta::specta]
pub async fn reset_second_factor(desk: State<'_, Desk>, person: PersonId) -> Answer<()> {
    desk.ask(|hub| async move { hub.reset_second_factor(&person).await }).await
}
