//! The camera's RTSP server: digest like its other doors, pictures interleaved in the one connection, or
//! in datagrams beside it where that is asked for.

mod packet;
mod request;
mod session;
mod trouble;
mod way;

use crate::{Fault, Lane, isapi::Auth};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};

/// Serves a lane's moving picture until the site ends; while it is offline nothing listens and no connection lives.
pub(crate) async fn serve(lane: Lane, auth: Arc<Auth>, listener: TcpListener) {
    crate::isapi::while_online(&lane, listener, |lane, stream: TcpStream| {
        let auth = Arc::clone(&auth);
        session::serve(lane, auth, stream)
    })
    .await;
}

/// Whether the camera has a moving picture of this kind at all.
fn has_rtsp(lane: &Lane) -> bool {
    !lane.has(Fault::MjpegOnly)
}
