//! XML of a device as a flat list of paths and texts, with limits: the sender is not trusted.

use quick_xml::{Reader, events::Event};

/// Largest document that is read, in bytes; real ones have a few kilobytes.
const MAX_BYTES: usize = 512 * 1024;
/// Deepest nesting.
const MAX_DEPTH: usize = 32;
/// Most elements with text.
const MAX_LEAVES: usize = 8192;

/// Not XML, or beyond the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not readable XML")]
pub(crate) struct BadXml;

/// Every element that holds text, as `Root/Child/Leaf` without namespace prefixes, in document order.
#[derive(Debug, Default)]
pub(crate) struct Leaves {
    root: String,
    leaves: Vec<(String, String)>,
}

impl Leaves {
    /// Reads a document. What follows a well-formed beginning and is broken makes the whole unreadable.
    pub(crate) fn read(xml: &[u8]) -> Result<Self, BadXml> {
        if xml.len() > MAX_BYTES {
            return Err(BadXml);
        }
        let mut reader = Reader::from_reader(xml);
        reader.config_mut().check_end_names = true;
        let mut found = Self::default();
        let mut path: Vec<String> = Vec::new();
        let mut text = String::new();
        loop {
            match reader.read_event().map_err(|_| BadXml)? {
                Event::Start(tag) => {
                    let name = tag.local_name().as_ref().to_owned();
                    if path.len() >= MAX_DEPTH {
                        return Err(BadXml);
                    }
                    if path.is_empty() {
                        found.root.clone_from(&name);
                    }
                    path.push(name);
                    text.clear();
                }
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::CData(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(name) => text.push_str(entity(&name)),
                Event::End(_) => {
                    found.close(&path, &mut text)?;
                    path.pop();
                }
                Event::Eof if path.is_empty() && !found.root.is_empty() => return Ok(found),
                Event::Eof => return Err(BadXml),
                _ => {}
            }
        }
    }

    fn close(&mut self, path: &[String], text: &mut String) -> Result<(), BadXml> {
        let trimmed = text.trim();
        if !trimmed.is_empty() {
            if self.leaves.len() >= MAX_LEAVES {
                return Err(BadXml);
            }
            self.leaves.push((path.join("/"), trimmed.to_owned()));
        }
        text.clear();
        Ok(())
    }

    /// The document's outermost element.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// Text of the first element whose path ends with `tail`.
    pub(crate) fn first(&self, tail: &str) -> Option<&str> {
        self.leaves.iter().find(|(path, _)| ends_with(path, tail)).map(|(_, text)| text.as_str())
    }

    /// Text of the first such element, as a number.
    pub(crate) fn number<T: std::str::FromStr>(&self, tail: &str) -> Option<T> {
        self.first(tail)?.parse().ok()
    }
}

/// Whether a path ends with whole steps of `tail`.
fn ends_with(path: &str, tail: &str) -> bool {
    path.strip_suffix(tail).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// The five entities XML itself knows; others are dropped, never expanded.
fn entity(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_leaves_by_the_end_of_their_path_whatever_the_prefix() {
        let xml = br#"<?xml version="1.0"?><a:Root xmlns:a="x"><a:One><a:Two> 7 </a:Two></a:One><Text>a &amp; b</Text></a:Root>"#;
        let leaves = Leaves::read(xml).unwrap();
        assert_eq!(leaves.root(), "Root");
        assert_eq!(leaves.number::<u8>("One/Two"), Some(7));
        assert_eq!(leaves.first("Text"), Some("a & b"));
        assert_eq!(leaves.first("wo"), None);
    }

    #[test]
    fn cut_off_and_too_deep_documents_are_refused() {
        assert!(Leaves::read(b"<a><b>1</b>").is_err());
        assert!(Leaves::read(b"").is_err());
        let deep = "<x>".repeat(MAX_DEPTH + 1);
        assert!(Leaves::read(deep.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_have_a_root(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(leaves) = Leaves::read(&bytes) {
                prop_assert!(String::from_utf8_lossy(&bytes).contains(leaves.root()));
            }
        }
        #[test]
        fn any_text_like_xml_is_refused_or_has_a_root(text in "[<>/a&;!\\[\\]\"=? -]{0,200}") {
            if let Ok(leaves) = Leaves::read(text.as_bytes()) {
                prop_assert!(text.contains(leaves.root()));
            }
        }
    }
}
