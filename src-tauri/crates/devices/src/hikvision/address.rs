//! Where a device is reached.

use crate::OpenError;
use url::Url;

/// The parsed address of a device.
#[derive(Clone)]
pub(crate) struct Address {
    /// Scheme, host, port, without user information, path without its last slash.
    base: String,
    /// Path before `/ISAPI`, empty for nearly every device.
    prefix: String,
    host: String,
    port: u16,
    tls: bool,
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, OpenError> {
        let bad = || OpenError::Address;
        let url = Url::parse(text.trim()).map_err(|_| bad())?;
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(bad()),
        };
        let host = url.host_str().ok_or_else(bad)?.to_owned();
        let port = url.port_or_known_default().ok_or_else(bad)?;
        let prefix = url.path().trim_end_matches('/').to_owned();
        let base = format!("{}://{host}:{port}", url.scheme());
        Ok(Self { base, prefix, host, port, tls })
    }

    /// Path as it stands in the request line and in the digest.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// The whole address of a path made by [`Address::path`].
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Host for a socket, without the brackets of an IPv6 address.
    pub(crate) fn socket_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Host as it stands in the `Host` header.
    pub(crate) fn host_header(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) const fn tls(&self) -> bool {
        self.tls
    }

    /// Host in an address, IPv6 in brackets.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_hosts() {
        let address = Address::parse("http://10.0.0.9/cam/").unwrap();
        assert_eq!(address.path("/ISAPI"), "/cam/ISAPI");
        assert_eq!(address.url("/cam/ISAPI"), "http://10.0.0.9:80/cam/ISAPI");
        let six = Address::parse("https://[::1]:8443").unwrap();
        assert_eq!((six.socket_host(), six.port()), ("::1", 8443));
        for bad in ["10.0.0.9", "ftp://a", "http://", ""] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }
}
