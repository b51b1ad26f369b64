//! What administrators do with the people of their tenant, and what those do with the links they are sent.

use super::letter;
use super::model::{
    Invitation, InvitationId, LinkMade, MailOutcome, NewInvitation, PeopleList, Person,
    PersonChange,
};
use super::queries;
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::database::Connection;
use crate::http::causes;
use crate::identity::browsers;
use crate::identity::model::Means;
use crate::identity::throttle::Attempt;
use crate::identity::{self, NewUser, PasswordHasher, Visitor};
use crate::notify::Letter;
use crate::tenancy::{self, Action, Resource, Role, Scope, UserId};
use crate::text::{checked_name, optional_name};
use crate::{Code, Error, limits, secret, sites};
use event::Timestamp;
use serde_json::json;
use std::net::IpAddr;

const MICROS_PER_HOUR: i64 = 3_600_000_000;
const INVITATION_HOURS: i64 = 7 * 24;
const PASSWORD_LINK_HOURS: i64 = 1;

/// Everybody of the tenant, and who is invited.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn list(context: &Context, scope: &Scope) -> Result<PeopleList, Error> {
    scope.authorize(Action::Read, Resource::Person)?;
    let mut connection = context.database.read(scope).await?;
    let now = context.clock.micros();
    Ok(PeopleList {
        people: queries::people(&mut connection, scope).await?,
        invitations: queries::invitations(&mut connection, scope, now).await?,
        sends_mail: context.mailer.is_some(),
    })
}

/// Invites somebody. Whether another tenant knows the address is not told: who is invited finds out.
///
/// # Errors
/// Forbidden; invalid address, name or role; known or invited already in this tenant; too many people; or the database fails.
pub async fn invite(
    context: &Context,
    scope: &Scope,
    new: NewInvitation,
) -> Result<LinkMade, Error> {
    scope.authorize(Action::Create, Resource::Person)?;
    tenancy::service::require_home_of(context, scope.tenant()?, new.role).await?;
    let now = context.clock.micros();
    let invitation = Invitation {
        id: InvitationId::generate(),
        email: identity::service::checked_email(&new.email)?,
        name: optional_name("name", &new.name)?,
        role: new.role,
        language: new.language,
        invited_by: String::new(),
        created_at: Timestamp::from_micros(now),
        expires_at: ends(now, INVITATION_HOURS),
        has_expired: false,
    };
    let token = secret::random_token();
    let mut transaction = context.database.write(scope).await?;
    if queries::count_all(&mut transaction, scope).await? >= limits::PEOPLE_MAX {
        return Err(Code::PeopleLimit.into());
    }
    if queries::is_known(&mut transaction, scope, &invitation.email).await? {
        return Err(Code::EmailTaken.into());
    }
    let hash = secret::hash(&token);
    if !queries::invite(&mut transaction, scope, &invitation, &hash).await? {
        return Err(Code::AlreadyInvited.into());
    }
    let target = Target::of("invitation", invitation.id, &invitation.email);
    let detail = json!({ "role": invitation.role.key() });
    let act = Act::PersonInvited;
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await?;
    send_invitation(context, scope, &invitation, &token).await
}

/// Gives an invitation a new link and sends it.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn renew_invitation(
    context: &Context,
    scope: &Scope,
    id: InvitationId,
) -> Result<LinkMade, Error> {
    scope.authorize(Action::Create, Resource::Person)?;
    let now = context.clock.micros();
    let token = secret::random_token();
    let mut transaction = context.database.write(scope).await?;
    let found = queries::one_invitation(&mut transaction, scope, id, now).await?;
    let mut invitation = found.ok_or(Code::NotFound)?;
    invitation.created_at = Timestamp::from_micros(now);
    invitation.expires_at = ends(now, INVITATION_HOURS);
    let hash = secret::hash(&token);
    queries::renew_invitation(&mut transaction, scope, &invitation, &hash).await?;
    let target = Target::of("invitation", id, &invitation.email);
    let act = Act::InvitationRenewed;
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await?;
    send_invitation(context, scope, &invitation, &token).await
}

