//! The one list of commands and events. The Tauri router and `ui/src/lib/bindings.ts` both come from it, so neither can
//! know a command that the other does not (invariant 8).

use crate::{commands, events};
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

/// Every command and event, ready to route calls or to be written down as TypeScript.
#[expect(clippy::too_many_lines, reason = "one list, a line each: the macro takes no parts of it")]
pub fn contract() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new()
        .commands(collect_commands![
            commands::session::session_status,
            commands::session::login,
            commands::session::logout,
            commands::session::bind_seat,
            commands::session::free_seat,
            commands::endpoint::search,
            commands::endpoint::records,
            commands::search::recent_lanes,
            commands::lane::view_lane,
            commands::lane::claim_lane,
            commands::lane::take_over_lane,
            commands::endpoint::ask_for_lane,
            commands::lane::remind_when_free,
            commands::case::current_case,
            commands::case::close_case,
            commands::endpoint::correct_plate,
            commands::endpoint::find_phone,
            commands::endpoint::choose_vehicle,
            commands::endpoint::set_direction,
            commands::endpoint::mark_passed,
            commands::case::hand_over_case,
            commands::plate::check_plate,
            commands::barrier::order_barrier,
            commands::barrier::order_result,
            commands::endpoint::refresh_picture,
            commands::endpoint::lane_stills,
            commands::endpoint::calls,
            commands::call::take_call,
            commands::call::open_by_hand,
            commands::endpoint::call_back,
            commands::call::move_case,
            commands::endpoint::seats,
            commands::endpoint::seat_state,
            commands::robot::press_robot,
            commands::endpoint::qr,
            commands::live::start_live,
            commands::live::live_taken,
            commands::live::stop_live,
            commands::endpoint::release_form,
            commands::release::release,
            commands::endpoint::reasons,
            commands::endpoint::approvals,
            commands::endpoint::answer_approval,
            commands::evidence::cameras,
            commands::evidence::choose_camera,
            commands::evidence::start_preview,
            commands::evidence::preview_shown,
            commands::evidence::stop_preview,
            commands::evidence::take_photo,
            commands::evidence::add_photo,
            commands::evidence::photo_from_lane,
            commands::evidence::evidence,
            commands::evidence::drop_photo,
            commands::endpoint::hold_photo,
            commands::debt::file_debt,
            commands::endpoint::debts,
            commands::endpoint::waive_debt,
            commands::endpoint::openings,
            commands::endpoint::opening,
            commands::endpoint::opening_timeline,
            commands::endpoint::opening_photos,
            commands::opening::bring_photos,
            commands::endpoint::close_photos,
            commands::endpoint::opening_statistics,
            commands::opening::export_openings,
            commands::opening::cancel_export,
            commands::endpoint::rises,
            commands::endpoint::warnings,
            commands::endpoint::dismiss_warning,
            commands::report::report,
            commands::report::acknowledge_report,
            commands::endpoint::audit_head,
            commands::endpoint::handled,
            commands::account::change_password,
            commands::account::confirm_password,
            commands::account::reset_with_code,
            commands::endpoint::open_sessions,
            commands::endpoint::end_session,
            commands::endpoint::second_factor,
            commands::endpoint::offer_second_factor,
            commands::account::confirm_second_factor,
            commands::endpoint::drop_second_factor,
            commands::endpoint::reset_password,
            commands::endpoint::reset_second_factor,
            commands::endpoint::site_rows,
            commands::endpoint::site_row,
            commands::endpoint::add_site_row,
            commands::endpoint::change_site_row,
            commands::endpoint::remove_site_row,
            commands::endpoint::site_changes,
            commands::endpoint::undo_site_change,
            commands::endpoint::pending_changes,
            commands::endpoint::answer_pending,
            commands::site::test_device,
            commands::endpoint::pair_robot,
            commands::endpoint::rotate_secret,
            commands::endpoint::rotate_push_key,
            commands::site::import_site,
            commands::site::export_site,
            commands::endpoint::board,
            commands::endpoint::ask_help,
            commands::endpoint::answer_help,
            commands::endpoint::drop_help,
            commands::endpoint::devices,
            commands::endpoint::open_maintenance,
            commands::endpoint::maintenance,
            commands::endpoint::close_maintenance,
            commands::morning::morning,
            commands::morning::export_morning,
            commands::endpoint::case_statistics,
            commands::endpoint::past_cases,
            commands::endpoint::past_calls,
            commands::endpoint::long_stays,
            commands::endpoint::outages,
            commands::endpoint::past_approvals,
            commands::cash::take_cash,
            commands::endpoint::cash,
            commands::endpoint::cash_totals,
            commands::setting::settings,
            commands::setting::save_settings,
            commands::setting::draft,
            commands::setting::save_draft,
            commands::setting::drop_draft,
        ])
        .events(collect_events![
            events::HubTold,
            events::ConnectionChanged,
            events::SessionEnded,
            events::LaneFree,
            events::EvidenceChanged,
            events::PreviewEnded,
            events::ExportProgress,
            events::ImportTold,
        ])
        // A failure is an answer like any other: `{status:"error", error: Problem}`.
        .error_handling(ErrorHandlingMode::Result)
        // One type per struct: the wire leaves absent fields out in both directions alike.
        .disable_serde_phases()
}

