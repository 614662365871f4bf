//! storefront-api.
fn main() {}
