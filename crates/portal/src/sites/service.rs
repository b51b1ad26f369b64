//! What is done with sites.

use super::model::{NewSite, Site, SiteId, SiteList};
use super::queries::{self, Stored};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::database::Connection;
use crate::tenancy::{Action, Resource, Role, Scope};
use crate::text::checked_name;
use crate::{Code, Error, fleet, identity, limits};
use serde_json::json;

/// The sites that the caller sees, by name. Who is limited is shown to those who decide it.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn list(context: &Context, scope: &Scope) -> Result<SiteList, Error> {
    scope.authorize(Action::Read, Resource::Site)?;
    let mut connection = context.database.read(scope).await?;
    let mut items = queries::all(&mut connection, scope).await?;
    if scope.authorize(Action::Update, Resource::Site).is_err() {
        items.iter_mut().for_each(|site| site.people.clear());
    }
    Ok(SiteList { items })
}

/// Enters a site.
///
/// # Errors
/// Forbidden; invalid request; a name that is taken, or too many sites; not found when a sensor or a person is not; or the database fails.
pub async fn create(context: &Context, scope: &Scope, new: NewSite) -> Result<Site, Error> {
    scope.authorize(Action::Create, Resource::Site)?;
    let mut transaction = context.database.write(scope).await?;
    if queries::count(&mut transaction, scope).await? >= limits::SITES_MAX {
        return Err(Code::SiteLimit.into());
    }
    let id = SiteId::generate();
    let new = checked(context, &mut transaction, scope, id, new).await?;
    let stored = stored(context, id, &new);
    queries::insert(&mut transaction, scope, &stored).await?;
    let made = settle(context, &mut transaction, scope, id, &new).await?;
    transaction.commit().await?;
    Ok(made)
}

/// Says anew what a site is, what stands there and who is limited to it.
///
/// # Errors
/// Forbidden; invalid request; a name that is taken; not found when the site, a sensor or a person is not; or the database fails.
pub async fn change(
    context: &Context,
    scope: &Scope,
    id: SiteId,
    new: NewSite,
) -> Result<Site, Error> {
    scope.authorize(Action::Update, Resource::Site)?;
    let mut transaction = context.database.write(scope).await?;
    one(&mut transaction, scope, id).await?;
    let new = checked(context, &mut transaction, scope, id, new).await?;
    let stored = stored(context, id, &new);
    queries::rename(&mut transaction, scope, &stored).await?;
    let changed = settle(context, &mut transaction, scope, id, &new).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// Takes a site away. Not while people are limited to it: whoever lost the last site would see all of them.
///
/// # Errors
/// Forbidden; not found; in use while people are limited to it; or the database fails.
pub async fn remove(context: &Context, scope: &Scope, id: SiteId) -> Result<(), Error> {
    scope.authorize(Action::Delete, Resource::Site)?;
    let mut transaction = context.database.write(scope).await?;
    let site = one(&mut transaction, scope, id).await?;
    if !site.people.is_empty() {
        return Err(Code::SiteInUse.into());
    }
    queries::set_people(&mut transaction, scope, id, &[]).await?;
    queries::remove(&mut transaction, scope, id).await?;
    let target = Target::of("site", id, &site.name);
    let detail = json!({ "removed": true });
    let act = Act::SiteChanged;
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await
}

async fn one(connection: &mut Connection, scope: &Scope, id: SiteId) -> Result<Site, Error> {
    let sites = queries::all(connection, scope).await?;
    let found = sites.into_iter().find(|site| site.id == id);
    found.ok_or_else(|| Code::NotFound.into())
}

fn stored<'a>(context: &Context, id: SiteId, new: &'a NewSite) -> Stored<'a> {
    Stored {
        id,
        name: &new.name,
        note: &new.note,
        now: context.clock.micros(),
    }
}

async fn settle(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    id: SiteId,
    new: &NewSite,
) -> Result<Site, Error> {
    queries::set_sensors(connection, scope, id, &new.sensors).await?;
    queries::set_people(connection, scope, id, &new.people).await?;
    let site = one(connection, scope, id).await?;
    let people: Vec<&str> = site.people.iter().map(|one| one.name.as_str()).collect();
    let detail = json!({ "sensors": new.sensors, "people": people });
    let target = Target::of("site", id, &site.name);
    let act = Act::SiteChanged;
    audit::service::write(context, connection, scope, act, target, detail).await?;
    Ok(site)
}

/// A name of its own, sensors of the tenant, and people of it whom sites can limit.
async fn checked(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    id: SiteId,
    mut new: NewSite,
) -> Result<NewSite, Error> {
    new.name = checked_name("name", &new.name)?;
    new.note = new.note.trim().to_owned();
    if new.note.chars().count() > limits::ANSWER_CHARS_MAX {
        let most = limits::ANSWER_CHARS_MAX;
        return Err(Error::invalid(format!(
            "note has more than {most} characters"
        )));
    }
    let most = limits::SITE_MEMBERS_MAX;
    if new.sensors.len() > most || new.people.len() > most {
        return Err(Error::invalid(format!(
            "more than {most} sensors or people"
        )));
    }
    let sites = queries::all(connection, scope).await?;
    if sites
        .iter()
        .any(|site| site.id != id && site.name == new.name)
    {
        return Err(Code::SiteNameTaken.into());
    }
    let now = context.clock.micros();
    for sensor in &new.sensors {
        fleet::queries::one(connection, scope, *sensor, now).await?;
    }
    let users = identity::service::users(connection, scope).await?;
    for person in &new.people {
        let found = users.iter().find(|user| user.id == *person);
        match found.ok_or(Code::NotFound)?.role {
            Role::Contact | Role::Viewer => {}
            _ => return Err(Error::invalid("an administrator sees all sites")),
        }
    }
    Ok(new)
}
