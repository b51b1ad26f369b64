//! The one binary of Hinomi.
fn main() {}
