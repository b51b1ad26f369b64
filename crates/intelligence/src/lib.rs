//! Threat intelligence: indicators of compromise in every form that people exchange them in, an index that holds
//! millions of them in little memory, and the look for them in events.
//!
//! Files are read ([`load`]), told apart by content, and their entries brought into one form with what is known
//! about them ([`Facts`]). Warning lists and names that everybody uses are brakes; a list that cannot be right is
//! held back ([`Held`]). Nothing here waits for the network: fetching is another crate's work.

#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects
    )
)]

mod brake;
mod entry;
mod facts;
mod format;
mod hold;
mod index;
pub mod limits;
mod loader;
mod lookup;
mod purpose;
mod report;
mod source;
mod time;

#[cfg(test)]
mod tests;

pub use facts::{Facts, Hit, IndicatorKind};
pub use format::Format;
pub use hold::{Held, HoldReason};
pub use index::{Digests, Indicators};
pub use loader::{Loader, load};
pub use report::{ListReport, LoadReport, Place, Reason, Skipped};
