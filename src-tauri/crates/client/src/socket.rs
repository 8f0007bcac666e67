//! A line to the hub that stays open: how it is opened, and when it is tried again.

use crate::{Hub, Pace};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{
        self,
        client::IntoClientRequest,
        handshake::client::Request,
        http::{HeaderValue, StatusCode, header},
    },
};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a line with session and language. Where the hub refuses it, with which status; without a session as if it had.
pub(crate) async fn open(hub: &Hub, path: &str) -> Result<Socket, Option<StatusCode>> {
    let request = handshake(hub, path).ok_or(Some(StatusCode::UNAUTHORIZED))?;
    let connector = hub.trust().connector();
    let connecting = tokio_tungstenite::connect_async_tls_with_config(request, None, false, connector);
    match tokio::time::timeout(hub.pace().connect, connecting).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(tungstenite::Error::Http(answer))) => Err(Some(answer.status())),
        Ok(Err(error)) => {
            tracing::info!(%error, "a line to the hub was refused");
            Err(None)
        }
        Err(_) => Err(None),
    }
}

/// The request that opens a line; `None` where there is no session.
fn handshake(hub: &Hub, path: &str) -> Option<Request> {
    let token = hub.token()?;
    let mut request = hub.address().socket(path).into_client_request().ok()?;
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.secret())).ok()?;
    bearer.set_sensitive(true);
    let headers = request.headers_mut();
    headers.insert(header::AUTHORIZATION, bearer);
    headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(hub.language().tag()));
    Some(request)
}

/// How long to wait before connecting again. Half of it is chance, so that a hundred desks do not come back at once.
pub(crate) fn pause(pace: Pace, failures: u32) -> Duration {
    let doubled = pace.first_pause.saturating_mul(2_u32.saturating_pow(failures.min(16)));
    let whole = doubled.min(pace.longest_pause);
    whole / 2 + whole.mul_f64(rand::random::<f64>() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::pause;
    use crate::Pace;

    #[test]
    fn pauses_grow_to_a_limit_and_are_never_nothing() {
        let pace = Pace::default();
        for failures in 0..40 {
            let whole = (pace.first_pause * 2_u32.pow(failures.min(10))).min(pace.longest_pause);
            let paused = pause(pace, failures);
            assert!(paused >= whole / 2 && paused <= whole, "after {failures}");
        }
    }
}
