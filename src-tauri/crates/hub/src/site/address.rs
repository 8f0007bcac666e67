//! Addresses of devices: whose password goes where, and that none stands in an address (invariant 16).

use reqwest::Url;

/// The port RTSP has where none is said.
const RTSP_PORT: u16 = 554;

/// Who hears what is sent to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listener {
    scheme: String,
    host: String,
    port: Option<u16>,
}

impl Listener {
    fn of(address: &str) -> Option<Self> {
        let url = Url::parse(address.trim()).ok()?;
        let scheme = url.scheme().to_owned();
        let usual = (scheme == "rtsp").then_some(RTSP_PORT);
        Some(Self { host: url.host_str()?.to_ascii_lowercase(), port: url.port_or_known_default().or(usual), scheme })
    }

    /// Where the maker's own stream is, beside the device itself.
    fn stream_beside(url: &str) -> Option<Self> {
        Some(Self { scheme: "rtsp".to_owned(), port: Some(RTSP_PORT), ..Self::of(url)? })
    }
}

/// The addresses of a device as its row says them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses<'a> {
    /// Where it answers.
    pub(crate) url: &'a str,
    /// Its live stream's; empty: the maker's own.
    pub(crate) rtsp: &'a str,
}

impl Addresses<'_> {
    /// Whether the device itself is asked at the same place: host, port and scheme.
    pub(crate) fn same_device(self, other: Self) -> bool {
        self.url == other.url || same(Listener::of(self.url).as_ref(), Listener::of(other.url).as_ref())
    }

    /// Whether its live stream is asked for at the same place.
    pub(crate) fn same_stream(self, other: Self) -> bool {
        let (own, others) = (self.rtsp.trim(), other.rtsp.trim());
        let same_text = own == others && (!own.is_empty() || self.url == other.url);
        same_text || same(self.stream().as_ref(), other.stream().as_ref())
    }

    /// Whether its live stream is asked for where the maker has it, beside the device: whoever is there knows the device's
    /// own password.
    pub(crate) fn streams_beside(self) -> bool {
        same(Listener::stream_beside(self.url).as_ref(), self.stream().as_ref())
    }

    fn stream(self) -> Option<Listener> {
        match self.rtsp.trim() {
            "" => Listener::stream_beside(self.url),
            own => Listener::of(own),
        }
    }
}

fn same(a: Option<&Listener>, b: Option<&Listener>) -> bool {
    a.is_some() && a == b
}

/// The host a device is asked at; none: the text is no address of one.
pub(crate) fn host_of(text: &str) -> Option<String> {
    let listener = Listener::of(text)?;
    (listener.port.is_some() && !listener.host.is_empty()).then_some(listener.host)
}

/// User name and password in an address.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct UserInfo {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// Whether an address carries a user name or password, a wrongly written one too.
pub(crate) fn has_user_info(address: &str) -> bool {
    let behind = address.split_once("//").map_or(address, |(_, rest)| rest);
    let host = behind.split(['/', '?', '#', '\\']).next();
    // What is wrongly escaped may hold a slash: then a later at sign is its end.
    host.is_some_and(|host| host.contains('@')) || taken_out(address).is_some()
}

/// An address without its user name and password, and these; none: it has none.
pub(crate) fn taken_out(address: &str) -> Option<(String, UserInfo)> {
    let mut url = Url::parse(address.trim()).ok()?;
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    // Written as in an address, where they may be escaped.
    let plain = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text);
        decoded.decode_utf8_lossy().into_owned()
    };
    let info = UserInfo { username: plain(url.username()), password: plain(url.password().unwrap_or_default()) };
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some((url.into(), info))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'a>(url: &'a str, rtsp: &'a str) -> Addresses<'a> {
        Addresses { url, rtsp }
    }

    #[test]
    fn another_host_port_or_scheme_is_another_listener_and_another_path_is_not() {
        let was = at("http://10.0.0.9", "");
        for same in ["http://10.0.0.9:80", "http://10.0.0.9/cam", " http://10.0.0.9 "] {
            assert!(was.same_device(at(same, "")), "{same}");
            assert!(was.same_stream(at(same, "")), "{same}");
        }
        for other in ["https://10.0.0.9", "http://10.0.0.9:81", "http://10.0.0.10", "http://camera", ""] {
            assert!(!was.same_device(at(other, "")), "{other}");
        }
        assert!(was.same_stream(at("http://10.0.0.9", "rtsp://10.0.0.9/live")));
        assert!(!was.same_stream(at("http://10.0.0.9", "rtsp://10.0.0.9:8554/live")));
        assert!(!was.same_stream(at("http://10.0.0.9", "rtsp://10.0.0.66/live")));
        assert!(!was.same_stream(at("http://10.0.0.9", "nonsense")));
        assert!(at("x", "nonsense").same_stream(at("x", "nonsense")));
        assert!(was.streams_beside() && at("http://10.0.0.9:81", "rtsp://10.0.0.9/live").streams_beside());
        assert!(!at("http://10.0.0.9", "rtsp://10.0.0.66/live").streams_beside());
        assert!(!at("http://10.0.0.9", "nonsense").streams_beside());
    }

    #[test]
    fn a_name_or_password_in_an_address_is_seen_and_taken_out() {
        for address in [
            "rtsp://a:b@10.0.0.9/live",
            "http://a@10.0.0.9",
            "mqtt://:b@broker",
            "10.0.0.9@evil",
            "rtsp://a:p@ss@10.0.0.9",
        ] {
            assert!(has_user_info(address), "{address}");
        }
        for address in ["rtsp://10.0.0.9/live@home", "http://10.0.0.9/?to=a@b", "", "camera"] {
            assert!(!has_user_info(address), "{address}");
        }
        let (rest, info) = taken_out("rtsp://viewer:p%2Fw@10.0.0.8/live").unwrap();
        assert_eq!(rest, "rtsp://10.0.0.8/live");
        assert_eq!((info.username.as_str(), info.password.as_str()), ("viewer", "p/w"));
        assert!(taken_out("rtsp://10.0.0.8/live").is_none());
    }
}
