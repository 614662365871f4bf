//! Stock, orders and their holds.
//!
//! | module | holds |
//! |---|---|
//! | `boundaries` | which commands a rebuild of the line left out |
//! | `changes` | the one way in which a placed order changes |
//! | [`counters`] | how drops sell, kept instead of counted |
//! | `customer_usage` | units per customer |
//! | [`dead_letters`] | records that could not be processed |
//! | [`holds`] | units that come back: expired holds, cancelled orders and drops, units not taken |
//! | [`inventory`] | stock of drops and every move of it |
//! | [`offsets`] | how far partitions are processed, and which log it was |
//! | `order` | an order row |
//! | [`order_batch`] | order commands: a batch per transaction, the one place that gives units out |
//! | [`order_views`] | orders as their shoppers see them |
//! | [`orders`] | locking orders |
//! | `transitions` | the history of an order's states |

pub(crate) mod boundaries;
pub(crate) mod changes;
pub mod counters;
pub(crate) mod customer_usage;
pub mod dead_letters;
pub mod holds;
pub mod inventory;
pub mod offsets;
pub(crate) mod order;
pub mod order_batch;
pub mod order_views;
pub mod orders;
pub(crate) mod transitions;
