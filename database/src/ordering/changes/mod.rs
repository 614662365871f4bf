//! The one way in which a placed order changes: its row with its hold, what its end gives back, its
//! history, and what others must be told of it.
//!
//! | file | holds |
//! |---|---|
//! | `apply.rs` | all of it for changes of one drop's orders, in one transaction |
//! | `effects.rs` | what changes mean for stock, customers, counters, history and journal |
//! | `order_change.rs` | a change, and its order as it leaves it |
//! | `outcome.rs` | what the lines must be told |
//! | `rows.rs` | the orders' rows |
//! | `voids.rs` | money of orders that ended, asked to be let go |
//!
//! A change that moves units is made under the stock lock of its drop, which is taken before the
//! orders are locked.

mod apply;
mod effects;
mod order_change;
mod outcome;
mod rows;
#[cfg(test)]
pub(crate) mod sample;
mod voids;

pub(crate) use apply::apply;
pub(crate) use order_change::OrderChange;
pub use outcome::Outcome;
