//! Payments and the ledger.
//!
//! | module | holds |
//! |---|---|
//! | [`payments`] | what we want of the provider, and what came of it: orders, ledger, next calls |
//! | [`review`] | what only a person can decide |

pub mod payments;
pub mod review;
