//! Stock, orders and their holds.
//!
//! | module | holds |
//! |---|---|
//! | `boundaries` | which commands a rebuild of the line left out |
//! | `customer_usage` | units per customer |
//! | [`dead_letters`] | records that could not be processed |
//! | [`holds`] | units that come back: expired holds, cancelled orders and drops |
//! | [`inventory`] | stock of drops and every move of it |
//! | [`offsets`] | how far partitions are processed, and which log it was |
//! | `order` | an order row and a change of its state |
//! | [`order_batch`] | order commands: a batch per transaction, the one place that gives units out |
//! | `order_events` | what the outbox says of changed orders |
//! | [`order_views`] | orders as their shoppers see them |
//! | [`orders`] | orders and the one way to change their state |
//! | `release` | returning the units of an order that ended |
//! | `transitions` | the history of an order's states |

pub(crate) mod boundaries;
pub(crate) mod customer_usage;
pub mod dead_letters;
pub mod holds;
pub mod inventory;
pub mod offsets;
pub(crate) mod order;
pub mod order_batch;
mod order_events;
pub mod order_views;
pub mod orders;
pub(crate) mod release;
mod transitions;
