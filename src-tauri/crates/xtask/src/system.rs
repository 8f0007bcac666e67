//! System packages: which are missing, and putting them in.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;

/// Installs what is missing of `packages`, and says so. Quick when nothing is.
pub(crate) fn install(packages: &[&[&str]]) -> Result<()> {
    let wanted = packages.concat();
    let Some(missing) = missing(&wanted) else {
        step::say(&format!(
            "this is no Debian or Ubuntu; these must be there in your system's own form: {}",
            wanted.join(" ")
        ));
        return Ok(());
    };
    if missing.is_empty() {
        return Ok(());
    }
    step::say(&format!("installing system packages: {}", missing.join(" ")));
    apt(&["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(&missing);
    apt(&install)
}

/// Those of `wanted` that dpkg does not have; nothing where there is no dpkg.
fn missing<'a>(wanted: &[&'a str]) -> Option<Vec<&'a str>> {
    let answer = Command::new("dpkg-query")
        .args(["--show", "--showformat=${Package} ${db:Status-Status}\n"])
        .args(wanted)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&answer.stdout);
    let there = |name: &str| text.lines().any(|line| line.split_once(' ') == Some((name, "installed")));
    Some(wanted.iter().copied().filter(|name| !there(name)).collect())
}

/// One apt-get call, through sudo where we are not root.
fn apt(arguments: &[&str]) -> Result<()> {
    let mut command = if nix::unistd::geteuid().is_root() {
        Command::new("apt-get")
    } else {
        step::say("asking sudo for apt-get");
        let mut sudo = Command::new("sudo");
        sudo.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        sudo
    };
    let status =
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status().context("cannot start apt-get")?;
    if !status.success() {
        bail!("`apt-get {}` failed ({status})", arguments.join(" "));
    }
    Ok(())
}
