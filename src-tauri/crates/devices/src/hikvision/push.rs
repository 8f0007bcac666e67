//! Plate events a camera sends to the hub (DEVICES.md 1.5), and the same form in an answer.

use super::{
    event::{Alert, Draft},
    multipart::{BadMultipart, Part, boundary, split},
    xml::BadXml,
};
use crate::PlateRead;

/// Why what a camera sent cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPush {
    /// No multipart, or beyond the limits.
    #[error("the body is no readable multipart")]
    Multipart,
    /// No event in it.
    #[error("the body holds no readable event")]
    NoEvent,
}

impl From<BadMultipart> for BadPush {
    fn from(_: BadMultipart) -> Self {
        Self::Multipart
    }
}
impl From<BadXml> for BadPush {
    fn from(_: BadXml) -> Self {
        Self::NoEvent
    }
}

/// Reads of plates in a body a camera posted: multipart with documents and pictures, or one document alone.
/// Events of other kinds give nothing and are no error, so that the camera is answered 200 and does not repeat them.
pub fn parse_push(content_type: &str, body: &[u8]) -> Result<Vec<PlateRead>, BadPush> {
    let Some(boundary) = boundary(content_type) else {
        return Ok(match Alert::read(body)? {
            Alert::Read(draft) => vec![draft.finish()],
            Alert::Other => Vec::new(),
        });
    };
    reads_in(split(&boundary, body)?)
}

fn reads_in(parts: Vec<Part>) -> Result<Vec<PlateRead>, BadPush> {
    let mut reads = Vec::new();
    let mut draft: Option<Box<Draft>> = None;
    let mut understood = false;
    for part in parts {
        if part.is_xml() {
            reads.extend(draft.take().map(|done| done.finish()));
            match Alert::read(&part.body) {
                Ok(Alert::Read(next)) => draft = Some(next),
                Ok(Alert::Other) => {}
                Err(_) => continue,
            }
            understood = true;
        } else if part.is_picture()
            && let Some(draft) = &mut draft
        {
            draft.add(part);
        }
    }
    reads.extend(draft.map(|done| done.finish()));
    if understood { Ok(reads) } else { Err(BadPush::NoEvent) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVENT: &str = "<EventNotificationAlert><eventType>ANPR</eventType><UUID>u</UUID><ANPR><licensePlate>粤B12345</licensePlate></ANPR></EventNotificationAlert>";

    #[test]
    fn parts_are_matched_by_type_whatever_their_names() {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"odd\"\r\nContent-Type: text/xml\r\n\r\n{EVENT}\r\n--x\r\nContent-Disposition: form-data; name=\"1\"\r\nContent-Type: image/jpeg\r\n\r\n\u{7f}\r\n--x--\r\n"
        );
        let reads = parse_push("multipart/form-data; boundary=x", body.as_bytes()).unwrap();
        assert_eq!(reads.len(), 1);
        assert_eq!(reads[0].plate.as_deref(), Some("粤B12345"));
        assert!(reads[0].picture.is_some());
    }

    #[test]
    fn a_document_alone_is_an_event_too() {
        let reads = parse_push("application/xml", EVENT.as_bytes()).unwrap();
        assert_eq!(reads[0].uuid, "u");
        let other = "<EventNotificationAlert><eventType>videoloss</eventType></EventNotificationAlert>";
        assert_eq!(parse_push("text/xml", other.as_bytes()), Ok(vec![]));
    }

    #[test]
    fn what_is_no_event_is_refused() {
        assert_eq!(parse_push("", b"hello"), Err(BadPush::NoEvent));
        let empty = parse_push("multipart/form-data; boundary=x", b"--x--");
        assert_eq!(empty, Err(BadPush::NoEvent));
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused_without_panic(kind in "(multipart/x; boundary=(x|\\PC{0,9}))|\\PC{0,20}", body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse_push(&kind, &body);
        }

        #[test]
        fn a_truncated_push_ends_without_panic(cut in 0usize..400) {
            let body = format!("--x\r\nContent-Type: text/xml\r\n\r\n{EVENT}\r\n--x\nContent-Type: image/jpeg\n\nabc\r\n--x--");
            let bytes = &body.as_bytes()[..cut.min(body.len())];
            let _ = parse_push("multipart/form-data; boundary=x", bytes);
        }
    }
}
