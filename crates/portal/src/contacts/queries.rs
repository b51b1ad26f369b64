//! Statements on contact cards.

use super::model::{ContactCard, ContactKind};
use crate::Error;
use crate::database::{Connection, query};
use crate::tenancy::Scope;

/// A customer's cards, in order.
pub async fn all(connection: &mut Connection, scope: &Scope) -> Result<Vec<ContactCard>, Error> {
    let rows = query(
        "SELECT kind, name, phone, email, hours FROM contacts WHERE tenant_id = $1 ORDER BY place",
    )
    .bind(scope.tenant()?.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ContactCard {
                kind: ContactKind::from_key(row.try_get("kind")?)
                    .ok_or(Error::Stored { what: "contact" })?,
                name: row.try_get("name")?,
                phone: row.try_get("phone")?,
                email: row.try_get("email")?,
                hours: row.try_get("hours")?,
            })
        })
        .collect()
}

/// Puts these cards in place of all.
pub async fn replace(
    connection: &mut Connection,
    scope: &Scope,
    cards: &[ContactCard],
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    query("DELETE FROM contacts WHERE tenant_id = $1")
        .bind(&tenant)
        .execute(&mut *connection)
        .await?;
    for (place, card) in (0_i64..).zip(cards) {
        query(
            "INSERT INTO contacts (tenant_id, place, kind, name, phone, email, hours)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&tenant)
        .bind(place)
        .bind(card.kind.key())
        .bind(&card.name)
        .bind(&card.phone)
        .bind(&card.email)
        .bind(&card.hours)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
