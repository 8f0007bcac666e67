//! The Debian packages that building, showing, testing and measuring need. A house test holds that every program that
//! anything here starts comes with one of them.

/// Needed to build the desk and the hub on Debian or Ubuntu.
pub const BUILD: &[&str] =
    &["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev", "libdbus-1-dev", "libclang-dev", "clang"];

/// Needed to show the desk: Chinese letters, a screen where there is none, and what WebKitGTK plays live pictures with
/// (H.264 in fragments): it only recommends them.
pub const SHOW: &[&str] = &["fonts-noto-cjk", "xvfb", "gstreamer1.0-libav", "gstreamer1.0-plugins-bad"];

/// Needed besides by the tests.
pub const TEST: &[&str] = &[
    // The second database.
    "postgresql",
    // The window's driver, and a bus for its notifications.
    "webkit2gtk-driver",
    "dbus",
    // `kill`.
    "procps",
    // The usual video tools, which also are a peer.
    "ffmpeg",
    // A telephone system with its callers, what the script for others calls, and the language of another one's scripts.
    "kamailio",
    "kamailio-tls-modules",
    "kamailio-utils-modules",
    "sip-tester",
    "curl",
    "perl",
    "lua5.4",
    // A browser for the kiosk page, with its driver.
    "chromium",
    "chromium-driver",
    // A machine with virtual cameras.
    "qemu-system-x86",
    // The contract's outside checkers.
    "python3-venv",
];

/// The peers that the benchmark measures beside.
pub const PEERS: &[&str] = &["etcd-server", "redis-server", "chromium", "sqlite3"];

/// A root folder with nothing in it but Debian.
pub const CLEAN_ROOM: &[&str] = &["debootstrap", "util-linux"];
