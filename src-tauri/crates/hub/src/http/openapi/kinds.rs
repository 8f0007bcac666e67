//! What every operation may answer besides what its handler says, by kind: how the door treats a request says which
//! refusals it may meet, so that a new route is described without a word of its own.

use super::{is_open, problem, schemas};
use axum::http::{Method, StatusCode};
use lanedesk_wire::problem::Code;
use std::collections::BTreeSet;
use utoipa::openapi::{
    AllOf, Content, Object, OneOf, OpenApi, PathItem, Ref, RefOr, Required, Response, Schema, Type,
    header::Header,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
    schema::SchemaType,
};

/// The type of every refusal.
const PROBLEM: &str = "application/problem+json";

/// Completes a document of what handlers say of themselves.
pub(super) fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    for status in statuses_of_codes() {
        components.responses.insert(name(status), refusal(status).into());
    }
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            if is_open(&method, path) {
                operation.security = Some(Vec::new());
            }
            operation.operation_id = Some(operation_id(&method, path));
            name_places(path, operation);
            answer(&method, path, operation);
        }
    }
    schemas::bound(document);
}

/// The operations of a path with their methods.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    [
        (Method::GET, item.get.as_mut()),
        (Method::PUT, item.put.as_mut()),
        (Method::POST, item.post.as_mut()),
        (Method::DELETE, item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}

fn statuses_of_codes() -> BTreeSet<StatusCode> {
    Code::ALL.iter().map(|code| problem::status_of(*code)).collect()
}

/// A status as a component is named.
fn name(status: StatusCode) -> String {
    let words = status.canonical_reason().unwrap_or("Refused");
    words.split(' ').collect()
}

/// Its method and path in one word: the functions behind two routes may have the same name, operations may not.
fn operation_id(method: &Method, path: &str) -> String {
    let parts = path.split(|c: char| !c.is_ascii_alphanumeric());
    let words = parts.filter(|part| !part.is_empty() && *part != "api");
    words.fold(method.as_str().to_lowercase(), |mut id, word| {
        let (first, rest) = word.split_at(1);
        id.push_str(&first.to_ascii_uppercase());
        id.push_str(rest);
        id
    })
}

/// The names in a path's braces.
fn places(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// Every name in the path's braces is a parameter, whatever the handler takes it as.
fn name_places(path: &str, operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    parameters.retain(|one| !matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Path));
    let mut named: Vec<RefOr<Parameter>> = places(path)
        .map(|place| {
            let parameter = ParameterBuilder::new()
                .name(place)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(schemas::of_place(path, place)));
            RefOr::T(parameter.build())
        })
        .collect();
    named.append(parameters);
    *parameters = named;
    if parameters.is_empty() {
        operation.parameters = None;
    }
}

/// Which refusals a request may meet before its handler, in reading it, or from the records.
fn refusals(method: &Method, path: &str, operation: &Operation) -> Vec<StatusCode> {
    if ["/api/health", "/metrics", "/api/openapi.json"].contains(&path) {
        return Vec::new();
    }
    // Whoever comes too often is slowed, whatever they ask.
    let mut met = vec![
        StatusCode::UNAUTHORIZED,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::SERVICE_UNAVAILABLE,
    ];
    let mut parameters = operation.parameters.iter().flatten();
    let asks = parameters.any(|one| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Query));
    let brings = operation.request_body.is_some();
    if !is_open(method, path) {
        met.push(StatusCode::FORBIDDEN);
        // What is named and out of sight is not there, wherever in a request it is named.
        if asks || brings || places(path).next().is_some() {
            met.push(StatusCode::NOT_FOUND);
        }
        if method != Method::GET {
            met.extend([StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY]);
        }
    }
    if is_socket(operation) {
        met.push(StatusCode::BAD_REQUEST);
    }
    if is_picture(operation) {
        // One that was changed or is gone, or that the camera does not give.
        met.extend([StatusCode::CONFLICT, StatusCode::GONE, StatusCode::BAD_GATEWAY]);
    }
    if asks || brings {
        met.extend([StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY]);
    }
    if brings {
        met.extend([StatusCode::PAYLOAD_TOO_LARGE, StatusCode::UNSUPPORTED_MEDIA_TYPE]);
    }
    met
}

