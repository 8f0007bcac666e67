//! Bytes between page and desk that never become text: frames of the preview and live pictures one way, photos the other.

use crate::{
    commands::live::LiveSaid,
    desk::{LiveMessage, LiveScreen, SiteFile, SystemPhoto, View},
};
use specta::{Type, Types, datatype::DataType, function::FunctionArg};
use tauri::{
    Runtime, WebviewWindow,
    ipc::{Channel, CommandArg, CommandItem, InvokeBody, InvokeError, InvokeResponseBody, IpcResponse},
};

/// Names the case of a photo sent as a raw body.
const CASE: &str = "x-case";

/// Name, table and purpose of a site's file sent as a raw body. Only the ending of the name matters here, so that a name headers cannot hold is sent without its stem.
const FILE: [&str; 3] = ["x-name", "x-table", "x-preview"];

/// A frame of the preview: a JPEG, an `ArrayBuffer` to the page.
pub struct JpegFrame(Vec<u8>);

impl IpcResponse for JpegFrame {
    fn body(self) -> tauri::Result<InvokeResponseBody> {
        Ok(InvokeResponseBody::Raw(self.0))
    }
}

impl Type for JpegFrame {
    fn definition(_: &mut Types) -> DataType {
        specta_typescript::define("ArrayBuffer").into()
    }
}

/// A page that shows the preview, and the window it is in.
pub struct PreviewWindow<R: Runtime> {
    window: WebviewWindow<R>,
    channel: Channel<JpegFrame>,
}

impl<R: Runtime> PreviewWindow<R> {
    /// Frames go down `channel` while `window` is seen.
    pub const fn new(window: WebviewWindow<R>, channel: Channel<JpegFrame>) -> Self {
        Self { window, channel }
    }
}

impl<R: Runtime> View for PreviewWindow<R> {
    fn send(&mut self, jpeg: Vec<u8>) -> bool {
        self.channel.send(JpegFrame(jpeg)).is_ok()
    }

    fn seen(&mut self) -> bool {
        is_seen(&self.window)
    }
}

/// A message of a live picture: what is said as an object, bytes as an `ArrayBuffer`.
pub struct LiveBody(LiveMessage);

impl IpcResponse for LiveBody {
    fn body(self) -> tauri::Result<InvokeResponseBody> {
        match self.0 {
            LiveMessage::Said(said) => Ok(InvokeResponseBody::Json(serde_json::to_string(&said)?)),
            LiveMessage::Bytes(bytes) => Ok(InvokeResponseBody::Raw(bytes.into())),
        }
    }
}

impl Type for LiveBody {
    fn definition(types: &mut Types) -> DataType {
        // Written down as well, since the name alone would not bring it along.
        let _ = LiveSaid::definition(types);
        specta_typescript::define("ArrayBuffer | LiveSaid").into()
    }
}

/// A page that shows a live picture, and the window it is in.
pub struct LiveWindow<R: Runtime> {
    window: WebviewWindow<R>,
    channel: Channel<LiveBody>,
}

impl<R: Runtime> LiveWindow<R> {
    /// Messages go down `channel` while `window` is seen.
    pub const fn new(window: WebviewWindow<R>, channel: Channel<LiveBody>) -> Self {
        Self { window, channel }
    }
}

impl<R: Runtime> LiveScreen for LiveWindow<R> {
    fn show(&self, message: LiveMessage) -> bool {
        self.channel.send(LiveBody(message)).is_ok()
    }

    fn seen(&self) -> bool {
        is_seen(&self.window)
    }
}

/// A system that does not tell counts as showing the window: the page stops what it shows itself as well.
fn is_seen<R: Runtime>(window: &WebviewWindow<R>) -> bool {
    window.is_visible().unwrap_or(true) && !window.is_minimized().unwrap_or(false)
}

impl<'a, R: Runtime> CommandArg<'a, R> for SystemPhoto {
    fn from_command(command: CommandItem<'a, R>) -> Result<Self, InvokeError> {
        let case = command.message.headers().get(CASE);
        let case = case.and_then(|case| case.to_str().ok());
        let bytes = match command.message.payload() {
            InvokeBody::Raw(bytes) => bytes.clone(),
            // Android's web view has no raw bodies; Tauri turns one into a list of numbers there.
            InvokeBody::Json(list) => serde_json::from_value(list.clone()).unwrap_or_default(),
        };
        Ok(Self { case: case.and_then(|case| case.parse().ok()), bytes })
    }
}

impl<'a, R: Runtime> CommandArg<'a, R> for SiteFile {
    fn from_command(command: CommandItem<'a, R>) -> Result<Self, InvokeError> {
        let [name, table, preview] = FILE.map(|header| {
            let text = command.message.headers().get(header);
            text.and_then(|text| text.to_str().ok()).unwrap_or_default()
        });
        Ok(Self {
            name: name.to_owned(),
            table: table.parse().ok(),
            preview: preview == "true",
            bytes: match command.message.payload() {
                InvokeBody::Raw(bytes) => bytes.clone(),
                InvokeBody::Json(list) => serde_json::from_value(list.clone()).unwrap_or_default(),
            },
        })
    }
}

/// Not among the arguments the bindings know: it is the whole body.
impl FunctionArg for SiteFile {
    fn to_datatype(_: &mut Types) -> Option<DataType> {
        None
    }
}

/// Not among the arguments the bindings know: it is the whole body.
impl FunctionArg for SystemPhoto {
    fn to_datatype(_: &mut Types) -> Option<DataType> {
        None
    }
}
