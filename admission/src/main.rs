//! admission.
fn main() {}
