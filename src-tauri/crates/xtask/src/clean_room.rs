//! `cargo xtask clean-room`: the checks on a machine that has nothing but Debian, Rust, Node.js and git, so that what
//! somebody once put in by hand hides no missing package.
//!
//! The machine is a folder made by debootstrap, entered with mounts of its own that end with it. Rust and Node.js are this
//! machine's, copied; so are its certificates, as it may reach the registries only through them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use xtask::{house, packages};

use crate::cargo;
use crate::step::say;
use crate::system;

/// Where certificates of one's own are put on Debian.
const OWN_CERTIFICATES: &str = "usr/local/share/ca-certificates";
/// Where the checkout stands inside.
const CHECKOUT: &str = "work/lanedesk";

/// What `cargo xtask clean-room` can be told.
#[derive(Args)]
pub(crate) struct CleanRoom {
    /// Debian's release.
    #[arg(long, default_value = "bookworm")]
    release: String,
    /// Where Debian's packages come from.
    #[arg(long, default_value = "http://deb.debian.org/debian")]
    mirror: String,
    /// Leave the room (some 20 GB afterwards) where it is, to look around in it.
    #[arg(long)]
    keep: bool,
    /// What is run inside; unless given the README's test command.
    #[arg(last = true)]
    command: Vec<String>,
}

/// Makes the room, runs the command in it, and takes it away.
pub(crate) fn run(options: &CleanRoom) -> Result<()> {
    if !nix::unistd::geteuid().is_root() {
        bail!("a root folder of its own can only be made by root: sudo --preserve-env=PATH cargo xtask clean-room");
    }
    system::install(&[packages::CLEAN_ROOM])?;
    let room = house::scratch()?.join("clean-room");
    remove(&room)?;
    say("putting Debian into a folder of its own");
    let mut debootstrap = Command::new("debootstrap");
    // What Rust and Node.js themselves want of a machine: a linker with the C library's parts, certificates. And git.
    debootstrap
        .args(["--variant=minbase", "--include=gcc,libc6-dev,ca-certificates,git"])
        .arg(&options.release)
        .arg(&room)
        .arg(&options.mirror);
    cargo::run(&mut debootstrap)?;
    furnish(&room)?;
    let ended = enter(&room, &options.command);
    if options.keep {
        say(&format!("the room stays: {}", room.display()));
    } else {
        remove(&room)?;
    }
    ended
}

/// Deletes an earlier room.
fn remove(room: &Path) -> Result<()> {
    if room.exists() {
        fs::remove_dir_all(room).with_context(|| format!("cannot delete {}", room.display()))?;
    }
    Ok(())
}

/// Rust, Node.js, the way to the registries, and a clone of what is committed.
fn furnish(room: &Path) -> Result<()> {
    let sysroot = said(&mut cargo::rustc(&["--print", "sysroot"]))?;
    copy(Path::new(&sysroot), &room.join("opt/rust"))?;
    let node = said(Command::new("node").args(["-p", "process.execPath"]))?;
    copy(Path::new(&node), &room.join("usr/local/bin/node"))?;
    let modules = PathBuf::from(said(Command::new("npm").args(["root", "-g"]))?);
    copy(&modules.join("npm"), &room.join("usr/local/lib/node_modules/npm"))?;
    for (name, script) in [("npm", "npm-cli.js"), ("npx", "npx-cli.js")] {
        let inside = format!("../lib/node_modules/npm/bin/{script}");
        std::os::unix::fs::symlink(inside, room.join("usr/local/bin").join(name))?;
    }
    for file in ["etc/resolv.conf", "etc/hosts"] {
        fs::copy(Path::new("/").join(file), room.join(file))?;
    }
    let own = Path::new("/").join(OWN_CERTIFICATES);
    if own.is_dir() {
        fs::create_dir_all(room.join(OWN_CERTIFICATES))?;
        for entry in fs::read_dir(own)?.flatten() {
            fs::copy(entry.path(), room.join(OWN_CERTIFICATES).join(entry.file_name()))?;
        }
    }
    let mut clone = Command::new("git");
    clone.args(["clone", "--quiet", "--no-hardlinks"]).arg(house::root()).arg(room.join(CHECKOUT));
    cargo::run(&mut clone)
}

/// A folder or file with everything in it, links as links.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    cargo::run(Command::new("cp").arg("--archive").arg(from).arg(to))
}

/// Runs the command inside, with mounts and processes of its own: whatever it leaves running ends with it.
fn enter(room: &Path, command: &[String]) -> Result<()> {
    let command = if command.is_empty() { "cargo xtask test".to_owned() } else { command.join(" ") };
    say(&format!("in the clean room: {command}"));
    // No /proc of the machine around it, but devices: a screen and a database want shared memory.
    let inside = "mount -t proc proc \"$0/proc\" && mount -t sysfs sysfs \"$0/sys\" && mount --rbind /dev \"$0/dev\" \
        && mount -t tmpfs tmpfs \"$0/dev/shm\" && exec chroot \"$0\" /usr/bin/env -i \"$@\"";
    let mut enter = Command::new("unshare");
    enter.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside]).arg(room);
    enter.args([
        "HOME=/root",
        "LANG=C.UTF-8",
        "CARGO_TERM_COLOR=never",
        "PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt",
    ]);
    for name in ["http_proxy", "https_proxy", "no_proxy"] {
        if let Ok(value) = std::env::var(name) {
            enter.arg(format!("{name}={value}"));
        }
    }
    let script = format!("update-ca-certificates >/dev/null && cd /{CHECKOUT} && {command}");
    enter.args(["sh", "-ec", &script]);
    cargo::run(&mut enter)
}

/// What a command printed, without the end of the line.
fn said(command: &mut Command) -> Result<String> {
    let name = command.get_program().display().to_string();
    let answer = command.output().with_context(|| format!("cannot start {name}"))?;
    if !answer.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&answer.stderr));
    }
    Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
}
