//! `/api/warnings`: patterns in words.

use super::{Language, handler::handlers};
use crate::{
    ops::warning::{self, WarningQuery},
    store::StoredWarning,
};
use futures::TryFutureExt as _;
use lanedesk_domain::ids::WarningId;
use lanedesk_wire::{
    list::Page,
    warning::{DismissWarning, Warning},
};
use std::{collections::HashMap, sync::LazyLock};

handlers! { routes:
    /// Patterns worth a look, newest first, each leading to its openings.
    get "/api/warnings" "warning" Statistics list(hub, actor; language: Language) ?[asked: WarningQuery]
        -> 200 Page<Warning>
        = warning::list(hub, actor, asked).map_ok(|page| {
            Page { items: page.items.into_iter().map(|told| said(told, language)).collect(), next: page.next }
        });
    /// Dismisses a warning with a reason. It stays findable.
    post "/api/warnings/{warning}/dismiss" "warning" Review dismiss(hub, actor; language: Language) [id: WarningId]
        {why: DismissWarning} -> 200 Warning, 404, 422
        = warning::dismiss(hub, actor, &id, &why.reason).map_ok(|told| said(told, language));
}

/// Sentences by pattern and form, [zh, en].
static SENTENCES: LazyLock<HashMap<String, HashMap<String, [String; 2]>>> = LazyLock::new(|| {
    toml::from_str(include_str!("warnings.toml")).unwrap_or_else(|error| panic!("warnings.toml: {error}"))
});

fn said(told: StoredWarning, language: Language) -> Warning {
    let StoredWarning { mut warning, form, facts } = told;
    let sentence = SENTENCES.get(&warning.pattern.word()).and_then(|forms| forms.get(&form));
    let mut detail = sentence.map_or(String::new(), |both| both[usize::from(language == Language::En)].clone());
    for (name, value) in facts {
        detail = detail.replace(&format!("{{{name}}}"), &value);
    }
    warning.detail = detail;
    warning
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanedesk_domain::warning::Pattern;

    #[test]
    fn every_pattern_has_sentences_in_both_languages() {
        for pattern in Pattern::ALL {
            let forms = SENTENCES.get(pattern.as_str());
            let forms = forms.unwrap_or_else(|| panic!("warnings.toml says nothing of {pattern}"));
            assert!(!forms.is_empty(), "{pattern}");
            for both in forms.values() {
                assert!(both.iter().all(|text| !text.is_empty()), "{pattern}");
            }
            let wire: Result<lanedesk_wire::warning::Pattern, _> = pattern.as_str().parse();
            assert!(wire.is_ok(), "{pattern} is no word of the wire");
        }
    }
}