fn is_socket(operation: &Operation) -> bool {
    operation.responses.responses.contains_key("101")
}

fn is_picture(operation: &Operation) -> bool {
    let answer = operation.responses.responses.get("200");
    matches!(answer, Some(RefOr::T(answer)) if answer.content.contains_key("image/jpeg"))
}

fn answer(method: &Method, path: &str, operation: &mut Operation) {
    let met = refusals(method, path, operation);
    let answers = &mut operation.responses.responses;
    for status in met {
        let shared = || Ref::new(format!("#/components/responses/{}", name(status))).into();
        answers.entry(status.as_u16().to_string()).or_insert_with(shared);
    }
    for (status, answer) in answers {
        let (Ok(status), RefOr::T(answer)) = (status.parse::<StatusCode>(), answer) else {
            continue;
        };
        // A handler says when it refuses; what a refusal looks like is the same everywhere.
        if status.as_u16() >= 400 && is_problem(answer) {
            let shared = refusal(status);
            answer.content = shared.content;
            answer.headers = shared.headers;
        }
        if answer.description.is_empty() {
            let reason = status.canonical_reason();
            reason.unwrap_or_default().clone_into(&mut answer.description);
        }
    }
}

/// Whether a handler's answer is a refusal; the health of a hub that is not well, for example, is none.
fn is_problem(answer: &Response) -> bool {
    answer.content.values().all(|content| match content {
        RefOr::T(Content { schema: Some(RefOr::Ref(shape)), .. }) => shape.ref_location.ends_with("/Problem"),
        _ => false,
    })
}

/// The refusals of one status: their codes, and what each of them says besides.
fn refusal(status: StatusCode) -> Response {
    let codes: Vec<Code> = Code::ALL
        .iter()
        .copied()
        .filter(|code| problem::status_of(*code) == status)
        .filter(|code| problem::members(*code).is_some())
        .collect();
    let titles = codes.iter().map(|code| {
        let word = code.word();
        let title = problem::title(&word);
        format!("`{word}`: {title}")
    });
    let mut response = Response::new(titles.collect::<Vec<_>>().join("; "));
    response.content.insert(PROBLEM.to_owned(), Content::new(Some(shape(status, &codes))).into());
    if status == StatusCode::TOO_MANY_REQUESTS {
        let mut seconds = Header::new(Object::with_type(Type::Integer));
        seconds.description = Some("seconds".to_owned());
        response.headers.insert("Retry-After".to_owned(), seconds.into());
    }
    response
}

/// A problem with this status, one of these codes, and what goes with the code.
fn shape(status: StatusCode, codes: &[Code]) -> Schema {
    let mut plain = Vec::new();
    let mut cases = OneOf::new();
    for code in codes {
        match problem::members(*code) {
            Some(members) if !members.is_empty() => {
                cases.items.push(case(vec![code.word()], members).into());
            }
            _ => plain.push(code.word()),
        }
    }
    if !plain.is_empty() {
        cases.items.push(case(plain, &[]).into());
    }
    let mut told = Object::with_type(Type::Object);
    told.properties.insert("status".to_owned(), constant(vec![status.as_u16().into()]).into());
    let mut all = AllOf::new();
    all.items = vec![Ref::from_schema_name("Problem").into(), told.into(), RefOr::T(Schema::OneOf(cases))];
    Schema::AllOf(all)
}

fn case(codes: Vec<String>, members: &[&str]) -> Object {
    let mut case = Object::with_type(Type::Object);
    let words = codes.into_iter().map(Into::into).collect();
    case.properties.insert("code".to_owned(), constant(words).into());
    case.required = std::iter::once(&"code").chain(members).map(|name| (*name).to_owned()).collect();
    case
}

fn constant(values: Vec<serde_json::Value>) -> Object {
    let mut constant = Object::with_type(SchemaType::AnyValue);
    constant.enum_values = Some(values);
    constant
}
