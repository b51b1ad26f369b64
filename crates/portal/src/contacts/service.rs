//! What is done with contact cards.

use super::model::{ContactCard, ContactCards};
use super::queries;
use crate::context::Context;
use crate::tenancy::{Action, Resource, Scope};
use crate::text::{checked_name, optional_name};
use crate::{Error, limits};

/// A customer's cards, in the order in which to call them.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn all(context: &Context, scope: &Scope) -> Result<ContactCards, Error> {
    scope.authorize(Action::Read, Resource::ContactCard)?;
    let mut connection = context.database.read(scope).await?;
    let items = queries::all(&mut connection, scope).await?;
    Ok(ContactCards { items })
}

/// Puts these cards in place of all.
///
/// # Errors
/// Forbidden; invalid request when a card is; or the database fails.
pub async fn replace(
    context: &Context,
    scope: &Scope,
    cards: ContactCards,
) -> Result<ContactCards, Error> {
    scope.authorize(Action::Update, Resource::ContactCard)?;
    if cards.items.len() > limits::CONTACTS_MAX {
        let most = limits::CONTACTS_MAX;
        return Err(Error::invalid(format!("more than {most} cards")));
    }
    let items: Vec<ContactCard> = cards
        .items
        .into_iter()
        .map(checked)
        .collect::<Result<_, _>>()?;
    let mut transaction = context.database.write(scope).await?;
    queries::replace(&mut transaction, scope, &items).await?;
    transaction.commit().await?;
    Ok(ContactCards { items })
}

fn checked(card: ContactCard) -> Result<ContactCard, Error> {
    let phone = card.phone.trim().to_owned();
    let is_number = |one: char| one.is_ascii_digit() || " +()-.#*".contains(one);
    if phone.chars().count() > limits::PHONE_CHARS_MAX || !phone.chars().all(is_number) {
        return Err(Error::invalid("phone is no telephone number"));
    }
    let email = card.email.trim().to_owned();
    let is_address = email.is_empty()
        || (email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        }) && !email
            .chars()
            .any(|one| one.is_control() || one.is_whitespace()));
    if email.chars().count() > limits::EMAIL_CHARS_MAX || !is_address {
        return Err(Error::invalid("email is no mail address"));
    }
    Ok(ContactCard {
        kind: card.kind,
        name: checked_name("name", &card.name)?,
        phone,
        email,
        hours: optional_name("hours", &card.hours)?,
    })
}
