//! etcd as a peer: lease grant, create-if-absent transaction, revoke, over gRPC as its own clients speak it.
//!
//! gRPC is HTTP/2 with five bytes before each message, and the three messages are small: they are written here by hand
//! (etcd 3.4, rpc.proto), so that both sides are driven by the same HTTP client.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use xtask::port;
use xtask::running::RunningProgram;

use super::load::Holder;

/// Connections that the clients share, as etcd's own benchmark does: more only costs etcd time.
const CONNECTIONS: usize = 8;
/// The lease's time to live in seconds: our ten minutes.
const TTL: u64 = 600;

/// A single etcd on this machine, durable as it comes.
pub struct Etcd {
    _server: RunningProgram,
    address: String,
}

impl Etcd {
    /// Starts one with its data in `folder`.
    pub fn start(folder: &Path) -> Result<Self> {
        let (client, peer) = (port::any_free()?, port::any_free()?);
        let data = folder.join(format!("etcd-{client}"));
        let address = format!("http://127.0.0.1:{client}");
        let mut command = Command::new("etcd");
        command
            .arg("--data-dir")
            .arg(&data)
            .args(["--listen-client-urls", &address, "--advertise-client-urls", &address])
            .args(["--listen-peer-urls", &format!("http://127.0.0.1:{peer}")])
            .args(["--log-level", "error"]);
        let mut server = RunningProgram::start("etcd", &mut command, &folder.join("etcd.log"))?;
        server.wait_until("ready", Duration::from_secs(30), || port::answers_ok(client, "/health"))?;
        Ok(Self { _server: server, address })
    }

    /// So many clients, each with a key of its own.
    pub fn holders(&self, clients: usize) -> Result<Vec<EtcdHolder>> {
        let connection = || {
            let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge();
            client.build().context("an HTTP/2 client")
        };
        let connections: Vec<_> = (0..CONNECTIONS.min(clients)).map(|_| connection()).collect::<Result<_>>()?;
        let holders = connections.iter().cycle().take(clients).enumerate();
        Ok(holders
            .map(|(index, http)| EtcdHolder {
                http: http.clone(),
                address: self.address.clone(),
                key: format!("lane/{index}"),
            })
            .collect())
    }
}

/// One client of etcd.
pub struct EtcdHolder {
    http: reqwest::Client,
    address: String,
    key: String,
}

impl Holder for EtcdHolder {
    async fn cycle(&mut self) -> Result<()> {
        let granted = self.call("Lease/LeaseGrant", &[number(1, TTL)].concat()).await?;
        let lease = field(&granted, 2).context("a lease has an id")?;
        let created = self.call("KV/Txn", &create_if_absent(&self.key, lease)).await?;
        ensure!(field(&created, 2) == Some(1), "the key of this client alone is taken");
        self.call("Lease/LeaseRevoke", &number(1, lease)).await.map(drop)
    }
}

impl EtcdHolder {
    async fn call(&self, method: &str, message: &[u8]) -> Result<Vec<u8>> {
        let length = u32::try_from(message.len())?;
        let body = [&[0], length.to_be_bytes().as_slice(), message].concat();
        let answer = self
            .http
            .post(format!("{}/etcdserverpb.{method}", self.address))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(body)
            .send()
            .await?;
        let refused = answer.headers().get("grpc-message").cloned();
        let bytes = answer.bytes().await?;
        match bytes.get(5..) {
            Some(message) => Ok(message.to_vec()),
            None => bail!("{method}: {refused:?}"),
        }
    }
}

/// `if create_revision(key) == 0 then put(key, holder, lease)`.
fn create_if_absent(key: &str, lease: u64) -> Vec<u8> {
    // Compare {result EQUAL = 0, target CREATE = 1, key, create_revision = 0}
    let compare = [number(2, 1), bytes(3, key.as_bytes()), number(5, 0)].concat();
    let put = [bytes(1, key.as_bytes()), bytes(2, b"holder"), number(3, lease)].concat();
    let operation = bytes(2, &put);
    [bytes(1, &compare), bytes(2, &operation)].concat()
}

/// A number field of a protocol buffer.
fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// A field with a length: bytes, text or a message.
fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    let length = u64::try_from(value.len()).unwrap_or(u64::MAX);
    [varint(field << 3 | 2), varint(length), value.to_vec()].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or(0x7f);
        value >>= 7;
        if value == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

/// The number in a message's field, where it has one.
fn field(mut message: &[u8], wanted: u64) -> Option<u64> {
    while !message.is_empty() {
        let tag = read_varint(&mut message)?;
        match tag & 7 {
            0 => {
                let value = read_varint(&mut message)?;
                if tag >> 3 == wanted {
                    return Some(value);
                }
            }
            2 => {
                let length = usize::try_from(read_varint(&mut message)?).ok()?;
                message = message.get(length..)?;
            }
            _ => return None,
        }
    }
    None
}

fn read_varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{bytes, field, number};

    #[test]
    fn fields_are_found_behind_others() {
        let message = [bytes(1, b"header"), number(2, 7_587_867_554_213), number(3, 600)].concat();
        assert_eq!(field(&message, 2), Some(7_587_867_554_213));
        assert_eq!(field(&message, 3), Some(600));
        assert_eq!(field(&message, 4), None);
        assert_eq!(field(&message[..3], 2), None);
    }
}
