//! What runs on packets, streams, transactions and files: signatures in the Suricata rule language, and YARA rules.

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

pub mod countries;
pub mod explain;
pub mod limits;
pub mod reputation;
pub mod review;
pub mod rule;
pub mod signature;
pub mod yara;
