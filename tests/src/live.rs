//! Live pictures (R16): what the desk's client makes of them, and what somebody before a real window sees.

mod client;
mod window;

use crate::harness::{World, wait_for};

/// A camera more for E02's lane: the one at the west gate.
const TWO_CAMERAS: &str = "environment_cameras = [\"cam-E02\", \"cam-W02\"]";

/// The lane E02 with two environment cameras.
fn two_cameras() -> String {
    format!(
        "\n[[lane]]\nid = \"E02\"\nlot = \"cyds\"\nname = \"东门出口\"\ncode = \"E02\"\ndirection = \"exit\"\n\
         barrier = \"cam-E02\"\nplate_camera = \"cam-E02\"\n{TWO_CAMERAS}\nid_camera = \"cam-E02\"\n"
    )
}

/// A number the hub counts.
async fn counted(world: &World, name: &str) -> i64 {
    let text = reqwest::get(format!("{}/metrics", world.address()));
    let text = text.await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap().parse().unwrap()
}

/// Waits until no stream is left, neither to a watcher nor from a camera.
async fn nothing_is_left(world: &World) {
    wait_for("the last stream to end", async || {
        let left = [counted(world, "lanedesk_live_watchers").await, counted(world, "lanedesk_live_upstreams").await];
        (left == [0, 0]).then_some(())
    })
    .await;
    let pulled: usize = world.lot.lanes().iter().map(lotsim::Lane::watchers).sum();
    assert_eq!(pulled, 0, "the cameras were let go");
}
