//! The two languages people are answered in.

use crate::runtime::Finding;
use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE};

/// A language of the sentence catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 简体中文, unless something else is asked for.
    Zh,
    /// English.
    En,
}

impl Language {
    /// The one of the two that the request likes better; Chinese where it says nothing of either.
    pub fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (mut zh, mut en) = (0.0, 0.0);
        for range in accepted.split(',') {
            let (tag, quality) = weight(range);
            match tag.as_str() {
                "zh" if quality > zh => zh = quality,
                "en" if quality > en => en = quality,
                _ => {}
            }
        }
        if en > zh { Self::En } else { Self::Zh }
    }

    /// What is known of a device, in this language.
    pub(super) fn says(self, finding: &Finding) -> String {
        match self {
            Self::Zh => finding.zh(),
            Self::En => finding.en(),
        }
    }
}

/// The primary tag of a range such as `en-GB;q=0.8`, with its weight.
fn weight(range: &str) -> (String, f32) {
    let mut parts = range.split(';');
    let tag = parts.next().unwrap_or_default().trim();
    let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let quality = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok());
    (primary, quality.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Language {
        Language::of(&HeaderMap::from_iter([(ACCEPT_LANGUAGE, text.parse().unwrap())]))
    }

    #[test]
    fn chinese_unless_english_is_liked_better() {
        assert_eq!(Language::of(&HeaderMap::new()), Language::Zh);
        assert_eq!(of("en"), Language::En);
        assert_eq!(of("en-GB,en;q=0.9,zh;q=0.8"), Language::En);
        assert_eq!(of("zh-CN,en;q=0.9"), Language::Zh);
        assert_eq!(of("fr"), Language::Zh);
        assert_eq!(of("en;q=0"), Language::Zh);
    }
}
