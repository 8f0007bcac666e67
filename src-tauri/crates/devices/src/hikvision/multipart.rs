//! Multipart as devices write it: CRLF or LF, with or without lengths, with or without an end (DEVICES.md 1.5, 10).

use bytes::{Bytes, BytesMut};

/// Largest head of a part.
const MAX_HEAD: usize = 16 * 1024;
/// Largest body of a part: a scene at full resolution.
const MAX_PART: usize = 12 * 1024 * 1024;

/// Beyond the limits, or no multipart at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not readable multipart")]
pub(crate) struct BadMultipart;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its content type, in lower case, empty where it has none.
    pub(crate) content_type: String,
    /// Its whole head in lower case, for the file name.
    pub(crate) head: String,
    /// Its content.
    pub(crate) body: Bytes,
}

impl Part {
    /// Whether it is a picture, by its type or its first bytes.
    pub(crate) fn is_picture(&self) -> bool {
        self.content_type.starts_with("image/") || self.body.starts_with(&[0xff, 0xd8, 0xff])
    }

    /// Whether it is a document.
    pub(crate) fn is_xml(&self) -> bool {
        let start = self.body.iter().find(|b| !b.is_ascii_whitespace());
        self.content_type.contains("xml") || (!self.is_picture() && matches!(start, Some(b'<' | 0xef)))
    }
}

/// The boundary named by a content type.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    let at = content_type.to_ascii_lowercase().find("boundary=")?;
    // Lower-casing ASCII keeps every index.
    let value = content_type.get(at + "boundary=".len()..)?.trim_start();
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split([';', ' ', '\t']).next()?,
    };
    // Some devices already write the leading dashes into the name.
    let value = value.trim().trim_start_matches("--");
    (!value.is_empty() && value.len() <= 200).then(|| value.to_owned())
}

enum PartPosition {
    /// Before a boundary line; what stands here is skipped.
    Between,
    /// After a boundary line.
    Head,
    /// In a body of which the head said this.
    Body { head: String, content_type: String, length: Option<usize> },
}

/// Takes bytes as they come and gives parts as soon as they are whole.
pub(crate) struct Multipart {
    delimiter: Vec<u8>,
    buffer: BytesMut,
    place: PartPosition,
    /// How far the buffer was searched for a delimiter.
    searched: usize,
}

impl Multipart {
    pub(crate) fn new(boundary: &str) -> Self {
        Self {
            delimiter: format!("--{boundary}").into_bytes(),
            buffer: BytesMut::new(),
            place: PartPosition::Between,
            searched: 0,
        }
    }

