//! A desk as far as these tests need one.

use futures::StreamExt as _;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest as _},
};

/// Longest wait for anything that should come.
const SOON: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) http: Client,
    pub(crate) addr: SocketAddr,
    pub(crate) token: Option<String>,
}

/// An answer with its JSON, null where it has none.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    /// The problem's code, once the answer is known to be that problem.
    pub(crate) fn refused(&self, status: u16, code: &str) -> &Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{:?}", self.body);
        assert_eq!(self.body["status"], status);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert!(!self.body["title"].as_str().unwrap().is_empty() && !self.body["detail"].as_str().unwrap().is_empty());
        &self.body
    }

    pub(crate) fn ok(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{:?}", self.body);
        &self.body
    }
}

impl Desk {
    pub(crate) fn new(addr: SocketAddr) -> Self {
        let http = Client::builder().no_proxy().build().unwrap();
        Self { http, addr, token: None }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("http://{}{path}", self.addr));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn try_log_in(&self, username: &str, password: &str) -> Answer {
        self.post("/api/session", json!({"username": username, "password": password})).await
    }

    /// Sets a password with a code an administrator handed over.
    pub(crate) async fn reset(&self, username: &str, code: &str, password: &str) -> Answer {
        let told = json!({"username": username, "code": code, "password": password});
        self.post("/api/session/reset", told).await
    }

    /// Enters the password once more; the session goes on under another token.
    pub(crate) async fn confirm(&mut self, password: &str) -> Answer {
        let answer = self.post("/api/session/confirm", json!({"password": password})).await;
        if let Some(token) = answer.body["token"].as_str() {
            self.token = Some(token.to_owned());
        }
        answer
    }

    pub(crate) async fn log_in(&mut self, username: &str, password: &str) -> Value {
        let answer = self.try_log_in(username, password).await;
        answer.ok(201);
        self.token = answer.body["token"].as_str().map(str::to_owned);
        answer.body
    }

    /// Lane ids a query finds, best first.
    pub(crate) async fn lanes(&self, query: &str) -> Vec<String> {
        let request = self.request(Method::GET, "/api/search").query(&[("q", query)]);
        let answer = self.send(request).await;
        let lanes = answer.ok(200)["lanes"].as_array().unwrap();
        lanes.iter().map(|lane| lane["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Opens the stream, or tells with which status it was refused.
    pub(crate) async fn stream(&self, query: &str) -> Result<Stream, StatusCode> {
        let mut request = format!("ws://{}/api/stream{query}", self.addr).into_client_request().unwrap();
        if let Some(token) = &self.token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Stream(socket)),
            Err(tungstenite::Error::Http(response)) => Err(StatusCode::from_u16(response.status().as_u16()).unwrap()),
            Err(error) => panic!("{error}"),
        }
    }
}

pub(crate) struct Stream(pub(crate) WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Stream {
    /// The next frame; none where the hub has closed the stream.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            let message = timeout(SOON, self.0.next()).await.expect("a frame or the end of the stream");
            match message {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next frame of a kind; others are passed over.
    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await.unwrap_or_else(|| panic!("the stream ended before {kind}"));
            if frame["type"] == kind {
                return frame;
            }
        }
    }
}
