//! Bytes between page and desk that never become text: frames of the preview one way, photos the other.

use crate::desk::{TakenOutside, View};
use specta::{Type, Types, datatype::DataType, function::FunctionArg};
use tauri::{
    Runtime, WebviewWindow,
    ipc::{
        Channel, CommandArg, CommandItem, InvokeBody, InvokeError, InvokeResponseBody, IpcResponse,
    },
};

/// Names the case of a photo sent as a raw body.
const CASE: &str = "x-case";

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
pub struct InWindow<R: Runtime> {
    window: WebviewWindow<R>,
    channel: Channel<JpegFrame>,
}

impl<R: Runtime> InWindow<R> {
    /// Frames go down `channel` while `window` is seen.
    pub const fn new(window: WebviewWindow<R>, channel: Channel<JpegFrame>) -> Self {
        Self { window, channel }
    }
}

impl<R: Runtime> View for InWindow<R> {
    fn send(&mut self, jpeg: Vec<u8>) -> bool {
        self.channel.send(JpegFrame(jpeg)).is_ok()
    }

    fn seen(&mut self) -> bool {
        // A system that does not tell counts as showing the window: the page stops the preview itself as well.
        self.window.is_visible().unwrap_or(true) && !self.window.is_minimized().unwrap_or(false)
    }
}

impl<'a, R: Runtime> CommandArg<'a, R> for TakenOutside {
    fn from_command(command: CommandItem<'a, R>) -> Result<Self, InvokeError> {
        let case = command.message.headers().get(CASE);
        let case = case.and_then(|case| case.to_str().ok());
        let bytes = match command.message.payload() {
            InvokeBody::Raw(bytes) => bytes.clone(),
            // Android's web view has no raw bodies; Tauri turns one into a list of numbers there.
            InvokeBody::Json(list) => serde_json::from_value(list.clone()).unwrap_or_default(),
        };
        Ok(Self {
            case: case.and_then(|case| case.parse().ok()),
            bytes,
        })
    }
}

/// Not among the arguments the bindings know: it is the whole body.
impl FunctionArg for TakenOutside {
    fn to_datatype(_: &mut Types) -> Option<DataType> {
        None
    }
}
