//! The back office: accounts, the site, help, repairs and cash.

use super::{Trail, post};
use crate::{demo::PASSWORD, harness::Person};
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Algorithm, Secret, TOTP};

pub(super) async fn keeping_house(trail: &mut Trail) {
    own_account(trail).await;
    others_accounts(trail).await;
}

/// What an authenticator app shows at the hub's time.
fn code(trail: &Trail, secret: &str) -> String {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let totp = TOTP::new(Algorithm::SHA1, 6, 0, 30, bytes).unwrap();
    totp.generate(u64::try_from(trail.world.now().0 / 1000).unwrap())
}

async fn own_account(trail: &mut Trail) {
    let (agent, other) = (
        trail.world.person("agent2").await,
        trail.world.person("agent2").await,
    );
    let call = |method: Method, path: &'static str, body: Value| {
        let agent = agent.clone();
        async move { agent.call(method, path, Some(&body)).await }
    };
    let confirm = call(
        Method::POST,
        "/api/session/confirm",
        json!({"password": PASSWORD}),
    );
    trail.step("POST /api/session/confirm", confirm).await;
    let offer = call(Method::POST, "/api/session/second-factor", json!({}));
    let offer = trail.step("POST /api/session/second-factor", offer).await;
    let code = json!({"code": code(trail, offer["secret"].as_str().unwrap())});
    let taken = call(Method::PUT, "/api/session/second-factor", code);
    trail.step("PUT /api/session/second-factor", taken).await;
    let dropped = call(Method::DELETE, "/api/session/second-factor", json!({}));
    trail
        .step("DELETE /api/session/second-factor", dropped)
        .await;
    let sessions = agent.get("/api/sessions").await.ok();
    let open = sessions["items"].as_array().unwrap().iter();
    let id = open.filter(|one| one["current"] == false).next().unwrap()["id"].clone();
    let path = format!("/api/sessions/{}", id.as_str().unwrap());
    trail
        .step(
            "DELETE /api/sessions/{session}",
            agent.call(Method::DELETE, &path, None),
        )
        .await;
    other.get("/api/session").await.refused(401, "no_session");
    let change = json!({"old": PASSWORD, "new": "another-password"});
    trail
        .step(
            "PUT /api/session/password",
            call(Method::PUT, "/api/session/password", change),
        )
        .await;
}

async fn others_accounts(trail: &mut Trail) {
    let admin = trail.world.person("admin").await;
    let guard: Person = trail.world.person("guard").await;
    let path = format!("/api/people/{}/second-factor", guard.id);
    trail
        .step(
            "DELETE /api/people/{person}/second-factor",
            admin.call(Method::DELETE, &path, None),
        )
        .await;
    let path = format!("/api/people/{}/password", guard.id);
    trail
        .step(
            "POST /api/people/{person}/password",
            post(&admin, path, json!({})),
        )
        .await;
}
