//! Any tablet with a browser is a robot: the hub's own page in a real Chromium with its made-up camera.

use super::{pay, press, unpaid};
use crate::{
    harness::{Engine, World, wait_for},
    window::{At, Window},
};
use serde_json::{Value, json};

const SCENE_PAY: At<'_> = At::Css("body[data-scene=pay][data-light=yellow]");
const SCENE_PAID: At<'_> = At::Css("body[data-scene=paid][data-light=green]");
const SCENE_IDLE: At<'_> = At::Css("body[data-scene=idle][data-light=off]");

/// A tablet at R-102, paired by the code an administrator reads out.
pub(crate) async fn tablet(world: &World) -> Window {
    let admin = world.person("admin").await;
    let open = admin.post("/api/robots/R-102/pairing", &json!({})).await.ok();
    let url = format!("{}/robot/R-102", world.address());
    let log = world.database.folder().join("chromedriver.log");
    let page = Window::browse(&url, (800, 1280), &log).await.unwrap();
    let code = open["code"].as_str().unwrap();
    page.fill(At::Css("#code"), code).await.unwrap();
    page.click(At::Button("配对")).await.unwrap();
    page.see(At::Css("#call")).await.unwrap();
    page
}

/// The whole life of a stuck driver before a tablet: calls, is shown what to pay, pays, shows a document, and the next
/// driver finds an idle screen (R14, R16, R20, R24, R31). What the desk is shown is the page's real screen.
#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_is_a_robot() {
    let (world, guard) = unpaid(Engine::Sqlite).await;
    let agent = world.person("agent").await;
    let page = tablet(&world).await;
    guard
        .see("E02", "the tablet linked", |view| view["robot"]["online"] == true && view["robot"]["scene"] == "idle")
        .await;

    page.click(At::Css("#call")).await.unwrap();
    wait_for("the call", async || {
        let calls = agent.get("/api/calls?state=waiting").await.ok();
        (calls["items"][0]["robot"] == "R-102").then_some(())
    })
    .await;
    page.click(At::Css("#call[data-calling]")).await.unwrap();
    wait_for("the call's end", async || {
        let calls = agent.get("/api/calls?state=waiting").await.ok();
        calls["items"].as_array().unwrap().is_empty().then_some(())
    })
    .await;

    let claim = guard.claim("E02").await;
    let order = press(&guard, &claim, json!({"type": "show_qr"})).await.ok();
    assert_eq!(order["order"]["result"], "accepted", "{order}");
    page.see(SCENE_PAY).await.unwrap();
    let words = page.script("return document.getElementById('words').textContent", json!([]));
    assert!(words.await.unwrap().as_str().unwrap().contains("¥9.00"));
    let code = mirrored(&world, &guard, "pay").await;

    let show = page.script("return window.kiosk.show", json!([])).await.unwrap();
    pay(&world, &show).await;
    page.see(SCENE_PAID).await.unwrap();
    let thanks = mirrored(&world, &guard, "paid").await;
    assert_ne!(code, thanks, "its picture changed with the screen");

    let order = press(&guard, &claim, json!({"type": "capture"})).await.ok();
    assert_eq!(order["order"]["result"], "accepted", "{order}");
    guard
        .see("E02", "the document's photo", |view| {
            let steps = view["timeline"].as_array().unwrap();
            steps.iter().any(|step| step["what"] == "photo_taken")
        })
        .await;

    assert_eq!(guard.try_close(&claim).await.status, 204);
    page.see(SCENE_IDLE).await.unwrap();
    // The page is left first: a browser that is told to end may take its time.
    page.script("location.replace('about:blank')", json!([])).await.unwrap();
    guard.see("E02", "the tablet gone", |view| view["robot"]["online"] == false).await;
    page.close().await.unwrap();
}

/// The picture of the page's screen once it shows a scene: a JPEG of its shape, with the light at its edge.
async fn mirrored(world: &World, person: &crate::harness::Person, scene: &str) -> Vec<u8> {
    let showing = |view: &Value| view["robot"]["scene"] == scene && view["robot"]["screen"].is_object();
    let since = person.see("E02", scene, showing).await["robot"]["screen"]["at"].clone();
    assert!(since.is_string(), "{}", world.now());
    let path = "/api/lanes/E02/robot-screen";
    wait_for("its light at the edge", async || {
        let answer = person.request(reqwest::Method::GET, path).send().await.ok()?;
        let bytes = answer.bytes().await.ok()?;
        let picture = image::load_from_memory(&bytes).ok()?.to_rgb8();
        assert!(picture.width() < picture.height(), "a portrait tablet");
        let [red, green, blue] = picture.get_pixel(3, picture.height() / 2).0;
        let lit = match scene {
            "pay" => red > 180 && green > 120 && blue < 90,
            _ => red < 90 && green > 100 && blue < 130,
        };
        lit.then(|| bytes.to_vec())
    })
    .await
}

/// The page comes from the hub alone and may talk to nothing else; what it does not have is not there.
#[tokio::test]
async fn the_page_brings_everything_itself() {
    let world = World::sqlite().await;
    let nobody = world.stranger();
    for path in ["/robot/R-102", "/robot/-/main.js", "/robot/-/kiosk.css"] {
        let answer = nobody.request(reqwest::Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("http"), "{policy}");
    }
    nobody.get("/robot/-/nothing.js").await.refused(404, "not_found");
}
