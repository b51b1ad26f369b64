//! Tells people: mails about incidents, queued with the incident, sent until the mail server takes them.

mod letter;
mod mailer;
pub(crate) mod queries;
pub mod service;

pub use mailer::Mailer;

#[cfg(test)]
mod tests;