/// Takes an invitation back; its link is good no longer.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn revoke_invitation(
    context: &Context,
    scope: &Scope,
    id: InvitationId,
) -> Result<(), Error> {
    scope.authorize(Action::Delete, Resource::Person)?;
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    let found = queries::one_invitation(&mut transaction, scope, id, now).await?;
    let invitation = found.ok_or(Code::NotFound)?;
    queries::delete_invitation(&mut transaction, scope, id).await?;
    let target = Target::of("invitation", id, invitation.email);
    let act = Act::InvitationRevoked;
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await
}

/// Changes what somebody may do; never the last administrator.
///
/// # Errors
/// Forbidden, not found, last administrator, or the database fails.
pub async fn change(
    context: &Context,
    scope: &Scope,
    id: UserId,
    change: PersonChange,
) -> Result<Person, Error> {
    scope.authorize(Action::Update, Resource::Person)?;
    tenancy::service::require_home_of(context, scope.tenant()?, change.role).await?;
    let mut transaction = context.database.write(scope).await?;
    let found = queries::one(&mut transaction, scope, id).await?;
    let mut person = found.ok_or(Code::NotFound)?;
    if person.role == change.role {
        return Ok(person);
    }
    require_another_leader(&mut transaction, scope, person.role).await?;
    queries::set_role(&mut transaction, scope, id, change.role).await?;
    if change.role == Role::Administrator {
        // Who runs the portal sees all sites.
        sites::queries::release(&mut transaction, scope, id).await?;
    }
    let target = Target::of("person", id, &person.name);
    let detail = json!({ "from": person.role.key(), "to": change.role.key() });
    let act = Act::PersonChanged;
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await?;
    context.hub.rights_changed(scope.tenant()?, Some(id));
    person.role = change.role;
    Ok(person)
}

/// Removes somebody; sessions end at once, the history keeps the name. Never the last administrator.
///
/// # Errors
/// Forbidden, not found, last administrator, or the database fails.
pub async fn remove(context: &Context, scope: &Scope, id: UserId) -> Result<(), Error> {
    scope.authorize(Action::Delete, Resource::Person)?;
    let mut transaction = context.database.write(scope).await?;
    let found = queries::one(&mut transaction, scope, id).await?;
    let person = found.ok_or(Code::NotFound)?;
    require_another_leader(&mut transaction, scope, person.role).await?;
    // Written first: afterwards nobody knows the name of one who removes himself.
    let target = Target::of("person", id, &person.name);
    let detail = json!({ "role": person.role.key(), "email": person.email });
    let act = Act::PersonRemoved;
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    let now = context.clock.micros();
    identity::factors::service::forget_all(&mut transaction, scope, id).await?;
    queries::remove(&mut transaction, scope, id, now).await?;
    transaction.commit().await?;
    context.hub.rights_changed(scope.tenant()?, Some(id));
    Ok(())
}

/// A tenant without anybody who may invite others would be locked.
async fn require_another_leader(
    connection: &mut Connection,
    scope: &Scope,
    role: Role,
) -> Result<(), Error> {
    if !matches!(role, Role::Administrator | Role::Operator) {
        return Ok(());
    }
    match queries::count(connection, scope, role).await? {
        0 | 1 => Err(Code::LastAdministrator.into()),
        _ => Ok(()),
    }
}

fn ends(now: i64, hours: i64) -> Timestamp {
    Timestamp::from_micros(now.saturating_add(hours.saturating_mul(MICROS_PER_HOUR)))
}

async fn send_invitation(
    context: &Context,
    scope: &Scope,
    invitation: &Invitation,
    token: &str,
) -> Result<LinkMade, Error> {
    let link = format!("{}/invitation/{token}", context.settings.public_url());
    let tenant = tenancy::service::name(context, scope).await?;
    let letter = letter::invitation(invitation, &tenant, &link)?;
    Ok(sent(context, &letter, link, invitation.expires_at).await)
}

