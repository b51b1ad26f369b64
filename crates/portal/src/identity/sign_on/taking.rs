//! Taking in whom the tenant's service vouches for: who it is, whether it becomes somebody, which factor is still asked for.

use super::claims::Known;
use super::queries::{self, Stored};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::database::Connection;
use crate::identity::factors::{self, service::begin_step};
use crate::identity::model::{Means, NewUser};
use crate::identity::service::SignedIn;
use crate::identity::sessions::{self, Visitor};
use crate::tenancy::{Role, Scope, TenantId, UserId};
use crate::text::shortened;
use crate::{Code, Error, identity, limits, secret};
use event::Language;
use serde_json::json;

/// Why somebody whom the service vouches for is not taken in.
pub enum Taking {
    Refused(&'static str),
    Failed(Error),
}

impl From<Error> for Taking {
    fn from(error: Error) -> Self {
        match error.code() {
            Some(Code::EmailTaken) => Self::Refused("the mail address cannot be used here"),
            Some(Code::PeopleLimit) => Self::Refused("the tenant has as many people as it may"),
            _ => Self::Failed(error),
        }
    }
}

/// A session for whom the service vouches for: of this tenant and no other.
pub async fn take_in(
    context: &Context,
    tenant: TenantId,
    stored: &Stored,
    known: &Known,
    visitor: &Visitor,
) -> Result<Option<SignedIn>, Taking> {
    let scope = Scope::system_in(tenant);
    // Hashed before anything is locked; nobody knows what.
    let hash = context.passwords.hash(secret::random_token()).await?;
    let mut transaction = context.database.write(&scope).await?;
    let user = person(context, &mut transaction, &scope, stored, known, &hash).await?;
    let own = Scope::user(tenant, user, Role::Viewer);
    let has_own = factors::service::has_any(&mut transaction, &own).await?;
    let is_enough = stored.is_trusted || known.had_factor;
    let signed_in = if has_own && !is_enough {
        let by = Means::SignOnAlone;
        SignedIn::SecondStep(begin_step(context, &mut transaction, &own, by).await?)
    } else {
        let means = if is_enough {
            Means::SignOn
        } else {
            Means::SignOnAlone
        };
        let begun = sessions::begin(context, &mut transaction, &own, visitor, means);
        SignedIn::Session(begun.await?)
    };
    transaction.commit().await.map_err(Taking::Failed)?;
    Ok(Some(signed_in))
}

/// The person of this tenant who is meant: by the service's own name for him, and the first time by his address.
async fn person(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    stored: &Stored,
    known: &Known,
    hash: &str,
) -> Result<UserId, Taking> {
    let issuer = stored.issuer.as_str();
    if let Some(user) = queries::by_subject(connection, scope, issuer, &known.subject).await? {
        return Ok(user);
    }
    let user = match queries::by_email(connection, scope, &known.email).await? {
        Some(user) => user,
        None => newcomer(context, connection, scope, stored, known, hash).await?,
    };
    let name = (issuer, known.subject.as_str());
    let now = context.clock.micros();
    if !queries::bind(connection, scope, user, name, now).await? {
        return Err(Taking::Refused(
            "the service knows the person of this mail address by another name (sub): remove and invite him anew if it is the same",
        ));
    }
    let detail = json!({ "issuer": issuer, "subject": known.subject });
    let target = Target::of("person", user, &known.email);
    let act = Act::SignOnBound;
    audit::service::write(context, connection, scope, act, target, detail).await?;
    Ok(user)
}

/// Makes a person of who was invited, or of everybody where the tenant says so.
async fn newcomer(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    stored: &Stored,
    known: &Known,
    hash: &str,
) -> Result<UserId, Taking> {
    let now = context.clock.micros();
    let invited = queries::take_invitation(connection, scope, &known.email, now).await?;
    let name: String = known
        .name
        .chars()
        .filter(|one| !one.is_control())
        .take(limits::NAME_CHARS_MAX)
        .collect();
    let said = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    let (name, role, language, act) = match (invited, stored.new_role) {
        (Some(one), _) => (one.name, one.role, one.language, Act::InvitationAccepted),
        (None, Some(role)) => {
            let people = identity::people::queries::count_all(connection, scope).await?;
            if people >= limits::PEOPLE_MAX {
                return Err(Error::from(Code::PeopleLimit).into());
            }
            let name = shortened(&known.email, limits::NAME_CHARS_MAX).to_owned();
            (name, role, Language::Ja, Act::PersonCreated)
        }
        (None, None) => {
            return Err(Taking::Refused(
                "nobody of this tenant has the mail address",
            ));
        }
    };
    let new = NewUser {
        email: known.email.clone(),
        name: said.unwrap_or(name),
        password: String::new(),
        role,
        language,
    };
    let user = identity::queries::insert(connection, scope, &new, hash, now).await?;
    let detail = json!({ "role": new.role.key(), "email": new.email, "by": "sign_on" });
    let target = Target::of("person", user, &new.name);
    audit::service::write(context, connection, scope, act, target, detail).await?;
    Ok(user)
}
