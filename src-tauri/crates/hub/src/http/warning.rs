//! `/api/warnings`: patterns in words.

use super::{Id, Input, Language, Params, Who};
use crate::{
    error::Result,
    hub::Hub,
    ops::warning::{self, AskedWarnings},
    store::ToldWarning,
};
use axum::{Json, extract::State, http::HeaderMap};
use lanedesk_domain::{ids::WarningId, person::Permission};
use lanedesk_wire::{
    list::Page,
    problem::Problem,
    warning::{DismissWarning, Warning},
};
use std::{collections::HashMap, sync::LazyLock};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(dismiss))
}

/// Patterns worth a look, newest first, each leading to its openings.
#[utoipa::path(get, path = "/api/warnings", tag = "warning", params(AskedWarnings), responses(
    (status = 200, body = Page<Warning>)))]
async fn list(
    State(hub): State<Hub>,
    Who(actor): Who,
    headers: HeaderMap,
    asked: Params<AskedWarnings>,
) -> Result<Json<Page<Warning>>> {
    actor.allow(Permission::Statistics)?;
    let (told, next) = warning::list(&hub, &actor, asked.get()?).await?;
    let language = Language::of(&headers);
    let items = told.into_iter().map(|told| said(told, language)).collect();
    Ok(Json(Page { items, next }))
}

/// Dismisses a warning with a reason. It stays findable.
#[utoipa::path(post, path = "/api/warnings/{warning}/dismiss", tag = "warning", params(("warning" = String, Path)),
    request_body = DismissWarning, responses((status = 200, body = Warning), (status = 404, body = Problem),
    (status = 422, body = Problem)))]
async fn dismiss(
    State(hub): State<Hub>,
    Who(actor): Who,
    id: Id<WarningId>,
    headers: HeaderMap,
    input: Input<DismissWarning>,
) -> Result<Json<Warning>> {
    actor.allow(Permission::Review)?;
    let (id, asked) = (id.get()?, input.get()?);
    let told = warning::dismiss(&hub, &actor, &id, &asked.reason).await?;
    Ok(Json(said(told, Language::of(&headers))))
}

/// Sentences by pattern and form, [zh, en].
static SENTENCES: LazyLock<HashMap<String, HashMap<String, [String; 2]>>> = LazyLock::new(|| {
    toml::from_str(include_str!("warnings.toml")).unwrap_or_else(|error| panic!("warnings.toml: {error}"))
});

fn said(told: ToldWarning, language: Language) -> Warning {
    let ToldWarning { mut warning, form, facts } = told;
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
