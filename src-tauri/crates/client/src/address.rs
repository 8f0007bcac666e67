//! Where a hub lives, as a person types it.

use reqwest::Url;

/// The root of a hub's HTTP contract: `http` or `https`, no path, query or user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address(Url);

/// Text that is no hub's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address of a hub")]
pub struct BadAddress;

impl Address {
    /// Reads an address. Without a scheme it is `https`; on this machine itself, where nobody listens in, `http`.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        let whole = if text.contains("://") { text.to_owned() } else { with_scheme(text)? };
        let url = Url::parse(&whole).map_err(|_| BadAddress)?;
        let plain = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let http = matches!(url.scheme(), "http" | "https") && url.has_host();
        if plain && http { Ok(Self(url)) } else { Err(BadAddress) }
    }

    /// As people read it, without a closing slash.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether nobody on the way can read along: `https`, or this machine itself.
    pub fn is_private(&self) -> bool {
        self.0.scheme() == "https" || is_loopback(&self.0)
    }

    /// The address of a call. `path` begins with `/`.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.as_str())
    }

    /// The address of a WebSocket. `path` begins with `/`.
    pub(crate) fn socket(&self, path: &str) -> String {
        // "http" becomes "ws", "https" becomes "wss".
        format!("ws{}", &self.join(path)["http".len()..])
    }
}

fn with_scheme(text: &str) -> Result<String, BadAddress> {
    let guess = Url::parse(&format!("https://{text}")).map_err(|_| BadAddress)?;
    let scheme = if is_loopback(&guess) { "http" } else { "https" };
    Ok(format!("{scheme}://{text}"))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, BadAddress};

    #[test]
    fn what_people_type_becomes_one_address() {
        for (typed, meant) in [
            ("http://10.0.0.5:8470", "http://10.0.0.5:8470"),
            (" https://hub.example.cn/ ", "https://hub.example.cn"),
            ("10.0.0.5:8470", "https://10.0.0.5:8470"),
            ("127.0.0.1:8470", "http://127.0.0.1:8470"),
            ("[::1]:8470", "http://[::1]:8470"),
            ("localhost:8470", "http://localhost:8470"),
            ("hub.example.cn", "https://hub.example.cn"),
        ] {
            let address = Address::parse(typed).expect(typed);
            assert_eq!(address.as_str(), meant, "{typed}");
        }
    }

    #[test]
    fn only_this_machine_is_private_without_encryption() {
        for (typed, private) in [
            ("https://hub.example.cn", true),
            ("http://127.0.0.9:1", true),
            ("http://localhost", true),
            ("http://[::1]", true),
            ("http://10.0.0.5", false),
            ("http://192.168.1.5:8470", false),
            ("http://hub.example.cn", false),
            ("http://localhost.example.cn", false),
        ] {
            let address = Address::parse(typed).expect(typed);
            assert_eq!(address.is_private(), private, "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_hub_is_refused() {
        for typed in [
            "",
            "ftp://hub",
            "http://",
            "http://me:secret@hub",
            "http://hub/some/path",
            "http://hub?x=1",
            "file:///etc/passwd",
        ] {
            assert_eq!(Address::parse(typed), Err(BadAddress), "{typed}");
        }
    }

    #[test]
    fn the_stream_goes_where_the_calls_go() {
        let address = Address::parse("https://hub.example.cn").expect("an address");
        assert_eq!(address.socket("/api/stream"), "wss://hub.example.cn/api/stream");
    }
}
