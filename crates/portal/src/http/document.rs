//! The OpenAPI document: what the API is, for programs and for the web app's generated client.

use super::problem::Problem;
use super::router::api;
use crate::identity::{CSRF_HEADER, SESSION_COOKIE};
use crate::incidents::{Order, Sort, Suppressed};
use crate::live::{IncidentEvent, SensorEvent};
use crate::tenancy::TenantId;
use utoipa::OpenApi as _;
use utoipa::PartialSchema as _;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, Required, ResponseBuilder};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Hinomi portal",
        description = "The interface of the Hinomi portal. Sign in with `POST /api/v1/session`; every request but GET \
            carries the session's `csrf_token` in the header `x-csrf-token`. Whatever goes wrong is answered with a \
            `Problem`."
    ),
    components(schemas(Problem, IncidentEvent, SensorEvent, Sort, Order, Suppressed))
)]
struct Document;

/// The document of everything under `/api/v1`.
pub fn openapi() -> OpenApi {
    let (_, mut document) = api().split_for_parts();
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            add_problem(operation);
            add_tenant(operation);
            add_security(operation);
        }
    }
    add_schemes(&mut document);
    document
}

/// The document without paths, to collect them.
pub(super) fn empty() -> OpenApi {
    Document::openapi()
}

/// What a middleware takes out of every address.
fn add_tenant(operation: &mut Operation) {
    let named = ParameterBuilder::new()
        .name("tenant")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "In whose data to work: for people of a partner or the operator, one of the customers they look after",
        ))
        .schema(Some(TenantId::schema()))
        .build();
    operation
        .parameters
        .get_or_insert_default()
        .push(named.into());
}

/// Whoever is not known yet may ask these.
const BEFORE_SIGN_IN: [&str; 4] = [
    "sign_in",
    "give_second_factor",
    "passkey_challenge",
    "sign_in_by_passkey",
];

/// By what a caller is known: a session's cookie, with its CSRF token where something is changed.
fn add_security(operation: &mut Operation) {
    let name = operation.operation_id.as_deref().unwrap_or_default();
    let ways = if BEFORE_SIGN_IN.contains(&name) {
        Vec::new()
    } else {
        let none: [&str; 0] = [];
        vec![SecurityRequirement::new("session", none).add("csrf", none)]
    };
    operation.security = Some(ways);
}

fn add_schemes(document: &mut OpenApi) {
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
        SESSION_COOKIE,
        "Set by signing in.",
    ));
    let csrf = ApiKey::Header(ApiKeyValue::with_description(
        CSRF_HEADER,
        "`csrf_token` of the session; for every request but GET and HEAD.",
    ));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    components.add_security_scheme("csrf", SecurityScheme::ApiKey(csrf));
}

fn add_problem(operation: &mut Operation) {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let response = ResponseBuilder::new()
        .description("Why the request was not met")
        .content("application/problem+json", content)
        .build();
    operation
        .responses
        .responses
        .insert("default".to_owned(), response.into());
}
