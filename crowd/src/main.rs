//! crowd.
fn main() {}
