//! How a call to the hub can fail.

use crate::Language;
use lanedesk_wire::problem::{Code, Problem};

/// Why a call was not done.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The hub said no, in its own words.
    #[error("the hub refused with status {}", .0.status)]
    Refused(Box<Problem>),
    /// The hub was not reached, or the connection broke before its answer came.
    #[error("the hub could not be reached")]
    Unreachable {
        /// The language people are told it in.
        language: Language,
        /// What the connection said, without the address: a query may hold a plate.
        #[source]
        source: reqwest::Error,
    },
    /// Something answered that does not speak the hub's contract, for example a proxy's error page.
    #[error("an answer with status {status} that is not the hub's")]
    Unreadable {
        /// The language people are told it in.
        language: Language,
        /// Its HTTP status.
        status: u16,
    },
    /// No session: log in first.
    #[error("nobody is logged in")]
    LoggedOut {
        /// The language people are told it in.
        language: Language,
    },
    /// The address is not encrypted and not on this machine; nothing was sent.
    #[error("plain HTTP beyond this machine was not allowed")]
    PlainHttp {
        /// The language people are told it in.
        language: Language,
    },
    /// The hub's time is not known, so an order could not be kept from rising late.
    #[error("the hub's time is not known yet")]
    NoHubTime {
        /// The language people are told it in.
        language: Language,
    },
}

impl CallError {
    /// What programs branch on.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(problem) => problem.code,
            Self::Unreachable { .. } | Self::Unreadable { .. } | Self::NoHubTime { .. } => Code::HubUnreachable,
            Self::PlainHttp { .. } => Code::Invalid,
            Self::LoggedOut { .. } => Code::NoSession,
        }
    }
}

impl From<CallError> for Box<Problem> {
    fn from(error: CallError) -> Self {
        let code = error.code();
        let (title, detail) = match error {
            CallError::Refused(problem) => return problem,
            CallError::Unreachable { language, .. } => (
                language.pick("连不上中心", "Hub not reached"),
                language.pick(
                    "连不上中心，请检查网络后再试。",
                    "The hub could not be reached. Check the network and try again.",
                ),
            ),
            CallError::Unreadable { language, .. } => (
                language.pick("连不上中心", "Hub not reached"),
                language.pick(
                    "这个地址上没有道口台中心的应答，请检查中心地址或网络。",
                    "What answers at this address is not a Lanedesk hub. Check the address or the network.",
                ),
            ),
            CallError::PlainHttp { language } => (
                language.pick("地址没有加密", "Not an encrypted address"),
                language.pick(
                    "http 地址没有加密，密码和画面会被旁人看到，没有连接。请改用 https 地址；确要使用，由管理员在本机设置 LANEDESK_PLAIN_HTTP=1。",
                    "An http address is not encrypted: others could read passwords and pictures, so nothing was sent. Use an https address; where it must be, an administrator sets LANEDESK_PLAIN_HTTP=1 on this machine.",
                ),
            ),
            CallError::NoHubTime { language } => (
                language.pick("连接未就绪", "Not connected yet"),
                language.pick(
                    "连接已断开，暂不能开闸。内容已存本机；恢复后不会自动开闸。",
                    "The connection is down; the barrier cannot be opened now. Your entries are kept here; nothing opens by itself afterwards.",
                ),
            ),
            CallError::LoggedOut { language } => (
                language.pick("未登录", "Not logged in"),
                language.pick("请先登录。", "Please log in first."),
            ),
        };
        problem_here(code, title, detail)
    }
}

/// A problem this side of the network found; status 0 says that no hub spoke.
pub fn problem_here(code: Code, title: &str, detail: &str) -> Box<Problem> {
    let name = serde_json::to_value(code).unwrap_or_default();
    Box::new(Problem {
        kind: format!("urn:lanedesk:{}", name.as_str().unwrap_or_default()),
        title: title.to_owned(),
        status: 0,
        detail: detail.to_owned(),
        code,
        holder: None,
        since: None,
        field: None,
        by: None,
        retry_after_s: None,
        approval: None,
        case: None,
        faults: Vec::new(),
        current: None,
    })
}
