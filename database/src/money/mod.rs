//! Payments and the ledger.
//!
//! | module | holds |
//! |---|---|
//! | `ledger` | double entry of every amount that moved |
//! | [`payments`] | what we want of the provider, and what came of it |

mod ledger;
pub mod payments;