/// Mails a link, or leaves it to be handed over.
async fn sent(context: &Context, letter: &Letter, link: String, expires_at: Timestamp) -> LinkMade {
    let mail = match &context.mailer {
        None => MailOutcome::Off,
        Some(mailer) => {
            // Not the link's own token: the identifier of a mail is no secret.
            match mailer.send(&secret::random_token(), letter).await {
                Ok(()) => MailOutcome::Sent,
                Err(error) => {
                    tracing::warn!(error = causes(&error), "mail with a link not sent");
                    MailOutcome::Failed
                }
            }
        }
    };
    LinkMade {
        mail,
        link: (mail != MailOutcome::Sent).then_some(link),
        expires_at,
    }
}

/// An invitation as whoever holds its link may see it, with the tenant's name.
///
/// # Errors
/// Link refused when it is unknown, spent, revoked, or has ended; or the database fails.
pub async fn invitation(context: &Context, token: &str) -> Result<(Invitation, String), Error> {
    let now = context.clock.micros();
    let scope = Scope::system();
    let found = {
        let mut connection = context.database.read(&scope).await?;
        queries::invitation_of(&mut connection, &scope, &secret::hash(token), now).await?
    };
    let (tenant, invitation) = found.ok_or(Code::LinkRefused)?;
    let name = tenancy::service::name(context, &Scope::system_in(tenant)).await?;
    Ok((invitation, name))
}

