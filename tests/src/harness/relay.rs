//! A line that can be cut or fall silent: a relay between somebody and a server.

use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Whole,
    /// Nothing passes, and neither end is told: as where a cable is pulled between two others.
    Silent,
    Cut,
}

/// A relay before a server.
pub(crate) struct Relay {
    address: SocketAddr,
    line: Arc<watch::Sender<Line>>,
    serving: JoinHandle<()>,
}

impl Relay {
    /// A relay to the server at `to` (host and port).
    pub(crate) async fn to(to: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let line = Arc::new(watch::Sender::new(Line::Whole));
        let serving = tokio::spawn(serve(listener, to, Arc::clone(&line)));
        Self { address, line, serving }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts every connection and refuses new ones.
    pub(crate) fn cut(&self) {
        self.line.send_replace(Line::Cut);
    }

    /// Lets nothing pass any more and tells nobody: connections stand, half dead, and new ones are taken and not answered.
    pub(crate) fn silence(&self) {
        self.line.send_replace(Line::Silent);
    }

    /// Lets people connect again; what stood through a silence goes on, and what was sent into it arrives.
    pub(crate) fn mend(&self) {
        self.line.send_replace(Line::Whole);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, to: SocketAddr, line: Arc<watch::Sender<Line>>) {
    while let Ok((here, _)) = listener.accept().await {
        let mut now = line.subscribe();
        if *now.borrow_and_update() == Line::Cut {
            continue;
        }
        tokio::spawn(async move {
            let mut cut = now.clone();
            tokio::select! {
                () = between(here, to, now) => {}
                _ = cut.wait_for(|line| *line == Line::Cut) => {}
            }
        });
    }
}

async fn between(here: TcpStream, to: SocketAddr, mut line: watch::Receiver<Line>) {
    if line.wait_for(|line| *line != Line::Silent).await.is_err() {
        return;
    }
    let Ok(there) = TcpStream::connect(to).await else {
        return;
    };
    let ((near_in, near_out), (far_in, far_out)) = (here.into_split(), there.into_split());
    tokio::join!(pass(near_in, far_out, line.clone()), pass(far_in, near_out, line));
}

/// Passes on what comes, until its sender ends; what comes in a silence waits.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut line: watch::Receiver<Line>) {
    let mut some = vec![0_u8; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut some).await {
        if line.wait_for(|line| *line != Line::Silent).await.is_err() || to.write_all(&some[..read]).await.is_err() {
            return;
        }
    }
    // Whoever still sends the other way may go on.
    let _ = to.shutdown().await;
}
