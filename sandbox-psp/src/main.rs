//! sandbox-psp.
fn main() {}
