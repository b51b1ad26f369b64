//! People: who signs in, with which password, for how long.

pub mod breached;
mod browsers;
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
    Arriving, CSRF_HEADER, Caller, SESSION_COOKIE, STEP_COOKIE, browser_cookie, session_cookie,
    step_cookie,
};
pub(crate) use factors::{finish_step, seal_secrets};
pub use model::{MailThreshold, NewUser, PasswordChange, ProfileChange, Session, SignIn, User};
pub use password::PasswordHasher;
pub use sessions::Visitor;

#[cfg(test)]
mod tests;
