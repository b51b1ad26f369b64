//! People: who signs in, with which password, for how long.

mod caller;
mod model;
mod password;
pub(crate) mod queries;
pub(crate) mod routes;
pub mod service;
mod throttle;

pub use caller::{Caller, SESSION_COOKIE, session_cookie};
pub use model::{
    MailThreshold, NewUser, PasswordChange, ProfileChange, Session, SignIn, TenantName, User,
};
pub use password::PasswordHasher;
pub use throttle::Throttle;

#[cfg(test)]
mod tests;
