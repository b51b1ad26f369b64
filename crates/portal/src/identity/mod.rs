//! People: who signs in, with which password, for how long.

pub mod breached;
mod caller;
mod factors;
mod known;
mod model;
mod password;
pub mod people;
pub(crate) mod queries;
pub(crate) mod routes;
pub mod rules;
pub mod service;
pub mod sessions;
mod throttle;

pub use caller::{
    Arriving, CSRF_HEADER, Caller, SESSION_COOKIE, STEP_COOKIE, session_cookie, step_cookie,
};
pub(crate) use factors::{finish_step, seal_secrets};
pub use model::{MailThreshold, NewUser, PasswordChange, ProfileChange, Session, SignIn, User};
pub use password::PasswordHasher;
pub use sessions::Visitor;
pub use throttle::Throttle;

#[cfg(test)]
mod tests;
