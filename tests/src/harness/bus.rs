//! A notification bus of a test's own that writes down what it is asked to show.

mod notifications;

use super::{PATIENCE, wait_for};
use notifications::Notifications;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use xtask::running::RunningProgram;

/// Nothing of the machine's own bus: no other service is started or found.
const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Title and sentence of a notification.
pub(crate) type Shown = (String, String);

/// The bus; it ends with this value.
pub(crate) struct Bus {
    // Ends before the daemon does.
    _service: zbus::Connection,
    _daemon: RunningProgram,
    address: String,
    shown: Arc<Mutex<Vec<Shown>>>,
}

impl Bus {
    /// Starts one whose files lie in `folder`.
    pub(crate) async fn start(folder: &Path) -> Self {
        let config = folder.join("bus.conf");
        std::fs::write(&config, CONFIG).unwrap();
        let mut command = Command::new("dbus-daemon");
        command.arg("--config-file").arg(&config).args(["--nofork", "--nopidfile", "--print-address=1"]);
        let log = folder.join("bus.log");
        command.stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap());
        let mut daemon = RunningProgram::start_as_is("dbus-daemon", &mut command, &log).unwrap();
        let mut address = String::new();
        BufReader::new(daemon.take_stdout().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let shown = Arc::new(Mutex::new(Vec::new()));
        let service = serve(&address, Notifications { shown: Arc::clone(&shown) });
        let service = tokio::time::timeout(PATIENCE, service).await.unwrap().unwrap();
        Self { _service: service, _daemon: daemon, address, shown }
    }

    /// What goes into `DBUS_SESSION_BUS_ADDRESS`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Everything shown so far.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        self.shown.lock().unwrap().clone()
    }

    /// Waits until a notification whose sentence contains this was shown; its title.
    pub(crate) async fn shows(&self, words: &str) -> String {
        let what = format!("the notification {words}");
        let found = wait_for(&what, async || self.shown().into_iter().find(|(_, body)| body.contains(words)));
        found.await.0
    }
}

async fn serve(address: &str, notifications: Notifications) -> zbus::Result<zbus::Connection> {
    zbus::connection::Builder::address(address)?
        .serve_at("/org/freedesktop/Notifications", notifications)?
        .name("org.freedesktop.Notifications")?
        .build()
        .await
}
