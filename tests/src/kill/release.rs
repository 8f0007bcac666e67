//! A release whose hub dies at any step (R23, R25, R26; invariants 4 and 5): no movement without a committed record, no
//! order twice, no photo lost that was acknowledged.

use crate::harness::{Answer, Claim, Database, Engine, HubProcess, Person, hub_site, on_each_engine, site};
use lanedesk_hub::crash_points::{self, Point};
use lotsim::Lotsim;
use reqwest::{Method, multipart};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::task::JoinHandle;
use uuid::Uuid;

on_each_engine!(
    a_release_whose_hub_dies_at_any_step_leaves_nothing_undone_twice_or_lost,
    a_release_whose_hub_dies_at_any_named_point_leaves_nothing_undone_twice_or_lost,
);

/// From the press to the death of the hub, ms: at first it dies while the request arrives, at last after the answer.
const MOMENTS: [u64; 4] = [0, 6, 15, 40];

/// Everything that outlives a hub.
struct Story {
    lot: Lotsim,
    database: Database,
    /// Photos the hub has acknowledged.
    kept: Vec<String>,
}

async fn a_release_whose_hub_dies_at_any_step_leaves_nothing_undone_twice_or_lost(engine: Engine) {
    let (mut story, mut hub) = Story::begin(engine).await;
    let guard = Person::log_in(&hub.address, "guard").await;
    for (n, moment) in (0..).zip(MOMENTS) {
        let guard = guard.at(&hub.address);
        let (claim, body) = story.ready(&guard, n).await;
        let before = story.reached();
        let sending = leave(photo(&guard, &claim, 100 + n));
        let pressing = leave(release(&guard, &claim, &body));
        tokio::time::sleep(Duration::from_millis(moment)).await;
        hub.kill().unwrap();
        if let Some(sent) = sending.await.unwrap() {
            story.keep(&sent);
        }
        let told = pressing.await.unwrap();
        hub = story.hub(None);
        let guard = guard.at(&hub.address);
        story.nothing_is_lost(&guard).await;
        story.once(&guard, &claim, &body, before, told).await;
        // What was not acknowledged is sent again, and is one photo all the same.
        let again = Person::send(photo(&guard, &claim, 100 + n)).await;
        story.keep(&again);
    }
    story.no_photo_twice().await;
}

/// Everything between the shutter and the arm that rests, point by point (`hub::crash_points`).
async fn a_release_whose_hub_dies_at_any_named_point_leaves_nothing_undone_twice_or_lost(engine: Engine) {
    let (mut story, mut hub) = Story::begin(engine).await;
    let guard = Person::log_in(&hub.address, "guard").await;
    for (n, point) in (0..).zip(Point::ALL) {
        let guard = guard.at(&hub.address);
        let (claim, body) = story.ready(&guard, n).await;
        let before = story.reached();
        std::fs::write(story.halt_file(), point.as_str()).unwrap();
        let of_photo = matches!(point, Point::PhotoKept | Point::PhotoWritten);
        let told = if of_photo {
            story.keep_if(Person::try_send(photo(&guard, &claim, 100 + n)).await);
            None
        } else {
            Person::try_send(release(&guard, &claim, &body)).await
        };
        hub.is_gone().unwrap_or_else(|error| panic!("{}: {error}", point.as_str()));
        std::fs::remove_file(story.halt_file()).unwrap();
        hub = story.hub(None);
        let guard = guard.at(&hub.address);
        story.nothing_is_lost(&guard).await;
        if of_photo {
            let again = Person::send(photo(&guard, &claim, 100 + n)).await;
            story.keep_if(Some(again));
        }
        story.once(&guard, &claim, &body, before, told).await;
    }
    story.no_photo_twice().await;
}

/// No photo is there twice.
const TWICE: &str =
    "select count(*) from (select 1 as one from photo group by case_id, original having count(*) > 1) p";

impl Story {
    /// The demo lot with its hub, which halts where the file says.
    async fn begin(engine: Engine) -> (Self, HubProcess) {
        let lot = site::lot(&[]).await;
        let database = Database::new(engine).await;
        let file = database.folder().join("site.toml");
        std::fs::write(&file, hub_site(&lot)).unwrap();
        let story = Self { lot, database, kept: Vec::new() };
        let hub = story.hub(Some(&file));
        (story, hub)
    }

