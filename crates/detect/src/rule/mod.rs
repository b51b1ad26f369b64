//! The rule language of Suricata 7 and 8: text in, [`Rule`] out, with exact errors.

mod argument;
pub mod ast;
mod builder;
mod check;
mod header;
pub mod limits;
mod options;
mod parse;
mod problem;
mod tables;

pub use ast::Rule;
pub use parse::{Parsed, parse_rule};
pub use problem::{Fault, Problem, ProblemKind};
pub use tables::keyword_count;
