//! `/api/site`: the site's rows, for administrators (R34)

use super::{Asker, Id, Input, Language, Params};
use crate::{
    auth::Visitor,
    error::{Error, Result},
    hub::Hub,
    ops::site::{Changes, SiteRowQuery, pending as waiting, push_key, rotate, row, trial, undo},
    runtime::Finding,
};
use axum::{
    Json,
    extract::{DefaultBodyLimit, FromRequestParts, Path, State},
    http::{StatusCode, request::Parts},
};
use lanedesk_domain::{
    ids::{DeviceId, IntegrationId},
    person::Permission,
};
use lanedesk_wire::{
    list::Page,
    problem::Problem,
    site::{
        AddRow, AnswerPending, ChangeRow, DeviceTest, NewSecret, PendingChange, RotateSecret, SiteChange, SiteRow,
        SiteTable, TryDevice,
    },
};
use std::convert::Infallible;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A row with a thousand plates is still smaller.
const ROW_LIMIT: usize = 256 * 1024;

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(one, change, remove))
        .routes(routes!(changes))
        .routes(routes!(take_back))
        .routes(routes!(test_device))
        .routes(routes!(rotate_secret))
        .routes(routes!(pending))
        .routes(routes!(answer_pending))
        .routes(routes!(rotate_push_key))
        .layer(DefaultBodyLimit::max(ROW_LIMIT))
}

/// The table, and where it is one, the row of a path. A word that is no table names nothing that is there.
pub(super) struct SitePath(Result<(SiteTable, String)>);

impl<S: Send + Sync> FromRequestParts<S> for SitePath {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let parts: Vec<(String, String)> =
            Path::from_request_parts(parts, state).await.map(|Path(parts)| parts).unwrap_or_default();
        let of = |key: &str| parts.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        let table = of("table").and_then(|word| word.parse().ok());
        Ok(Self(table.map(|table| (table, of("id").unwrap_or_default())).ok_or(Error::NotFound)))
    }
}

/// Rows of a table: `area`, `lot`, `lane`, `device`, `robot`, `seat`, `person`, `reason`, `pass`, `vehicle`, `tariff`,
/// `integration`, `rule`, `template`, `link`.
#[utoipa::path(get, path = "/api/site/{table}", tag = "site", params(SiteRowQuery), responses(
    (status = 200, body = Page<SiteRow>)))]
async fn list(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    place: SitePath,
    asked: Params<SiteRowQuery>,
) -> Result<Json<Page<SiteRow>>> {
    actor.allow(Permission::Configure)?;
    let (table, _) = place.0?;
    row::list(&hub, &actor, table, asked.get()?).await.map(Json)
}

/// A new row.
#[utoipa::path(post, path = "/api/site/{table}", tag = "site", request_body = AddRow, responses(
    (status = 201, body = SiteRow), (status = 422, description = "`invalid` with `faults`", body = Problem)))]
async fn add(
    State(hub): State<Hub>,
    visitor: Visitor,
    place: SitePath,
    new: Input<AddRow>,
) -> Result<(StatusCode, Json<SiteRow>)> {
    let (table, _) = allowed(&hub, &visitor, place)?;
    let row = row::add(&hub, &visitor.actor, table, new.get()?).await?;
    Ok((StatusCode::CREATED, Json(row)))
}

/// Changing the site is an administrator's, and dangerous where the rules say so.
fn allowed(hub: &Hub, visitor: &Visitor, place: SitePath) -> Result<(SiteTable, String)> {
    visitor.actor.allow(Permission::Configure)?;
    let place = place.0?;
    visitor.confirmed(hub, |rules| rules.reentry_settings)?;
    Ok(place)
}

/// One row.
#[utoipa::path(get, path = "/api/site/{table}/{id}", tag = "site", responses((status = 200, body = SiteRow)))]
async fn one(State(hub): State<Hub>, Asker(actor): Asker, place: SitePath) -> Result<Json<SiteRow>> {
    actor.allow(Permission::Configure)?;
    let (table, id) = place.0?;
    row::one(&hub, &actor, table, &id).await.map(Json)
}

/// Changes a row.
#[utoipa::path(put, path = "/api/site/{table}/{id}", tag = "site", request_body = ChangeRow, responses(
    (status = 200, body = SiteRow), (status = 409, description = "`changed_meanwhile` with `current`", body = Problem),
    (status = 422, description = "`invalid` with `faults`", body = Problem)))]
async fn change(
    State(hub): State<Hub>,
    visitor: Visitor,
    place: SitePath,
    change: Input<ChangeRow>,
) -> Result<Json<SiteRow>> {
    let (table, id) = allowed(&hub, &visitor, place)?;
    row::change(&hub, &visitor.actor, table, &id, change.get()?).await.map(Json)
}

/// The version a removal was decided on.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct VersionQuery {
    /// As the row was told.
    version: String,
}

/// Removes a row.
#[utoipa::path(delete, path = "/api/site/{table}/{id}", tag = "site", params(VersionQuery), responses((status = 204),
    (status = 409, description = "`still_used`, or `changed_meanwhile`", body = Problem)))]
