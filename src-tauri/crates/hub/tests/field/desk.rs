//! Somebody at a desk: their session, their photos, their releases.

use crate::lot::{Held, Lot};
use lanedesk_domain::time::Timestamp;
use reqwest::{Client, Method, StatusCode, multipart};
use serde_json::{Value, json};

/// A person who has logged in.
pub(crate) struct Desk<'a> {
    pub(crate) lot: &'a Lot,
    http: Client,
    token: String,
}

/// What the hub answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
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

impl<'a> Desk<'a> {
    pub(crate) async fn of(lot: &'a Lot, username: &str) -> Self {
        Self { token: lot.log_in(username).await, http: Client::builder().no_proxy().build().unwrap(), lot }
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let told = request.bearer_auth(&self.token).send().await.unwrap();
        let status = told.status();
        let body = serde_json::from_slice(&told.bytes().await.unwrap()).unwrap_or(Value::Null);
        Answer { status, body }
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.http.request(method, self.lot.url(path));
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, None).await.ok()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn claim(&self, lane: &str) -> Held {
        let path = format!("/api/lanes/{lane}/claim");
        let mut claimed = self.post(&path, json!({})).await.ok();
        Held {
            case: claimed["case"]["id"].as_str().unwrap().to_owned(),
            fence: claimed["lease"]["fence"].as_i64().unwrap(),
            view: claimed["view"].take(),
        }
    }

    /// Sends a file as a photo of a case, taken at this moment.
    pub(crate) async fn send_photo(&self, case: &str, file: Vec<u8>, source: &str, taken_at: Timestamp) -> Answer {
        let part = multipart::Part::bytes(file).file_name("photo.jpg");
        let form = multipart::Form::new()
            .part("file", part.mime_str("image/jpeg").unwrap())
            .text("source", source.to_owned())
            .text("taken_at", taken_at.to_string());
        let url = self.lot.url(&format!("/api/cases/{case}/photos"));
        self.send(self.http.post(url).multipart(form)).await
    }

    /// A fresh photo of a document; its id.
    pub(crate) async fn photo(&self, held: &Held, picture: u8) -> String {
        let now = self.lot.hub.clock.now();
        let sent = self.send_photo(&held.case, jpeg(picture), "system_camera", now);
        let kept = sent.await.ok();
        kept["id"].as_str().unwrap().to_owned()
    }

    /// Releases; the answer.
    pub(crate) async fn release(&self, held: &Held, body: Value) -> Answer {
        let mut whole =
            json!({"order_id": uuid::Uuid::now_v7(), "fence": held.fence, "reason": "misread", "remark": ""});
        for (key, value) in body.as_object().unwrap() {
            whole[key] = value.clone();
        }
        let path = format!("/api/cases/{}/release", held.case);
        self.post(&path, whole).await
    }
}

/// A photo unlike those of other numbers.
pub(crate) fn jpeg(number: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(320, 200, |x, y| {
        let line = (x / 16 + y / 16 * u32::from(number)) % 7;
        image::Rgb([number, u8::try_from(line * 36).unwrap(), 90])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    file.into_inner()
}

/// What lotsim's devices were asked at a lane.
pub(crate) fn reached(lot: &Lot, lane: &str) -> usize {
    let commands = lot.sim.commands();
    commands.iter().filter(|command| command.lane == lane).count()
}
