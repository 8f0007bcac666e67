//! What the page can ask for, one file a noun. A command parses, calls one thing and maps the answer.

/// Commands, an entry each: `name(argument: Type, …) -> Type = what it does`, which may use the desk by the name in front.
macro_rules! commands {
    ($desk:ident: $(
        $(#[$($doc:tt)*])*
        $name:ident($($argument:ident: $type:ty),* $(,)?) -> $answer:ty = $done:expr;
    )+) => {$(
        $(#[$($doc)*])*
        #[tauri::command]
        #[specta::specta]
        pub async fn $name(
            $desk: tauri::State<'_, $crate::desk::Desk>,
            $($argument: $type),*
        ) -> $crate::commands::Reply<$answer> {
            $done
        }
    )+};
}

pub mod account;
pub mod barrier;
pub mod call;
pub mod case;
pub mod cash;
pub mod debt;
pub mod endpoint;
pub mod evidence;
pub mod lane;
pub mod live;
pub mod morning;
pub mod opening;
pub mod plate;
pub mod release;
pub mod report;
pub mod robot;
pub mod search;
pub mod session;
pub mod setting;
pub mod site;

use lanedesk_wire::problem::Problem;

/// Every command answers what was asked for or the one problem shape (boxed: it is large and rare).
pub type Reply<T> = Result<T, Box<Problem>>;
