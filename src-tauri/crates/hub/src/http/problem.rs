//! Refusals as problem JSON (RFC 9457), in the language of the request.
//!
//! Handlers answer with an [`Error`]; this layer alone knows its status, code and sentence.

use super::{fault, language::Language};
use crate::error::Error;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Response, StatusCode, header},
    middleware::Next,
    response::IntoResponse,
};
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::problem::{Code, Problem};
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

const CATALOGUE: &str = include_str!("sentences.toml");

/// A title and a sentence, or a part of a sentence, in both languages.
#[derive(serde::Deserialize)]
struct BilingualText<T> {
    zh: T,
    en: T,
}

impl<T> BilingualText<T> {
    fn of(&self, language: Language) -> &T {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

#[derive(serde::Deserialize)]
struct Sentences {
    field: HashMap<String, BilingualText<String>>,
    why: HashMap<String, BilingualText<String>>,
    #[serde(flatten)]
    codes: HashMap<String, BilingualText<[String; 2]>>,
}

/// Read once; a test reads every code of it.
static SENTENCES: LazyLock<Sentences> =
    LazyLock::new(|| toml::from_str(CATALOGUE).unwrap_or_else(|error| panic!("sentences.toml: {error}")));

/// What an answer with this code always says besides; none: the hub never sends it.
pub(super) fn members(code: Code) -> Option<&'static [&'static str]> {
    Some(match code {
        Code::SeatTaken => &["holder"],
        Code::LaneHeld => &["holder", "since"],
        Code::CallTaken => &["by"],
        Code::TooManyAttempts => &["retry_after_s"],
        Code::ApprovalRequired | Code::ApprovalDenied => &["approval"],
        Code::HubUnreachable | Code::DeskFault => return None,
        _ => &[],
    })
}

/// The English title of a code.
pub(super) fn title(word: &str) -> String {
    let both = SENTENCES.codes.get(word);
    both.map_or_else(String::new, |both| both.en[0].clone())
}

/// Rides on a response until [`speak`] puts it into words.
#[derive(Clone)]
struct RefusalMark(Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> axum::response::Response {
        let mut response = status(&self).into_response();
        response.extensions_mut().insert(RefusalMark(Arc::new(self)));
        response
    }
}

/// Whether a role or scope was not enough.
pub(super) fn is_not_allowed(response: &Response<Body>) -> bool {
    let refused = response.extensions().get::<RefusalMark>();
    refused.is_some_and(|RefusalMark(error)| matches!(**error, Error::NotAllowed))
}

/// The layer that turns every refusal, the router's own included, into problem JSON.
pub(super) async fn speak(request: Request, next: Next) -> Response<Body> {
    let language = Language::of(request.headers());
    let response = next.run(request).await;
    let refused = response.extensions().get::<RefusalMark>().cloned();
    let error = match refused {
        Some(RefusalMark(error)) => error,
        None => match of_router(&response) {
            Some(error) => Arc::new(error),
            None => return response,
        },
    };
    log(&error);
    let kept_status = response.status();
    let mut spoken = render(&error, kept_status, language);
    // A wrong method's answer names the right ones.
    if let Some(allow) = response.headers().get(header::ALLOW) {
        spoken.headers_mut().insert(header::ALLOW, allow.clone());
    }
    spoken
}

/// Refusals that axum makes by itself have no JSON body.
fn of_router(response: &Response<Body>) -> Option<Error> {
    match response.status() {
        StatusCode::NOT_FOUND => Some(Error::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(Error::BadRequest("method not allowed".to_owned())),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Error::TooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Error::UnsupportedMedia),
        StatusCode::BAD_REQUEST | StatusCode::UPGRADE_REQUIRED => {
            Some(Error::BadRequest("not what is taken here".to_owned()))
        }
        _ => None,
    }
    .filter(|_| !is_json(response))
}

fn is_json(response: &Response<Body>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().ends_with(b"json"))
}