    fn hub(&self, site: Option<&Path>) -> HubProcess {
        let halt = self.halt_file();
        let variables = [(crash_points::FILE, halt.as_path())];
        HubProcess::start_with(&self.database, self.database.url(), site, &variables).unwrap()
    }

    fn halt_file(&self) -> PathBuf {
        self.database.folder().join("halt")
    }

    async fn no_photo_twice(&self) {
        assert_eq!(self.database.count(TWICE).await, 0);
    }

    fn keep_if(&mut self, answer: Option<Answer>) {
        if let Some(answer) = answer {
            self.keep(&answer);
        }
    }

    /// Somebody holds the exit with a vehicle nobody knows and has a photo; the release they are about to press.
    async fn ready(&mut self, guard: &Person, n: u8) -> (Claim, Value) {
        // Another lane between, so that each try is a case of its own.
        guard.claim("E01").await;
        let claim = guard.claim("E02").await;
        guard.correct(&claim, &format!("粤B7000{n}")).await;
        let sent = photo(guard, &claim, n);
        let answer = Person::send(sent).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        self.keep(&answer);
        let body = json!({"order_id": Uuid::new_v4(), "fence": claim.fence, "reason": "misread",
            "remark": "识别有误", "photos": [answer.body["id"]]});
        (claim, body)
    }

    fn keep(&mut self, answer: &Answer) {
        if answer.status.is_success() {
            self.kept.push(answer.body["id"].as_str().unwrap().to_owned());
        }
    }

    /// Orders that reached the exit's device so far.
    fn reached(&self) -> usize {
        let commands = self.lot.commands();
        commands.iter().filter(|one| one.lane == "E02").count()
    }

    async fn nothing_is_lost(&self, guard: &Person) {
        for id in &self.kept {
            let seen = guard.get(&format!("/api/photos/{id}?size=thumb")).await;
            assert_eq!(seen.status, 200, "an acknowledged photo is lost: {}", seen.body);
        }
    }

    /// The release is on record and acted at most once, or it never arrived and acts once when it is sent again.
    async fn once(&self, guard: &Person, claim: &Claim, body: &Value, before: usize, told: Option<Answer>) {
        let id = body["order_id"].as_str().unwrap();
        let order = guard.get(&format!("/api/orders/{id}")).await;
        let reached = self.reached() - before;
        let openings = format!("select count(*) from opening where order_id = '{id}' and kind = 'abnormal'");
        let recorded = self.database.count(&openings).await;
        assert!(reached <= 1, "an order reached the device twice");
        assert_eq!(order.status.is_success(), recorded == 1, "{}", order.body);
        assert!(reached == 0 || recorded == 1, "a movement without a record");
        if let Some(told) = told {
            assert_eq!(recorded, 1, "an answer without a record: {}", told.body);
        }
        if recorded == 0 {
            let again = Person::send(release(guard, claim, body)).await.ok();
            assert!(again["opening"]["id"].is_string(), "{again}");
            assert_eq!(self.reached() - before, 1, "sent again it acts once");
        } else if order.body["result"] != "running" {
            let again = Person::send(release(guard, claim, body)).await.ok();
            assert_eq!(again["opening"]["order_id"], id);
            assert_eq!(self.reached() - before, reached, "told, not done again");
        }
    }
}

/// Sends a request from somebody who hears its answer only if the hub lives to give it.
fn leave(request: reqwest::RequestBuilder) -> JoinHandle<Option<Answer>> {
    tokio::spawn(async move { Person::try_send(request).await })
}

fn release(guard: &Person, claim: &Claim, body: &Value) -> reqwest::RequestBuilder {
    let path = format!("/api/cases/{}/release", claim.case);
    guard.request(Method::POST, &path).json(body)
}

fn photo(guard: &Person, claim: &Claim, number: u8) -> reqwest::RequestBuilder {
    let picture = image::RgbImage::from_pixel(320, 240, image::Rgb([number, 120, 40]));
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    let form =
        multipart::Form::new().part("file", multipart::Part::bytes(file.into_inner())).text("source", "system_camera");
    let path = format!("/api/cases/{}/photos", claim.case);
    guard.request(Method::POST, &path).multipart(form)
}
