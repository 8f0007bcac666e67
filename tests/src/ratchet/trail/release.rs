//! An abnormal release with everything that belongs to it.

use super::{Trail, post};
use crate::harness::{Answer, Claim, Person};
use reqwest::{Method, multipart};
use serde_json::{Value, json};
use uuid::Uuid;

/// An exit with an ID camera.
pub(super) const SITE: &str = "\n[[lane]]\nid = \"P02\"\nlot = \"cyds\"\nname = \"证件口\"\ncode = \"P02\"\n\
direction = \"exit\"\nbarrier = \"cam-E02\"\nid_camera = \"cam-E02\"\n";

pub(super) async fn releasing(trail: &mut Trail) {
    let guard = trail.world.person("guard").await;
    let claim = guard.claim("P02").await;
    guard.correct(&claim, "粤B77777").await;
    owing(trail, &guard, &claim).await;
    let of_case = |what: &str| format!("/api/cases/{}/{what}", claim.case);
    let sent = trail.step("POST /api/cases/{case}/photos", photo(&guard, &claim));
    let photo = sent.await["id"].as_str().unwrap().to_owned();
    let lanes = post(&guard, of_case("photos/from-lane"), json!({"fence": claim.fence}));
    let lanes = trail.step("POST /api/cases/{case}/photos/from-lane", lanes).await;
    holding(trail, lanes["id"].as_str().unwrap()).await;
    let path = of_case(&format!("photos/{photo}"));
    let back = guard.call(Method::DELETE, &path, None);
    trail.step("DELETE /api/cases/{case}/photos/{id}", back).await;

    let release = || {
        let body = json!({"order_id": Uuid::new_v4(), "fence": claim.fence, "reason": "police", "remark": "执行公务"});
        post(&guard, of_case("release"), body)
    };
    let asked = release().await.refused(409, "approval_required");
    let question = format!("/api/approvals/{}", asked["approval"].as_str().unwrap());
    let chief = trail.world.person("chief").await;
    let allow = post(&chief, question, json!({"answer": "allow"}));
    trail.step("POST /api/approvals/{id}", allow).await;
    let told = trail.step("POST /api/cases/{case}/release", release()).await;
    closing(trail, told["opening"]["id"].as_str().unwrap()).await;
}

/// The photos of a release that were never brought.
async fn closing(trail: &mut Trail, opening: &str) {
    let owes = format!("update opening set photos_owed = 1, photos_due_at = 1 where id = '{opening}'");
    trail.world.database.tamper(&owes).await;
    let chief = trail.world.person("chief").await;
    let path = format!("/api/openings/{opening}/photos/close");
    let why = json!({"reason": "车主未返回"});
    trail.step("POST /api/openings/{opening}/photos/close", post(&chief, path, why)).await;
}

async fn holding(trail: &mut Trail, photo: &str) {
    let chief = trail.world.person("chief").await;
    let hold = json!({"hold": true, "reason": "车主投诉"});
    let path = format!("/api/photos/{photo}/hold");
    trail.step("POST /api/photos/{id}/hold", post(&chief, path, hold)).await;
}

async fn owing(trail: &mut Trail, guard: &Person, claim: &Claim) {
    let owed = json!({"fence": claim.fence, "amount_fen": 2500});
    let path = format!("/api/cases/{}/debt", claim.case);
    let debt = trail.step("POST /api/cases/{case}/debt", post(guard, path, owed)).await;
    let chief = trail.world.person("chief").await;
    let path = format!("/api/debts/{}/waive", debt["id"].as_str().unwrap());
    let why: Value = json!({"reason": "误登记"});
    trail.step("POST /api/debts/{id}/waive", post(&chief, path, why)).await;
}

async fn photo(guard: &Person, claim: &Claim) -> Answer {
    let picture = image::RgbImage::from_pixel(64, 48, image::Rgb([90, 120, 40]));
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    let form =
        multipart::Form::new().part("file", multipart::Part::bytes(file.into_inner())).text("source", "system_camera");
    let path = format!("/api/cases/{}/photos", claim.case);
    Person::send(guard.request(Method::POST, &path).multipart(form)).await
}
