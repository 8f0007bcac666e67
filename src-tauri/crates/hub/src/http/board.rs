//! `/api/board`, `/api/handled`

use super::{Language, handler::handlers};
use crate::ops::board;
use lanedesk_wire::{
    board::{Board, BoardItem},
    list::Page,
};

handlers! { routes:
    /// What is being handled now.
    get "/api/board" "board" Board whole(hub, actor; language: Language)
        -> 200 Board, 403 "only supervisors see the board" = board::board(hub, actor, &|finding| language.says(finding));
    /// What others are handling now, without what only supervisors see of it.
    get "/api/handled" "board" View handled(hub, actor) -> 200 Page<BoardItem> = board::handled(hub, actor);
}
