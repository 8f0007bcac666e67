//! The desk's program: everything is in the library, which phones load without this.

// No console window beside the desk on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    #[cfg(target_os = "linux")]
    web_view::without_dmabuf();
    lanedesk_app::run();
}

#[cfg(target_os = "linux")]
mod web_view {
    use std::os::unix::process::CommandExt;

    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

    /// Blank windows on some drivers come from the web view's newer renderer, so it is off unless somebody has said
    /// otherwise.
    ///
    /// The web view reads the switch from the environment, and changing one's own environment is unsafe while threads
    /// may read it; so the program replaces itself by itself with the switch set. Process id and arguments stay the same.
    pub(super) fn without_dmabuf() {
        if std::env::var_os(SWITCH).is_some() {
            return;
        }
        let Ok(program) = std::env::current_exe() else {
            return;
        };
        // Comes back only where it failed; then the desk starts with the web view's own choice.
        let _ = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(SWITCH, "1").exec();
    }
}
