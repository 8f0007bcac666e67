//! What the hub says on a live picture's WebSocket, as JSON text beside the binary pictures.
//!
//! A binary message is an initialisation segment (begins with `ftyp`), a fragment of one picture (`moof`), or, where
//! `kind` is `jpeg`, a whole JPEG file. Before the first binary message, and before each further initialisation segment,
//! a `playing` state says what follows.
//!
//! Order: `playing` with its format, the initialisation segment, then fragments from a key frame on. Another size in
//! mid-stream: `playing` anew, another initialisation segment, fragments. After a reconnection with unchanged parameters no
//! new segment comes. Decode times (90 000 a second) rise without a hole over all of it. A watcher sends nothing; closing
//! the WebSocket ends it. After `too_many` and `no_camera` the hub closes it.

use serde::{Deserialize, Serialize};

words_enum! {
    /// How it stands with a live picture. `failed` is tried again by itself as long as somebody watches.
    LiveState { Starting, Playing, Reconnecting, Failed }
}

words_enum! {
    /// Why a live picture does not play.
    LiveWhy {
        NoCamera, NotSupported, WrongPassword, LockedOut, Unreachable, Silent, Codec, NoKeyFrame, Unreadable, TooLarge,
        TooMany
    }
}

words_enum! {
    /// What the binary messages are.
    LiveKind { Mp4, Jpeg }
}

/// The pictures that follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct LiveFormat {
    /// What the binary messages are.
    pub kind: LiveKind,
    /// As `MediaSource` takes it, for example `video/mp4; codecs="avc1.42001E"`; `image/jpeg` for JPEGs.
    pub mime: String,
    /// Width in pixels; 0 where only the pictures say.
    pub width: u32,
    /// Height in pixels; 0 where only the pictures say.
    pub height: u32,
}

/// One text message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveTold {
    /// How it stands, from now on.
    State {
        /// The state.
        state: LiveState,
        /// Why it does not play; absent while it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<LiveWhy>,
        /// The same as a sentence for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        /// What follows; only where it plays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        format: Option<LiveFormat>,
    },
    /// Pictures were left out because the watcher did not keep up; the next fragment is a key frame.
    Skipped,
}
