//! The desk: the app people hold. The only crate that knows Tauri; the hub's contract is in `lanedesk-client`, the rules
//! are in `lanedesk-domain`.

pub mod camera;
pub mod commands;
pub mod contract;
pub mod desk;
pub mod events;
pub mod keyring;
pub mod notify;
mod picture;
pub mod raw;
pub mod seal;
pub mod store;
mod window;

use desk::{Desk, Parts};
use keyring::Keyring;
use lanedesk_client::{BadAuthority, Pace, Trust};
use seal::Seal;
use std::path::PathBuf;
use store::Store;
use tauri::{App, AppHandle, Manager};

/// Names the hub, so that an installation can preset it.
const HUB: &str = "LANEDESK_HUB";
/// Another folder for the local database than the app's own.
const DATA_DIR: &str = "LANEDESK_DATA_DIR";

/// A PEM file with the authority that alone may vouch for the hub.
const HUB_CA: &str = "LANEDESK_HUB_CA";
/// Set to 1, the hub may be reached over plain HTTP from other machines too.
const PLAIN_HTTP: &str = "LANEDESK_PLAIN_HTTP";

/// Set, the camera is drawn: for measuring, with the feature of that name.
#[cfg(feature = "drawn-camera")]
const DRAWN_CAMERA: &str = "LANEDESK_DRAWN_CAMERA";

/// Starts the desk and returns when its window is closed.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    listen_to_log_level();
    let contract = contract::contract();
    let url = store::url(std::env::var_os(DATA_DIR).map(PathBuf::from).as_deref());
    let mut context = tauri::generate_context!();
    let preload = serde_json::json!({ "preload": [&url] });
    context.config_mut().plugins.0.insert("sql".into(), preload);
    // Opens what Rust tells it to; the page has no permission for it and its links no listener.
    let links = tauri_plugin_opener::Builder::new();
    let links = links.open_js_links_on_click(false).build();
    let run = tauri::Builder::default()
        .plugin(tauri_plugin_notification::init())
        .plugin(links)
        .register_asynchronous_uri_scheme_protocol(picture::SCHEME, picture::serve)
        .invoke_handler(contract.invoke_handler())
        .setup(move |app| {
            contract.mount_events(app);
            set_up(app, &url)
        })
        .run(context);
    if let Err(error) = run {
        // Nothing to show it in: the window itself could not be made.
        tracing::error!(%error, "the desk could not start");
        std::process::exit(1);
    }
}

/// Whom the installation says is the hub. An authority that was named and cannot be read ends the start: going on with the
/// public ones would believe whom nobody meant.
fn trust() -> Result<Trust, BadAuthority> {
    let plain = std::env::var(PLAIN_HTTP).is_ok_and(|set| set == "1");
    let trust = Trust::default().with_plain_http(plain);
    match std::env::var_os(HUB_CA).filter(|file| !file.is_empty()) {
        Some(file) => trust.pin(&PathBuf::from(file)),
        None => Ok(trust),
    }
}

/// Opens the store, then the desk, then the window: the first command of the page finds everything in place.
fn set_up(app: &mut App, url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let page = app.handle().clone();
    let keyring = Keyring::of(std::env::var(DATA_DIR).ok());
    let desk = Desk::new(Parts {
        store: Store::open(&page, url),
        seal: Seal::new(keyring.clone(), data_folder(&page, url)),
        keyring,
        camera: Box::new(camera()),
        downloads: downloads(&page),
        page: Box::new(page),
        preset_hub: std::env::var(HUB).ok().filter(|hub| !hub.is_empty()),
        trust: trust()?,
        pace: Pace::default(),
    });
    let desk = tauri::async_runtime::block_on(desk);
    app.manage(desk);
    window::open(app.handle())?;
    Ok(())
}

/// The folder of the local database.
fn data_folder(app: &AppHandle, url: &str) -> Option<PathBuf> {
    let own = app.path().app_config_dir().ok()?;
    own.join(store::file(url)).parent().map(PathBuf::from)
}

/// Where exports go: the person's downloads, or on a system without such a folder the program's own documents.
fn downloads(app: &AppHandle) -> PathBuf {
    let paths = app.path();
    let folder = paths.download_dir().or_else(|_| paths.document_dir());
    folder.or_else(|_| paths.app_data_dir()).unwrap_or_default()
}

#[cfg(not(any(target_os = "android", target_os = "ios")))]
fn camera() -> camera::CameraThread {
    #[cfg(feature = "drawn-camera")]
    if std::env::var_os(DRAWN_CAMERA).is_some() {
        return camera::CameraThread::new(camera::DrawnCamera, camera::Patience::default());
    }
    camera::CameraThread::new(camera::NativeCamera, camera::Patience::default())
}

#[cfg(any(target_os = "android", target_os = "ios"))]
fn camera() -> camera::SystemCamera {
    camera::SystemCamera
}

/// Logs to standard error what `RUST_LOG` asks for, warnings otherwise. Never plates, phones, tokens or pictures.
fn listen_to_log_level() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // A second subscriber only means that a test has set its own.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