async fn remove(
    State(hub): State<Hub>,
    visitor: Visitor,
    place: SitePath,
    from: Params<VersionQuery>,
) -> Result<StatusCode> {
    let (table, id) = allowed(&hub, &visitor, place)?;
    row::remove(&hub, &visitor.actor, table, &id, from.get()?.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes of the site, newest first.
#[utoipa::path(get, path = "/api/site/changes", tag = "site", params(Changes), responses(
    (status = 200, body = Page<SiteChange>)))]
async fn changes(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    asked: Params<Changes>,
) -> Result<Json<Page<SiteChange>>> {
    actor.allow(Permission::Configure)?;
    undo::changes(&hub, &actor, asked.get()?).await.map(Json)
}

/// Changes that weaken a rule of control and wait for a second administrator, newest first.
#[utoipa::path(get, path = "/api/site/pending", tag = "site", responses((status = 200, body = Page<PendingChange>)))]
async fn pending(State(hub): State<Hub>, Asker(actor): Asker) -> Result<Json<Page<PendingChange>>> {
    actor.allow(Permission::Configure)?;
    waiting::list(&hub, &actor).await.map(Json)
}

/// Confirms such a change, which is in force then, or refuses it.
#[utoipa::path(post, path = "/api/site/pending/{pending}", tag = "site", params(("pending" = String, Path)),
    request_body = AnswerPending, responses((status = 200, body = PendingChange),
    (status = 403, description = "`not_allowed`: whoever asks does not confirm", body = Problem),
    (status = 409, description = "`changed_meanwhile`", body = Problem)))]
async fn answer_pending(
    State(hub): State<Hub>,
    visitor: Visitor,
    Path(id): Path<String>,
    said: Input<AnswerPending>,
) -> Result<Json<PendingChange>> {
    visitor.actor.allow(Permission::Configure)?;
    visitor.confirmed(&hub, |rules| rules.reentry_settings)?;
    let answered = waiting::answer(&hub, &visitor.actor, &id, said.get()?);
    answered.await.map(Json)
}

/// Takes a change back; the answer is the new one.
#[utoipa::path(post, path = "/api/site/changes/{change}/undo", tag = "site", responses((status = 200, body = SiteChange),
    (status = 409, description = "`changed_meanwhile`", body = Problem)))]
async fn take_back(State(hub): State<Hub>, visitor: Visitor, Path(change): Path<String>) -> Result<Json<SiteChange>> {
    visitor.actor.allow(Permission::Configure)?;
    visitor.confirmed(&hub, |rules| rules.reentry_settings)?;
    undo::undo(&hub, &visitor.actor, &change).await.map(Json)
}

/// 「测试」: what a device answers now, as it is saved or as it stands in a form. Nothing is moved.
#[utoipa::path(post, path = "/api/site/device/{id}/test", tag = "site", request_body = TryDevice, responses(
    (status = 200, body = DeviceTest), (status = 422, description = "`invalid` with `faults`", body = Problem)))]
async fn test_device(
    State(hub): State<Hub>,
    visitor: Visitor,
    language: Language,
    id: Id<DeviceId>,
    form: Input<TryDevice>,
) -> Result<Json<DeviceTest>> {
    visitor.actor.allow(Permission::Configure)?;
    // It makes the hub speak, with a password, to an address that somebody typed.
    visitor.confirmed(&hub, |rules| rules.reentry_settings)?;
    let (id, form) = (id.get()?, form.get()?.row);
    let say = |finding: &Finding| language.says(finding);
    trial::test(&hub, &visitor.actor, &id, form, &say).await.map(Json)
}

/// A step of changing an integration's secret.
#[utoipa::path(post, path = "/api/site/integration/{id}/secret", tag = "site", request_body = RotateSecret,
    responses((status = 200, body = NewSecret)))]
async fn rotate_secret(
    State(hub): State<Hub>,
    visitor: Visitor,
    id: Id<IntegrationId>,
    wanted: Input<RotateSecret>,
) -> Result<Json<NewSecret>> {
    visitor.actor.allow(Permission::Configure)?;
    visitor.confirmed(&hub, |rules| rules.reentry_settings)?;
    let step = wanted.get()?.step;
    rotate::rotate(&hub, &visitor.actor, &id.get()?, step).await.map(Json)
}

/// A step of changing the key of a camera that calls the hub.
#[utoipa::path(post, path = "/api/site/device/{id}/push-key", tag = "site", params(("id" = DeviceId, Path)),
    request_body = RotateSecret, responses((status = 200, body = NewSecret),
    (status = 422, description = "there is no new key to put in its place", body = Problem)))]
async fn rotate_push_key(
    State(hub): State<Hub>,
    visitor: Visitor,
    id: Id<DeviceId>,
    wanted: Input<RotateSecret>,
) -> Result<Json<NewSecret>> {
    visitor.actor.allow(Permission::Configure)?;
    visitor.confirmed(&hub, |rules| rules.reentry_settings)?;
    let step = wanted.get()?.step;
    push_key::rotate(&hub, &visitor.actor, &id.get()?, step).await.map(Json)
}
