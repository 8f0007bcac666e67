//! A desk in a real window, with somebody before it.

use super::{Bus, Relay, World, desk_program};
use crate::{
    demo::PASSWORD,
    window::{At, Window, key},
};
use xtask::display::Display;

/// Where a search is typed; the desk's page is there once this is.
const SEARCH: At<'_> = At::Css("[data-testid=search-input]");
/// How long the lease still lasts; there while one is held.
pub(crate) const REMAINING: At<'_> = At::Css("[data-testid=lease-remaining]");

/// A desk before which somebody sits, on a screen of their own.
pub(crate) struct Desk {
    pub(crate) window: Window,
    pub(crate) screen: Display,
}

impl Desk {
    /// Starts the app on a desktop's screen and logs in.
    pub(crate) async fn of(username: &str, world: &World, bus: &Bus) -> Self {
        Self::sized(username, world, bus, (1366, 768)).await
    }

    /// The same, over a line that can be cut.
    pub(crate) async fn through(relay: &Relay, username: &str, world: &World, bus: &Bus) -> Self {
        Self::at(&relay.address(), username, world, bus, (1366, 768)).await
    }

    /// The same with a page of this size, in CSS pixels.
    pub(crate) async fn sized(username: &str, world: &World, bus: &Bus, size: (u32, u32)) -> Self {
        Self::at(&world.address(), username, world, bus, size).await
    }

    async fn at(address: &str, username: &str, world: &World, bus: &Bus, size: (u32, u32)) -> Self {
        let folder = world.database.folder().join(username);
        std::fs::create_dir_all(&folder).unwrap();
        let data = folder.to_str().unwrap();
        let variables = [
            ("LANEDESK_HUB", address),
            ("LANEDESK_DATA_DIR", data),
            ("XDG_DATA_HOME", data),
            ("XDG_CACHE_HOME", data),
            ("DBUS_SESSION_BUS_ADDRESS", bus.address()),
        ];
        let screen = Display::start(&folder, 1400, 900).unwrap();
        let program = tokio::task::block_in_place(desk_program);
        let window = Window::open(&program, screen.name(), &variables, &folder.join("log")).await.unwrap();
        let desk = Self { window, screen };
        desk.window.resize(size.0, size.1).await.unwrap();
        desk.window.fill(At::Css("[data-testid=login-username]"), username).await.unwrap();
        desk.window.fill(At::Css("[data-testid=login-password]"), PASSWORD).await.unwrap();
        desk.window.press(&[key::ENTER]).await.unwrap();
        desk.see(SEARCH).await;
        desk
    }

    /// Ends the program as a power cut does: it writes and says nothing more.
    pub(crate) fn kill(self) {
        self.window.kill().unwrap();
    }

    /// The text of what is there, once it is.
    pub(crate) async fn see(&self, at: At<'_>) -> String {
        self.window.see(at).await.unwrap()
    }

    /// Clicks what has this test id.
    pub(crate) async fn click(&self, id: &str) {
        self.window.click(At::Css(&format!("[data-testid={id}]"))).await.unwrap();
    }

    /// Presses keys, the first held while the next are pressed.
    pub(crate) async fn press(&self, keys: &[&str]) {
        self.window.press(keys).await.unwrap();
    }

    /// Types a lane's initials until it is the one that Enter takes.
    pub(crate) async fn look_up(&self, letters: &str, lane: &str) {
        self.press(&[key::CONTROL, "k"]).await;
        self.window.fill(SEARCH, letters).await.unwrap();
        self.see(At::Css(&format!("[data-testid=search-hit-{lane}][aria-selected=true]"))).await;
    }

    /// Types a plate over the one that was read.
    pub(crate) async fn correct(&self, plate: &str) {
        self.press(&[key::F2]).await;
        for letter in plate.chars() {
            self.press(&[&letter.to_string()]).await;
        }
        self.press(&[key::ENTER]).await;
    }

    /// Brings a photo of the system's own camera as a phone's page does: the file's bytes as the raw body.
    pub(crate) async fn bring_photo(&self, case: &str) {
        let picture = image::RgbImage::from_pixel(320, 240, image::Rgb([7, 120, 40]));
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
        let bring = "window.__TAURI_INTERNALS__.invoke('add_photo', new Uint8Array(arguments[1]), \
                     {headers: {'x-case': arguments[0]}})";
        let bytes = serde_json::json!([case, file.into_inner()]);
        self.window.script(bring, bytes).await.unwrap();
    }
}
