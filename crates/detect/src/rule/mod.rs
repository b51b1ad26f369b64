//! The rule language of Suricata 7 and 8: text in, [`Rule`] out, with exact errors.

mod argument;
pub mod ast;
mod builder;
mod check;
mod classification;
mod file;
mod header;
mod identity;
mod japanese;
pub mod limits;
mod options;
mod parse;
mod print;
mod problem;
mod ranges;
pub(crate) mod tables;
mod thinning;
mod variables;

pub use ast::Rule;
pub use classification::{Class, Classification, DEFAULT_PRIORITY};
pub use file::{Collection, Duplicate, Place, PlacedRule, locate};
pub(crate) use options::number_test;
pub use parse::{Parsed, parse_rule};
pub use print::quoted_bytes;
pub use problem::{Fault, Problem, ProblemKind};
pub use ranges::{AddressSet, PortSet, Position, RangeSet};
pub use tables::keyword_count;
pub use thinning::{About, RateFilter, SuppressedSide, Suppression, Thinning};
pub use variables::{Resolver, VariableError, Variables};
