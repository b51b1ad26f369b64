//! `/people`.

use super::model::{InvitationId, LinkMade, NewInvitation, PeopleList, Person, PersonChange};
use super::service;
use crate::Error;
use crate::context::Context;
use crate::http::{Body, Segments};
use crate::identity::Caller;
use crate::tenancy::UserId;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(change, remove))
        .routes(routes!(make_password_link))
        .routes(routes!(invite))
        .routes(routes!(renew, revoke))
}

/// Everybody of the tenant, and who is invited.
#[utoipa::path(get, path = "/people", tag = "people", operation_id = "people",
    responses((status = 200, body = PeopleList)))]
async fn list(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<PeopleList>, Error> {
    Ok(Json(service::list(&context, &session.scope).await?))
}

/// Changes what somebody may do.
#[utoipa::path(patch, path = "/people/{id}", tag = "people", operation_id = "change_person",
    params(("id" = String, Path, format = Uuid)), request_body = PersonChange,
    responses((status = 200, body = Person)))]
async fn change(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
    Body(change): Body<PersonChange>,
) -> Result<Json<Person>, Error> {
    let id: UserId = path.at(0)?;
    session.require_recent_proof(&context)?;
    Ok(Json(
        service::change(&context, &session.scope, id, change).await?,
    ))
}

/// Removes somebody. Sessions end at once; the history keeps the name.
#[utoipa::path(delete, path = "/people/{id}", tag = "people", operation_id = "remove_person",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn remove(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    let id: UserId = path.at(0)?;
    session.require_recent_proof(&context)?;
    service::remove(&context, &session.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes somebody a link for a new password, good for an hour, and mails it.
#[utoipa::path(post, path = "/people/{id}/password-link", tag = "people", operation_id = "make_password_link",
    params(("id" = String, Path, format = Uuid)), responses((status = 201, body = LinkMade)))]
async fn make_password_link(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<(StatusCode, Json<LinkMade>), Error> {
    let id: UserId = path.at(0)?;
    session.require_recent_proof(&context)?;
    let made = service::make_password_link(&context, &session.scope, id).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Invites somebody by a link that is good once, for seven days, and mails it.
#[utoipa::path(post, path = "/invitations", tag = "people", operation_id = "invite",
    request_body = NewInvitation, responses((status = 201, body = LinkMade)))]
async fn invite(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(new): Body<NewInvitation>,
) -> Result<(StatusCode, Json<LinkMade>), Error> {
    session.require_recent_proof(&context)?;
    let made = service::invite(&context, &session.scope, new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Sends an invitation again, with a new link; the old one is good no longer.
#[utoipa::path(post, path = "/invitations/{id}", tag = "people", operation_id = "renew_invitation",
    params(("id" = String, Path, format = Uuid)), responses((status = 201, body = LinkMade)))]
async fn renew(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<(StatusCode, Json<LinkMade>), Error> {
    let id: InvitationId = path.at(0)?;
    session.require_recent_proof(&context)?;
    let made = service::renew_invitation(&context, &session.scope, id).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/invitations/{id}", tag = "people", operation_id = "revoke_invitation",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn revoke(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    let id: InvitationId = path.at(0)?;
    service::revoke_invitation(&context, &session.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
