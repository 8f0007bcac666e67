//! The common shape of a handler: who asks, what they bring, one use case, its answer.

/// Writes handlers, and `$routes`, which has them all.
///
/// An entry reads `verb "path" "tag" Permission name(hub, actor) [place: Id] ?[query: Params] {body: Shape}
/// -> status Answer, refusal "when" = use case;`, and may take one extractor more behind the actor. Who may do this is asked
/// before anything that was brought is looked at; `Permission + rule` also asks for the password once more where that rule
/// says so.
macro_rules! handlers {
    ($routes:ident: $(
        $(#[$($doc:tt)*])*
        $verb:ident $path:tt $tag:tt $may:ident $(+ $again:ident)? $name:ident($hub:ident, $actor:ident $(; $extra:ident: $kind:ident)?)
            $([$place:ident: $id:ident])? $(?[$query:ident: $params:ident])? $({$body:ident: $shape:ident})?
            -> $status:tt $($answer:ident $(<$row:ident>)?)? $(, $refusal:tt $($when:literal)?)* = $told:expr;
    )+) => {
        pub(super) fn $routes() -> utoipa_axum::router::OpenApiRouter<$crate::hub::Hub> {
            utoipa_axum::router::OpenApiRouter::new()$(.routes(utoipa_axum::routes!($name)))+
        }
        $(
            $(#[$($doc)*])*
            #[utoipa::path($verb, path = $path, tag = $tag, $(params($params),)? $(request_body = $shape,)? responses(
                (status = $status $(, body = $answer $(<$row>)?)?)
                $(, (status = $refusal $(, description = $when)?, body = lanedesk_wire::problem::Problem))*
            ))]
            async fn $name(
                axum::extract::State(hub): axum::extract::State<$crate::hub::Hub>,
                visitor: $crate::auth::Visitor,
                $($extra: $kind,)?
                $($place: $crate::http::Id<$id>,)?
                $($query: $crate::http::Params<$params>,)?
                $($body: $crate::http::Input<$shape>,)?
            ) -> $crate::error::Result<impl axum::response::IntoResponse> {
                let ($hub, $actor) = (&hub, &*visitor.actor);
                $actor.allow(lanedesk_domain::person::Permission::$may)?;
                $(visitor.confirmed($hub, |rules| rules.$again)?;)?
                $(let $place = $place.get()?;)?
                $(let $query = $query.get()?;)?
                $(let $body = $body.get()?;)?
                $crate::http::handler::answer!($status $told.await?)
            }
        )+
    };
}

/// What a use case gave, with its status.
macro_rules! answer {
    (200 $told:expr) => {
        Ok(axum::Json($told))
    };
    (201 $told:expr) => {
        Ok((axum::http::StatusCode::CREATED, axum::Json($told)))
    };
    (204 $told:expr) => {{
        $told;
        Ok(axum::http::StatusCode::NO_CONTENT)
    }};
}

pub(super) use {answer, handlers};
