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
pub(crate) mod sign_on;
mod throttle;

pub use caller::{
    Arriving, COMPANY_COOKIE, CSRF_HEADER, Caller, SESSION_COOKIE, SIGN_ON_COOKIE, STEP_COOKIE,
    browser_cookie, company_cookie, session_cookie, sign_on_cookie, step_cookie,
};
#[cfg(test)]
pub(crate) use factors::code_of;
pub(crate) use factors::{finish_step, seal_secrets};
pub use model::{MailThreshold, NewUser, PasswordChange, ProfileChange, Session, SignIn, User};
pub use password::PasswordHasher;
pub use sessions::Visitor;

#[cfg(test)]
mod tests;
