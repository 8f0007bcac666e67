//! RTSP requests as they come in, pictures' reports between them left out.

use bytes::{Buf, BytesMut};
use hyper::HeaderMap;

/// Longest request taken.
const LONGEST: usize = 16 * 1024;

/// One request.
pub(super) struct RtspRequest {
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) headers: HeaderMap,
}

impl RtspRequest {
    /// A header's text; empty where there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Neither a request nor a report.
#[derive(Debug, thiserror::Error)]
#[error("this is no RTSP")]
pub(super) struct NoRtsp;

/// Takes the next request from what has arrived, if it is whole.
pub(super) fn take(arrived: &mut BytesMut) -> Result<Option<RtspRequest>, NoRtsp> {
    loop {
        if arrived.first() != Some(&b'$') {
            break;
        }
        // A report of the other side: a channel and a length before it.
        let Some([_, _, high, low]) = arrived.first_chunk::<4>().copied() else {
            return Ok(None);
        };
        let length = 4 + usize::from(u16::from_be_bytes([high, low]));
        if arrived.len() < length {
            return Ok(None);
        }
        arrived.advance(length);
    }
    let Some(end) = arrived.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if arrived.len() > LONGEST { Err(NoRtsp) } else { Ok(None) };
    };
    let head = arrived.split_to(end + 4);
    let text = std::str::from_utf8(&head).map_err(|_| NoRtsp)?;
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(uri)) = (first.next(), first.next()) else {
        return Err(NoRtsp);
    };
    let mut headers = HeaderMap::new();
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if let (Ok(name), Ok(value)) = (name.parse::<hyper::header::HeaderName>(), value.trim().parse()) {
            headers.insert(name, value);
        }
    }
    Ok(Some(RtspRequest { method: method.to_owned(), uri: uri.to_owned(), headers }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_taken_whole_and_reports_between_them_skipped() {
        let mut arrived = BytesMut::from(&b"$\x01\x00\x02xxPLAY rtsp://h/a RTSP/1.0\r\nCSeq: 4\r\n\r\nOPT"[..]);
        let asked = take(&mut arrived).unwrap().unwrap();
        assert_eq!((asked.method.as_str(), asked.uri.as_str()), ("PLAY", "rtsp://h/a"));
        assert_eq!(asked.header("cseq"), "4");
        assert!(take(&mut arrived).unwrap().is_none());
        assert_eq!(&arrived[..], b"OPT");
    }
}
