//! Somebody who comes in through the hub's door.

use super::wait_for;
use crate::demo::PASSWORD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

/// One person's way to one hub.
#[derive(Clone)]
pub(crate) struct Person {
    http: reqwest::Client,
    address: String,
    token: Option<String>,
    /// The address they seem to come from, for a hub behind a proxy of ours.
    from: Option<String>,
    /// Their id.
    pub(crate) id: String,
}

/// What the hub answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    /// Seconds of `Retry-After`.
    pub(crate) retry_after: Option<u64>,
}

impl Answer {
    /// The body of an answer that says yes.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.body);
        self.body
    }

    /// A refusal with this status and code; its body.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        let seen = (self.status.as_u16(), self.body["code"].as_str());
        assert_eq!(seen, (status, Some(code)), "{}", self.body);
        self.body
    }
}

/// A lane somebody holds.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) case: String,
    pub(crate) fence: i64,
    /// The whole answer.
    pub(crate) body: Value,
}

impl Person {
    /// The same person under the token that an answer gives.
    pub(crate) fn renewed(&self, answer: &Value) -> Self {
        Self { token: answer["token"].as_str().map(str::to_owned), ..self.clone() }
    }

    /// Somebody without a session.
    pub(crate) fn stranger(address: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, address: address.to_owned(), token: None, from: None, id: String::new() }
    }

    /// Somebody with one.
    pub(crate) async fn log_in(address: &str, username: &str) -> Self {
        // Everybody from a place of their own, for a hub behind a proxy: two hundred logins at once from one address
        // look like guessing. All on the hub's own machine: from elsewhere a password of a file is changed first.
        let place = username.bytes().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let [high, low] = place.to_be_bytes();
        let mut person = Self::stranger(address).from(&format!("127.1.{high}.{low}"));
        let session = person.try_log_in(username, PASSWORD).await.ok();
        person.token = session["token"].as_str().map(ToOwned::to_owned);
        session["person"]["id"].as_str().unwrap().clone_into(&mut person.id);
        person
    }

    /// The same person with the same session at another hub of the same records.
    pub(crate) fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// The same, seeming to come from another address.
    pub(crate) fn from(&self, address: &str) -> Self {
        Self { from: Some(address.to_owned()), ..self.clone() }
    }

    pub(crate) async fn try_log_in(&self, username: &str, password: &str) -> Answer {
        self.post("/api/session", &json!({"username": username, "password": password})).await
    }

    /// Where they go.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Their session.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    /// One request. An answer that is no JSON has the body null.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        Self::send(request).await
    }

    /// A request with this person's session, not yet sent.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(from) = &self.from {
            request = request.header("x-forwarded-for", from);
        }
        request
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn send(request: reqwest::RequestBuilder) -> Answer {
        Self::try_send(request).await.expect("an answer")
    }

    /// The same where the hub may die under it; none: it did, before the answer was out.
    pub(crate) async fn try_send(request: reqwest::RequestBuilder) -> Option<Answer> {
        let answer = request.send().await.ok()?;
        let status = answer.status();
        let retry_after = answer.headers().get("retry-after").map(|v| v.to_str().unwrap().parse().unwrap());
        let bytes = answer.bytes().await.ok()?;
        Some(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), retry_after })
    }

    /// Queries a lane (R6).
    pub(crate) async fn try_claim(&self, lane: &str) -> Answer {
        self.post(&format!("/api/lanes/{lane}/claim"), &json!({})).await
    }

    /// Queries a lane that is free.
    pub(crate) async fn claim(&self, lane: &str) -> Claim {
        let answer = self.try_claim(lane).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        Claim {
            case: answer.body["case"]["id"].as_str().unwrap().to_owned(),
            fence: answer.body["lease"]["fence"].as_i64().unwrap(),
            body: answer.body,
        }
    }

    /// The lane as it is, without locking it.
    pub(crate) async fn view(&self, lane: &str) -> Value {
        self.get(&format!("/api/lanes/{lane}")).await.ok()
    }

    /// Waits until the lane's page is as wanted.
    pub(crate) async fn see(&self, lane: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        wait_for(what, async || Some(self.view(lane).await).filter(&holds)).await
    }

    /// Types the right plate (R16).
    pub(crate) async fn correct(&self, claim: &Claim, plate: &str) -> Value {
        let body = json!({"fence": claim.fence, "plate": plate});
        self.post(&format!("/api/cases/{}/plate", claim.case), &body).await.ok()
    }

    /// Where an order for the arm goes, and what it says.
    pub(crate) fn order(claim: &Claim, id: Uuid, action: &str) -> (String, Value) {
        let body = json!({"order_id": id, "fence": claim.fence, "action": action, "clear": action == "close"});
        (format!("/api/cases/{}/barrier", claim.case), body)
    }

    /// Sends an order for the arm.
    pub(crate) async fn try_order(&self, claim: &Claim, id: Uuid, action: &str) -> Answer {
        let (path, body) = Self::order(claim, id, action);
        self.post(&path, &body).await
    }

    /// Opens; the order and what became of it.
    pub(crate) async fn open(&self, claim: &Claim) -> Value {
        self.try_order(claim, Uuid::new_v4(), "open").await.ok()["order"].clone()
    }

    /// Waits until an order is on record.
    pub(crate) async fn order_arrives(&self, id: Uuid) {
        let path = format!("/api/orders/{id}");
        wait_for("the order on record", async || self.get(&path).await.status.is_success().then_some(())).await;
    }

    /// Waits until an order has become this.
    pub(crate) async fn order_becomes(&self, id: &Value, result: &str) -> Value {
        let path = format!("/api/orders/{}", id.as_str().unwrap());
        wait_for(&format!("the order to be {result}"), async || {
            Some(self.get(&path).await.ok()).filter(|order| order["result"] == result)
        })
        .await
    }

    pub(crate) async fn try_close(&self, claim: &Claim) -> Answer {
        self.post(&format!("/api/cases/{}/close", claim.case), &json!({})).await
    }
}
