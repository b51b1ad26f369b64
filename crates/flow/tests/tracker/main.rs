//! Frames in, calls and events out.

mod build;
mod flows;
mod fragments;
mod hostile;
mod transfers;
mod watch;