/// Only faults of ours are worth a line; what people do wrong is theirs.
fn log(error: &Error) {
    match error {
        Error::Store(error) => tracing::error!(%error, "the records failed"),
        Error::Internal(error) => tracing::error!(%error, "internal error"),
        Error::DeviceUnreachable(error) => tracing::warn!(%error, "device unreachable"),
        _ => {}
    }
}

fn render(error: &Error, status: StatusCode, language: Language) -> Response<Body> {
    let problem = problem(error, status, language);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut response = (status, body).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    if let Some(seconds) = problem.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The same for an answer that has begun already.
pub(super) fn spoken(error: &Error, language: Language) -> Problem {
    log(error);
    problem(error, status(error), language)
}

/// An error as people and programs are told it.
pub(super) fn problem(error: &Error, status: StatusCode, language: Language) -> Problem {
    let code = error.code();
    let word = code.word();
    let [title, sentence] = SENTENCES.codes.get(&word).map(|both| both.of(language).clone()).unwrap_or_default();
    let mut problem = Problem {
        kind: format!("urn:lanedesk:{word}"),
        title,
        status: status.as_u16(),
        detail: String::new(),
        code,
        holder: None,
        since: None,
        field: None,
        by: None,
        retry_after_s: None,
        approval: None,
        case: None,
        faults: Vec::new(),
        current: None,
    };
    problem.detail = fill(&sentence, error, language);
    match error {
        Error::SeatTaken(holder) => problem.holder = Some(holder.clone()),
        Error::CallTaken(by) => problem.by = Some(by.clone()),
        Error::LaneHeld { holder, since } => {
            problem.holder = Some(holder.clone());
            problem.since = Some(*since);
        }
        Error::Invalid { field, .. } => problem.field = Some((*field).to_owned()),
        Error::Faults(faults) => problem.faults = fault::told(faults, language),
        Error::ChangedMeanwhile(current) => problem.current.clone_from(current),
        Error::TooManyAttempts { retry_after_s } => problem.retry_after_s = Some(*retry_after_s),
        Error::ApprovalRequired(id) | Error::ApprovalDenied { approval: id, .. } => {
            problem.approval = Some(id.clone());
        }
        _ => {}
    }
    problem
}

fn fill(sentence: &str, error: &Error, language: Language) -> String {
    match error {
        Error::SeatTaken(holder) | Error::CallTaken(holder) => sentence.replace("{name}", &holder.name),
        Error::LaneHeld { holder, since } => {
            sentence.replace("{name}", &holder.name).replace("{since}", &clock_time(*since))
        }
        Error::TooManyAttempts { retry_after_s } => sentence.replace("{seconds}", &retry_after_s.to_string()),
        Error::Invalid { field, why } => {
            let why = SENTENCES.why.get(*why).or_else(|| SENTENCES.why.get("not_acceptable"));
            let called = called(field, language);
            why.map(|both| both.of(language).replace("{field}", called)).unwrap_or_default()
        }
        Error::Faults(faults) => {
            fault::told(faults, language).first().map(|fault| fault.words.clone()).unwrap_or_default()
        }
        Error::RowsMoved { rows, label } => {
            let words = SENTENCES.why.get("rows_moved");
            let words = words.map_or(sentence, |both| both.of(language).as_str());
            words.replace("{n}", &rows.to_string()).replace("{name}", label)
        }
        Error::StillUsed(by) => {
            let by = SENTENCES.why.get(*by);
            let by = by.map_or("", |both| both.of(language).as_str());
            sentence.replace("{facts}", by)
        }
        Error::EvidenceRequired { min, max, given } => sentence
            .replace("{min}", &min.to_string())
            .replace("{max}", &max.to_string())
            .replace("{n}", &given.to_string()),
        Error::ApprovalDenied { by, note, .. } => {
            sentence.replace("{name}", &by.name).replace("{note}", note.as_deref().unwrap_or("—"))
        }
        Error::BadImage(why) => {
            let why = SENTENCES.why.get(*why);
            why.map_or(sentence.to_owned(), |both| both.of(language).clone())
        }
        Error::NotConfigured(name) => sentence.replace("{facts}", name),
        Error::BadRequest(facts) | Error::DeviceUnreachable(facts) => sentence.replace("{facts}", facts),
        _ => sentence.to_owned(),
    }
}

/// What people call a field.
fn called(field: &str, language: Language) -> &str {
    let both = SENTENCES.field.get(field);
    both.map_or(field, |both| both.of(language).as_str())
}

/// The time of day at the lots.
fn clock_time(at: Timestamp) -> String {
    let shown = at.local_text();
    shown.chars().skip("2026-11-22 ".len()).take(5).collect()
}

fn status(error: &Error) -> StatusCode {
    status_of(error.code())
}

/// Codes by their status.
macro_rules! statuses {
    ($code:ident: $($status:ident: $($name:ident)+;)+) => { match $code { $($(Code::$name)|+ => StatusCode::$status,)+ } };
}

/// The status every answer with this code has.
pub(super) fn status_of(code: Code) -> StatusCode {
    statuses! { code:
        UNAUTHORIZED: NoSession BadCredentials SecondFactorRequired BadSignature;
        TOO_MANY_REQUESTS: TooManyAttempts;
        FORBIDDEN: NotAllowed PasswordChangeRequired EnrolmentRequired PasswordRequired;
        NOT_FOUND: NotFound;
        BAD_REQUEST: BadRequest;
        UNPROCESSABLE_ENTITY: Invalid ReasonRequired RemarkRequired EvidenceRequired BadImage TooOld;
        PAYLOAD_TOO_LARGE: TooLarge;
        UNSUPPORTED_MEDIA_TYPE: UnsupportedMedia;
        CONFLICT: SeatTaken LaneHeld LeaseLost CaseClosed OrderInFlight CallLive CallTaken CallOver SeatRequired NotOffered
            NotClear OrderIdUsed OrderLate ApprovalRequired ConfirmationRequired ApprovalDenied EvidenceDamaged
            ChangedMeanwhile StillUsed NotConfigured RobotNotBound;
        GONE: EvidenceDeleted;
        BAD_GATEWAY: DeviceUnreachable;
        SERVICE_UNAVAILABLE: Unavailable;
        INTERNAL_SERVER_ERROR: Internal HubUnreachable DeskFault;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanedesk_wire::problem::Holder;
    use std::{
        collections::BTreeSet,
        path::{Path, PathBuf},
    };

    /// Helpers that are told a field before anything else, and those that are told it last.
    const TOLD_FIRST: [&str; 2] = ["invalid", "empty"];
    const TOLD_LAST: [&str; 3] = ["time", "part", "prove"];

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push(path);
            }
        }
    }

    /// What stands behind the opening bracket of each call of a helper.
    fn calls<'a>(source: &'a str, helper: &str) -> Vec<&'a str> {
        let call = format!("{helper}(");
        let part_of_a_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        source
            .match_indices(&call)
            .filter(|(at, _)| !source[..*at].ends_with(part_of_a_name))
            .map(|(at, _)| &source[at + call.len()..])
            .collect()
    }

    /// The text in quotes with which this begins.
    fn quoted(source: &str) -> Option<&str> {
        source.strip_prefix('"')?.split('"').next()
    }

    /// The text in quotes with which the arguments of a call end.
    fn quoted_last(arguments: &str) -> Option<&str> {
        let whole = arguments.split([';', '{', '}']).next()?;
        let name = quoted(&whole[whole.find('"')?..])?;
        let (_, behind) = whole.split_once(&format!("\"{name}\""))?;
        let behind = behind.trim_start_matches(',');
        behind.starts_with(')').then_some(name)
    }

    /// The fields that a source refuses.
    fn fields(source: &str) -> BTreeSet<&str> {
        let written = source.split("field: ").skip(1).filter_map(quoted);
        let first = TOLD_FIRST.iter().flat_map(|helper| calls(source, helper));
        let last = TOLD_LAST.iter().flat_map(|helper| calls(source, helper));
        written
            .chain(first.filter_map(quoted))
            .chain(last.filter_map(quoted_last))
            .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            .collect()
    }

    /// Whether a source refuses a field that it was told, by a helper that is not known here.
    fn hides(source: &str) -> bool {
        let passed_on = source.split("Invalid {").skip(1).any(|inside| {
            let behind = inside.trim_start().strip_prefix("field");
            behind.is_some_and(|behind| !behind.starts_with(": \""))
        });
        let known = TOLD_FIRST
            .iter()
            .chain(&TOLD_LAST)
            .any(|helper| source.contains(&format!("fn {helper}(")) || source.contains(&format!("let {helper} = |")));
        passed_on && !known
    }

    #[test]
    fn every_field_that_is_refused_has_a_name_in_both_languages() {
        let mut paths = Vec::new();
        sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut paths);
        // This file takes refusals apart and makes none.
        paths.retain(|path| !path.ends_with("http/problem.rs"));
        let mut refused = BTreeSet::new();
        for path in paths {
            let lines = std::fs::read_to_string(&path).unwrap();
            // A call may be broken into lines.
            let source: String = lines.lines().map(str::trim).collect();
            assert!(!hides(&source), "{}: by which helper?", path.display());
            refused.extend(fields(&source).into_iter().map(str::to_owned));
        }
        let named: BTreeSet<String> = SENTENCES.field.keys().cloned().collect();
        assert_eq!(refused, named, "the sources, and [field] of sentences.toml");
        for (field, both) in &SENTENCES.field {
            assert!(!both.zh.is_empty() && !both.en.is_empty(), "{field}");
        }
    }

    #[test]
    fn an_empty_field_is_called_what_people_call_it() {
        let error = Error::Invalid { field: "driver_phone", why: "empty" };
        let told = |language| problem(&error, StatusCode::UNPROCESSABLE_ENTITY, language);
        assert_eq!(told(Language::Zh).detail, "请填写手机号码。");
        assert_eq!(told(Language::En).detail, "The mobile number must not be empty.");
        assert_eq!(told(Language::Zh).field.as_deref(), Some("driver_phone"));
    }

    #[test]
    fn every_code_has_a_sentence_in_both_languages() {
        for word in Code::ALL.iter().map(|code| code.word()) {
            let both = SENTENCES.codes.get(&word).unwrap_or_else(|| panic!("{word} has no sentence"));
            assert!(both.zh.iter().chain(&both.en).all(|text| !text.is_empty()), "{word}");
        }
    }

    #[test]
    fn every_bad_photo_has_words_of_its_own() {
        use crate::evidence::BadImage as Bad;
        let all = [
            Bad::NotAPicture,
            Bad::OtherFormat,
            Bad::Animated,
            Bad::MoreBehind,
            Bad::Truncated,
            Bad::Broken,
            Bad::TooManyPixels,
            Bad::TooManyBytes,
        ];
        for language in [Language::Zh, Language::En] {
            let told = |bad: Bad| problem(&bad.into(), StatusCode::UNPROCESSABLE_ENTITY, language).detail;
            let words: std::collections::BTreeSet<String> = all.map(told).into();
            assert_eq!(words.len(), all.len(), "{words:?}");
        }
    }

    #[test]
    fn a_held_lane_says_who_and_since_when() {
        let holder =
            Holder { id: "p1".parse().unwrap(), name: "张三".to_owned(), role: lanedesk_domain::person::Role::Agent };
        let error = Error::LaneHeld { holder, since: "2026-05-01T01:05:00Z".parse().unwrap() };
        let told = problem(&error, StatusCode::CONFLICT, Language::Zh);
        assert_eq!(told.detail, "已经有人处理：张三，自 09:05 起。");
        assert!(problem(&error, StatusCode::CONFLICT, Language::En).detail.contains("张三 since 09:05"));
    }
}
