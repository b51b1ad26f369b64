//! Notification over real connections: mail server, push service, webhooks and log servers of the tests' own.

mod channels;
mod crash;
mod mail;
mod partner;
mod people;
mod servers;
mod systems;
