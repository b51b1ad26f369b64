//! The rule language of Suricata 7 and 8: text in, [`Rule`] out, with exact errors.

pub mod ast;

pub use ast::Rule;
