//! Notifications of the system: a second voice for someone who looks elsewhere. Never the only alarm, because a system
//! may show none: the page says everything too.

use lanedesk_client::Language;
use tauri::{AppHandle, Runtime};
use tauri_plugin_notification::NotificationExt;

/// What is worth a notification. Names are of lots, lanes and colleagues; plates and phones are never shown here,
/// because a locked screen shows notifications to anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice<'a> {
    /// One minute left (R9).
    Expiring {
        /// Lot and lane.
        name: &'a str,
    },
    /// The ten minutes are over (R9).
    Freed {
        /// Lot and lane.
        name: &'a str,
    },
    /// The person may work the lane no longer (R3).
    Revoked {
        /// Lot and lane.
        name: &'a str,
    },
    /// A supervisor took the lane (R12).
    TakenOver {
        /// Lot and lane.
        name: &'a str,
        /// Who, where the hub says so.
        by: Option<&'a str>,
    },
    /// A colleague wants to go on with the case (R12).
    Asked {
        /// Lot and lane.
        name: &'a str,
        /// Who.
        by: &'a str,
    },
    /// A driver's call rings at this seat (R29).
    Rings {
        /// The lot, where it is known.
        lot: Option<&'a str>,
        /// The lane, where it is known.
        lane: Option<&'a str>,
    },
    /// A holder asks a supervisor for help.
    NeedsHelp {
        /// Lot and lane.
        name: &'a str,
        /// Who.
        by: &'a str,
    },
    /// A supervisor answered the holder who asked for help.
    Helped {
        /// Lot and lane.
        name: &'a str,
        /// Who.
        by: &'a str,
    },
    /// A device has been out of reach for longer than the rule allows.
    DeviceLost {
        /// Which.
        device: &'a str,
    },
    /// A lane one waited for is free (R7).
    LaneFree {
        /// Lot and lane.
        name: &'a str,
    },
}

impl Notice<'_> {
    /// Title and sentence.
    pub fn words(&self, language: Language) -> (String, String) {
        let (name, body) = match *self {
            Self::Rings { lot, lane } => return rings(lot, lane, language),
            Self::Expiring { name } => (
                name,
                language
                    .pick(
                        "还有 1 分钟自动释放本道口，仍在处理请点“再次查询”。",
                        "This lane is freed in 1 minute. Still working on it? Press “Query again”.",
                    )
                    .to_owned(),
            ),
            Self::Freed { name } => (
                name,
                language
                    .pick(
                        "锁定已结束，道口已释放。未完成的操作不会再执行，已填内容已保存。",
                        "The lock is over and the lane is free. Nothing unfinished will be done; what you filled in is kept.",
                    )
                    .to_owned(),
            ),
            Self::Revoked { name } => (
                name,
                language
                    .pick(
                        "您的权限已变更，不能再处理本道口，锁定已收回。未完成的操作不会再执行，已填内容已保存。",
                        "Your rights have changed: you may no longer work this lane. Nothing unfinished will be done; what you filled in is kept.",
                    )
                    .to_owned(),
            ),
            Self::TakenOver { name, by } => (name, taken_over(by, language)),
            Self::Asked { name, by } => (
                name,
                match language {
                    Language::Chinese => format!("{by} 请求接手本道口。"),
                    Language::English => format!("{by} asks to go on with this lane."),
                },
            ),
            Self::NeedsHelp { name, by } => (
                name,
                match language {
                    Language::Chinese => format!("{by} 需要帮助。"),
                    Language::English => format!("{by} needs help."),
                },
            ),
            Self::Helped { name, by } => (
                name,
                match language {
                    Language::Chinese => format!("{by} 已答复您的求助。"),
                    Language::English => format!("{by} has answered you."),
                },
            ),
            Self::DeviceLost { device } => (
                device,
                language
                    .pick(
                        "设备连不上，请查看设备状态。",
                        "The device cannot be reached. See the device list.",
                    )
                    .to_owned(),
            ),
            Self::LaneFree { name } => (
                name,
                language
                    .pick("道口已释放，可以处理了。", "The lane is free now.")
                    .to_owned(),
            ),
        };
        (name.to_owned(), body)
    }
}

/// The number is not shown: a locked screen shows notifications to anyone.
fn rings(lot: Option<&str>, lane: Option<&str>, language: Language) -> (String, String) {
    let place = match (lot, lane) {
        (Some(lot), Some(lane)) => format!("{lot} · {lane}"),
        (Some(place), None) | (None, Some(place)) => place.to_owned(),
        (None, None) => language.pick("道口未知，请搜索道口。", "Lane not known, search for it.").to_owned(),
    };
    let title = language.pick("司机来电", "A driver is calling");
    (title.to_owned(), place)
}

fn taken_over(by: Option<&str>, language: Language) -> String {
    match (language, by) {
        (Language::Chinese, Some(by)) => format!("道口已由 {by} 接管。"),
        (Language::Chinese, None) => "道口已被主管接管。".to_owned(),
        (Language::English, Some(by)) => format!("{by} has taken this lane over."),
        (Language::English, None) => "A supervisor has taken this lane over.".to_owned(),
    }
}

/// Shows a notification. Where there is nothing to show it on, that is noted and nothing else happens.
pub fn show<R: Runtime>(app: &AppHandle<R>, notice: &Notice<'_>, language: Language) {
    let (title, body) = notice.words(language);
    if let Err(error) = app.notification().builder().title(title).body(body).show() {
        tracing::info!(%error, "no notification could be shown");
    }
}

#[cfg(test)]
mod tests {
    use super::Notice;
    use lanedesk_client::Language;

    /// SCREENS: the sentence of the last minute, word for word.
    #[test]
    fn the_last_minute_is_told_in_the_agreed_words() {
        let notice = Notice::Expiring { name: "彩悦大厦 · 东门出口" };
        let (title, body) = notice.words(Language::Chinese);
        assert_eq!(title, "彩悦大厦 · 东门出口");
        assert_eq!(body, "还有 1 分钟自动释放本道口，仍在处理请点“再次查询”。");
    }

    /// R29: where the driver stands, and nothing of who calls.
    #[test]
    fn a_call_is_told_with_its_lane() {
        let notice = Notice::Rings { lot: Some("彩悦大厦"), lane: Some("东门出口") };
        let (title, body) = notice.words(Language::Chinese);
        assert_eq!((title.as_str(), body.as_str()), ("司机来电", "彩悦大厦 · 东门出口"));
        let unknown = Notice::Rings { lot: None, lane: None };
        assert!(unknown.words(Language::English).1.contains("not known"));
    }

    /// R12: the former holder is told by whom.
    #[test]
    fn who_took_over_is_named() {
        let notice = Notice::TakenOver { name: "E01", by: Some("周敏") };
        assert!(notice.words(Language::Chinese).1.contains("周敏"));
        assert!(notice.words(Language::English).1.contains("周敏"));
    }
}
