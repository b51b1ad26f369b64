//! `/views`: what a person looks for again.

use crate::Error;
use crate::context::Context;
use crate::http::{Body, Segments};
use crate::identity::Caller;
use crate::incidents::model::{NewView, SavedView, SavedViews, ViewKey};
use crate::incidents::views;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(saved_views, keep_view))
        .routes(routes!(drop_view))
}

/// What the caller looks for again.
#[utoipa::path(get, path = "/views", tag = "incidents", operation_id = "views",
    responses((status = 200, body = SavedViews)))]
async fn saved_views(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<SavedViews>, Error> {
    Ok(Json(views::all(&context, &session.scope).await?))
}

/// Keeps a query of the list under a name; one of the same name is replaced.
#[utoipa::path(post, path = "/views", tag = "incidents", operation_id = "keep_view",
    request_body = NewView, responses((status = 201, body = SavedView)))]
async fn keep_view(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(new): Body<NewView>,
) -> Result<(StatusCode, Json<SavedView>), Error> {
    let kept = views::keep(&context, &session.scope, new).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}

/// Drops a view.
#[utoipa::path(delete, path = "/views/{id}", tag = "incidents", operation_id = "drop_view",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn drop_view(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    let id: ViewKey = path.at(0)?;
    views::drop_view(&context, &session.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