#[cfg(test)]
mod tests {
    use super::contract;
    use specta_typescript::Typescript;
    use std::path::Path;

    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/lib/bindings.ts");

    /// Invariant 8: the committed bindings are exactly what the list says today.
    #[test]
    fn bindings() {
        let folder = tempfile::tempdir().expect("a folder for the fresh export");
        let fresh = folder.path().join("bindings.ts");
        let header = "// Written by `cargo xtask bindings` from src-tauri/src/contract.rs; never edited by hand.\n";
        contract()
            .export(Typescript::default().header(header), &fresh)
            .expect("every type of the contract can be written as TypeScript");
        let fresh = std::fs::read_to_string(fresh).expect("the fresh export");
        if std::env::var_os("UPDATE_BINDINGS").is_some() {
            let committed = Path::new(COMMITTED);
            std::fs::create_dir_all(committed.parent().expect("a folder")).expect("ui/src/lib");
            std::fs::write(committed, &fresh).expect("bindings.ts is written");
        }
        let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
        assert!(committed == fresh, "ui/src/lib/bindings.ts is not what contract.rs says; run `cargo xtask bindings`");
    }

    const LIST: &str = include_str!("contract.rs");
    const BUILD: &str = include_str!("../build.rs");
    const CAPABILITIES: [&str; 2] =
        [include_str!("../capabilities/desktop.json"), include_str!("../capabilities/mobile.json")];

    /// The commands of the list, read from its own text.
    fn listed() -> Vec<&'static str> {
        let list = LIST.split_once("collect_commands![").unwrap().1;
        let list = list.split_once("])").unwrap().0;
        let names = list.split(',').map(str::trim).filter(|path| !path.is_empty());
        names.map(|path| path.rsplit("::").next().unwrap()).collect()
    }

    /// An undeclared command is refused in a release build only, where nobody would look for it.
    #[test]
    fn every_command_is_declared_and_allowed_by_name() {
        let commands = listed();
        assert!(commands.len() > 25, "the list was read");
        for command in &commands {
            assert!(BUILD.contains(&format!("\"{command}\",")), "build.rs lacks {command}");
            let permission = format!("\"allow-{}\"", command.replace('_', "-"));
            for capabilities in CAPABILITIES {
                assert!(capabilities.contains(&permission), "no {permission}");
            }
        }
        for capabilities in CAPABILITIES {
            let allowed = capabilities.matches("\"allow-").count();
            assert_eq!(allowed, commands.len(), "nothing is allowed that is not listed");
            assert!(!capabilities.contains(":default"), "permissions are listed one by one");
            assert!(!capabilities.contains("sql:"), "invariant 11: the page holds no SQL permission");
        }
    }
}