/// Spends an invitation: the person exists from now on, and is signed in by the token.
///
/// # Errors
/// Link refused; name or password cannot be one; the address belongs to somebody; or the database fails.
pub async fn accept(
    context: &Context,
    token: &str,
    name: &str,
    password: String,
    visitor: &Visitor,
) -> Result<String, Error> {
    let name = checked_name("name", name)?;
    let now = context.clock.micros();
    let token_hash = secret::hash(token);
    let (_, tenant_name) = invitation(context, token).await?;
    let system = Scope::system();
    let found = {
        let mut connection = context.database.read(&system).await?;
        queries::invitation_of(&mut connection, &system, &token_hash, now).await?
    };
    let (tenant, invitation) = found.ok_or(Code::LinkRefused)?;
    let own_words = [name.as_str(), &invitation.email, &tenant_name];
    PasswordHasher::check_new(&password, false, &own_words)?;
    let hash = context.passwords.hash(password).await?;
    let new = NewUser {
        email: invitation.email,
        name,
        password: String::new(),
        role: invitation.role,
        language: invitation.language,
    };
    let scope = Scope::system_in(tenant);
    let mut transaction = context.database.write(&scope).await?;
    // Spent by whoever comes first.
    if !queries::delete_invitation(&mut transaction, &scope, invitation.id).await? {
        return Err(Code::LinkRefused.into());
    }
    let user = identity::queries::insert(&mut transaction, &scope, &new, &hash, now).await?;
    let own = Scope::user(tenant, user, new.role);
    let target = Target::of("person", user, &new.name);
    let detail = json!({
        "role": new.role.key(), "email": new.email, "address": visitor.address.to_string(),
    });
    let act = Act::InvitationAccepted;
    audit::service::write(context, &mut transaction, &own, act, target, detail).await?;
    let means = Means::Invitation;
    let token = identity::sessions::begin(context, &mut transaction, &own, visitor, means).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Makes somebody of the tenant a link for a new password, and mails it.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn make_password_link(
    context: &Context,
    scope: &Scope,
    id: UserId,
) -> Result<LinkMade, Error> {
    scope.authorize(Action::Update, Resource::Person)?;
    let person = {
        let mut connection = context.database.read(scope).await?;
        queries::one(&mut connection, scope, id).await?
    };
    let person = person.ok_or(Code::NotFound)?;
    password_link(context, scope, id, &person.name).await
}

/// Mails whoever forgot his password a link for a new one. The answer says nothing: whether the address is known is
/// found out afterwards, apart from the request.
///
/// # Errors
/// Too many attempts.
pub async fn ask_for_password_link(
    context: &Context,
    email: &str,
    address: IpAddr,
) -> Result<(), Error> {
    let email = email.trim().to_lowercase();
    let attempt = Attempt {
        account: &format!("link {email}"),
        address,
        browser: None,
    };
    attempt.take(context).await?;
    if email.chars().count() > limits::EMAIL_CHARS_MAX || context.mailer.is_none() {
        return Ok(());
    }
    let context = context.clone();
    tokio::spawn(async move {
        if let Err(error) = mail_password_link(&context, &email).await {
            tracing::error!(error = causes(&error), "cannot make a link for a password");
        }
    });
    Ok(())
}

/// Mails the link, where somebody has the address.
///
/// # Errors
/// When the database fails.
pub async fn mail_password_link(context: &Context, email: &str) -> Result<(), Error> {
    let system = Scope::system();
    let found = {
        let mut connection = context.database.read(&system).await?;
        identity::queries::by_email(&mut connection, &system, email).await?
    };
    let Some((user, tenant, _)) = found else {
        return Ok(());
    };
    let scope = Scope::system_in(tenant);
    password_link(context, &scope, user, email).await?;
    Ok(())
}

async fn password_link(
    context: &Context,
    scope: &Scope,
    id: UserId,
    name: &str,
) -> Result<LinkMade, Error> {
    let user = identity::service::user(context, scope, id).await?;
    let token = secret::random_token();
    let now = context.clock.micros();
    let expires_at = ends(now, PASSWORD_LINK_HOURS);
    let mut transaction = context.database.write(scope).await?;
    let (hash, until) = (secret::hash(&token), expires_at.micros());
    queries::put_password_link(&mut transaction, scope, id, &hash, now, until).await?;
    let target = Target::of("person", id, name);
    let act = Act::PasswordResetAsked;
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await?;
    let link = format!("{}/new-password/{token}", context.settings.public_url());
    let letter = letter::new_password(&user, &link)?;
    Ok(sent(context, &letter, link, expires_at).await)
}

/// Whether a link for a new password is still good.
///
/// # Errors
/// Link refused, or the database fails.
pub async fn require_password_link(context: &Context, token: &str) -> Result<(), Error> {
    let now = context.clock.micros();
    let system = Scope::system();
    let mut connection = context.database.read(&system).await?;
    let hash = secret::hash(token);
    let found = queries::password_link(&mut connection, &system, &hash, now).await?;
    found.map(|_| ()).ok_or_else(|| Code::LinkRefused.into())
}

/// Spends a link: sets the password and ends all sessions. A second factor stays.
///
/// # Errors
/// Link refused; the password cannot be one; or the database fails.
pub async fn reset_password(
    context: &Context,
    token: &str,
    password: String,
    visitor: &Visitor,
) -> Result<(), Error> {
    let token_hash = secret::hash(token);
    let now = context.clock.micros();
    let system = Scope::system();
    let found = {
        let mut connection = context.database.read(&system).await?;
        queries::password_link(&mut connection, &system, &token_hash, now).await?
    };
    let (tenant, id) = found.ok_or(Code::LinkRefused)?;
    let scope = Scope::system_in(tenant);
    let user = identity::service::user(context, &scope, id).await?;
    identity::service::check_new_password(context, &scope, &user, &password).await?;
    let hash = context.passwords.hash(password).await?;
    let mut transaction = context.database.write(&system).await?;
    // Asked again, now that nobody else writes: spent by whoever comes first.
    let found = queries::password_link(&mut transaction, &system, &token_hash, now).await?;
    if found != Some((tenant, id)) {
        return Err(Code::LinkRefused.into());
    }
    queries::reset_password(&mut transaction, &scope, id, &hash).await?;
    let own = Scope::user(tenant, id, user.role);
    // Who has the mailbox gets in here, however many guess elsewhere.
    browsers::remember(&mut transaction, &own, visitor, now).await?;
    let detail = json!({ "address": visitor.address.to_string() });
    let act = Act::PasswordReset;
    audit::service::write(context, &mut transaction, &own, act, Target::none(), detail).await?;
    transaction.commit().await
}
