//! A line that can be cut: a relay between somebody and a server.

use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A relay before a server. While it is cut nothing passes and nothing new connects.
pub(crate) struct Relay {
    address: SocketAddr,
    whole: Arc<watch::Sender<bool>>,
    serving: JoinHandle<()>,
}

impl Relay {
    /// A relay to the server at `to` (host and port).
    pub(crate) async fn to(to: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let whole = Arc::new(watch::Sender::new(true));
        let serving = tokio::spawn(serve(listener, to, Arc::clone(&whole)));
        Self {
            address,
            whole,
            serving,
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts every connection and refuses new ones.
    pub(crate) fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets people connect again.
    pub(crate) fn mend(&self) {
        self.whole.send_replace(true);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, to: SocketAddr, whole: Arc<watch::Sender<bool>>) {
    while let Ok((mut here, _)) = listener.accept().await {
        let mut is_whole = whole.subscribe();
        if !*is_whole.borrow_and_update() {
            continue;
        }
        tokio::spawn(async move {
            let Ok(mut there) = TcpStream::connect(to).await else {
                return;
            };
            tokio::select! {
                _ = copy_bidirectional(&mut here, &mut there) => {}
                _ = is_whole.wait_for(|whole| !whole) => {}
            }
        });
    }
}
