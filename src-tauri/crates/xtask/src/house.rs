//! Where things stand in the tree.

use std::path::{Path, PathBuf};

/// The top of the repository.
pub fn root() -> PathBuf {
    // CARGO_MANIFEST_DIR is <root>/src-tauri/crates/xtask, so three parents always exist.
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).unwrap_or(here).to_path_buf()
}

/// Cargo's target folder, wherever the person keeps it.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// A folder of our own inside the target folder, for stamps and logs; made when absent.
pub fn scratch() -> std::io::Result<PathBuf> {
    let dir = target().join("xtask");
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}

/// A program of ours, as cargo leaves it.
pub fn program(name: &str, release: bool) -> PathBuf {
    let profile = if release { "release" } else { "debug" };
    target().join(profile).join(name)
}

/// The web pages' own folder.
pub fn ui() -> PathBuf {
    root().join("ui")
}

/// The demo site that `run`, `shots` and the tests share.
pub fn demo_site() -> PathBuf {
    root().join("src-tauri/crates/hub/demo/demo.toml")
}
