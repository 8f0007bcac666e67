//! Ports: whether one is free, who has it, and whether something answers there.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Result, bail};

/// Fails, naming the port, its owner where that can be seen, and what to do, when a port is taken.
pub fn demand_free(port: u16, wanted_by: &str, instead: &str) -> Result<()> {
    if is_free(port) {
        return Ok(());
    }
    let owner = holder(port).unwrap_or_else(|| "another program".to_owned());
    bail!(
        "port {port}, which {wanted_by} needs, is in use by {owner}.\nEnd that program (an earlier `cargo xtask run`?) and start again{instead}."
    )
}

/// Whether a server could listen at a local port.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// The program that listens at a port, as a person knows it, where that can be seen.
pub fn holder(port: u16) -> Option<String> {
    owner(port).map(|(pid, name)| format!("{name} (process {pid})"))
}

/// Whether `GET path` on a local port answers 200.
pub fn answers_ok(port: u16, path: &str) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(500))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut head = [0_u8; 12];
        stream.read_exact(&mut head)?;
        Ok(head.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

/// Whether something accepts connections on a local port.
pub fn accepts(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok()
}

/// Any free port, for servers that only tests talk to.
pub fn any_free() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The process that listens on a port, by the kernel's tables. Needs rights over that process; else nothing is found.
fn owner(port: u16) -> Option<(u32, String)> {
    let socket = listening_socket(port)?;
    let wanted = format!("socket:[{socket}]");
    for process in fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let Ok(files) = fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let has_it =
            files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|to| to.as_os_str() == wanted.as_str()));
        if has_it {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some((pid, name.trim().to_owned()));
        }
    }
    None
}

/// The inode of the socket that listens on `port`, from /proc/net/tcp: local address is field 1, state 3 (0A listens), inode 9.
fn listening_socket(port: u16) -> Option<String> {
    let suffix = format!(":{port:04X}");
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = fs::read_to_string(table).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if let [_, local, _, "0A", ..] = fields.as_slice()
                && local.ends_with(&suffix)
            {
                return fields.get(9).map(|inode| (*inode).to_owned());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::{accepts, demand_free};

    #[test]
    fn a_taken_port_is_told_with_its_number_and_its_owner() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let words = demand_free(port, "the hub", ", or take another with `--port`").unwrap_err().to_string();
        assert!(words.contains(&format!("port {port}, which the hub needs")), "{words}");
        assert!(words.contains(&format!("process {}", std::process::id())), "{words}");
        assert!(words.contains("--port"), "{words}");
        assert!(accepts(port));
    }
}
