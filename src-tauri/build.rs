//! Tells Tauri which commands the page may be allowed to call: each is a permission of its own in `capabilities/`.

/// The same names as in `src/contract.rs`; the test `every_command_is_declared` compares the two.
const COMMANDS: &[&str] = &[
    "session_status",
    "login",
    "logout",
    "bind_seat",
    "free_seat",
    "search",
    "records",
    "recent_lanes",
    "view_lane",
    "claim_lane",
    "take_over_lane",
    "ask_for_lane",
    "remind_when_free",
    "current_case",
    "close_case",
    "correct_plate",
    "find_phone",
    "choose_vehicle",
    "set_direction",
    "mark_passed",
    "hand_over_case",
    "check_plate",
    "order_barrier",
    "order_result",
    "refresh_picture",
    "openings",
    "handled",
    "settings",
    "save_settings",
    "draft",
    "save_draft",
    "drop_draft",
];

fn main() {
    let commands = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("tauri.conf.json and capabilities/ are well-formed");
}
