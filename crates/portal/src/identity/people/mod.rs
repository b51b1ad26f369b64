//! The people of a tenant: who they are, inviting them, what they may do, removing them, new passwords.

mod letter;
mod model;
pub(super) mod queries;
pub(crate) mod routes;
pub mod service;

pub use model::{Invitation, MailOutcome, NewInvitation, PeopleList, Person, PersonChange};

#[cfg(test)]
mod tests;