    /// More bytes from the device.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole part, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<Part>, BadMultipart> {
        loop {
            match &self.place {
                PartPosition::Between => {
                    if !self.skip_to_part() {
                        return Ok(None);
                    }
                }
                PartPosition::Head => {
                    if !self.read_head()? {
                        return Ok(None);
                    }
                }
                PartPosition::Body { length, .. } => {
                    let length = *length;
                    let end = match self.body_end(length) {
                        None if self.buffer.len() > MAX_PART => return Err(BadMultipart),
                        None => return Ok(None),
                        Some(end) => end,
                    };
                    return Ok(self.take_part(end));
                }
            }
        }
    }

    /// The part that was begun, as it stands, when the device has stopped sending: the last part of an answer, or one
    /// of a stream whose next boundary comes late. Nothing where its end is not plausible.
    pub(crate) fn rest(&mut self) -> Option<Part> {
        let PartPosition::Body { .. } = self.place else {
            return None;
        };
        let end = trimmed_end(&self.buffer, self.buffer.len());
        let whole = self.buffer[..end].ends_with(&[0xff, 0xd9]) || self.buffer[..end].ends_with(b">");
        if whole { self.take_part(end) } else { None }
    }

    /// Moves behind the next boundary line. False: more bytes are needed.
    fn skip_to_part(&mut self) -> bool {
        let Some(at) = find_delimiter(&self.buffer, &self.delimiter, 0) else {
            // Keep what may be the beginning of a delimiter, with the line end before it.
            let keep = self.buffer.len().min(self.delimiter.len() + 2);
            let _ = self.buffer.split_to(self.buffer.len() - keep);
            return false;
        };
        let after = at + self.delimiter.len();
        let Some(line) = self.buffer[after..].iter().position(|b| *b == b'\n') else {
            return false;
        };
        let last = self.buffer[after..].starts_with(b"--");
        let _ = self.buffer.split_to(after + line + 1);
        if !last {
            self.place = PartPosition::Head;
        }
        true
    }

    fn read_head(&mut self) -> Result<bool, BadMultipart> {
        let Some((end, next)) = head_end(&self.buffer) else {
            if self.buffer.len() > MAX_HEAD {
                return Err(BadMultipart);
            }
            return Ok(false);
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let _ = self.buffer.split_to(next);
        let value = |name: &str| {
            let mut lines = head.lines();
            lines.find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'))
        };
        let content_type = value("content-type").unwrap_or_default().trim().to_owned();
        let length = value("content-length").and_then(|text| text.trim().parse().ok());
        let length = length.filter(|length| *length <= MAX_PART);
        self.place = PartPosition::Body { head, content_type, length };
        self.searched = 0;
        Ok(true)
    }

    /// Where the body ends: at its length, or at an earlier delimiter where the length is wrong, or at the delimiter
    /// where there is none.
    fn body_end(&mut self, length: Option<usize>) -> Option<usize> {
        let from = self.searched.saturating_sub(self.delimiter.len() + 2);
        let found = find_delimiter(&self.buffer, &self.delimiter, from);
        self.searched = self.buffer.len();
        match (length, found) {
            (Some(length), Some(at)) if at < length => Some(trimmed_end(&self.buffer, at)),
            (Some(length), _) => (self.buffer.len() >= length).then_some(length),
            (None, Some(at)) => Some(trimmed_end(&self.buffer, at)),
            (None, None) => None,
        }
    }

    fn take_part(&mut self, end: usize) -> Option<Part> {
        let place = std::mem::replace(&mut self.place, PartPosition::Between);
        self.searched = 0;
        let PartPosition::Body { head, content_type, .. } = place else {
            return None;
        };
        let body = self.buffer.split_to(end).freeze();
        Some(Part { content_type, head, body })
    }
}

/// Every part of a whole body; a last part that is cut off is left out.
pub(crate) fn split(boundary: &str, body: &[u8]) -> Result<Vec<Part>, BadMultipart> {
    let mut reader = Multipart::new(boundary);
    reader.push(body);
    let mut parts = Vec::new();
    while let Some(part) = reader.next()? {
        parts.push(part);
    }
    parts.extend(reader.rest());
    Ok(parts)
}

/// First delimiter at the beginning of a line, searched from `from`; also at the very beginning.
fn find_delimiter(buffer: &[u8], delimiter: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = find(buffer.get(at..)?, delimiter) {
        let start = at + found;
        if start == 0 || buffer[start - 1] == b'\n' {
            return Some(start);
        }
        at = start + 1;
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    // The needle begins with '-', rare in JPEG; looking for its first byte keeps this near linear.
    let first = *needle.first()?;
    let mut at = 0;
    while let Some(step) = haystack.get(at..)?.iter().position(|b| *b == first) {
        at += step;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// `end` without the line end before it, which belongs to the delimiter.
fn trimmed_end(buffer: &[u8], end: usize) -> usize {
    let head = &buffer[..end];
    let head = head.strip_suffix(b"\n").unwrap_or(head);
    head.strip_suffix(b"\r").unwrap_or(head).len()
}

/// End of the head and beginning of the body: an empty line, with CRLF or LF.
fn head_end(buffer: &[u8]) -> Option<(usize, usize)> {
    if buffer.starts_with(b"\r\n") {
        return Some((0, 2));
    }
    if buffer.starts_with(b"\n") {
        return Some((0, 1));
    }
    let mut at = 0;
    while let Some(step) = buffer.get(at..)?.iter().position(|b| *b == b'\n') {
        let next = at + step + 1;
        if buffer[next..].starts_with(b"\r\n") {
            return Some((next, next + 2));
        }
        if buffer[next..].starts_with(b"\n") {
            return Some((next, next + 1));
        }
        at = next;
    }
    None
}

#[cfg(test)]
mod tests;
