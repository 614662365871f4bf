//! Postgres: the truth for drops, stock, orders, holds, payments, ledger, audit and offsets.
//!
//! Migrations stand in `database/migrations/`; queries stand here, one file per table or topic.
//! Errors name the operation and know no HTTP.
//!
//! | module | holds |
//! |---|---|
//! | [`catalogue`] | sellers, products, variants |
//! | [`drops`] | flash drops: reading, making, scheduling, limits and mode |
//! | [`order_batch`] | order commands: a batch per transaction, the one place that gives units out |
//! | [`orders`] | orders and the one way to change their state |
//! | [`holds`] | units that come back: holds that ran out, cancelled orders and drops |
//! | [`payments`] | what we want of the provider, and what came of it |
//! | [`inventory`] | stock of drops and every move of it |
//! | [`outbox`] | what must be told to others |
//! | [`order_views`] | orders as their shoppers see them |
//! | [`numbers`] | live numbers of a drop and of the installation |
//! | [`room_lookup`] | what admission asks of a drop without a room |
//! | [`api_keys`] | keys of sellers and operators |
//! | [`epochs`] | generations of the line in Redis, and what a rebuild reads |
//! | [`log_cursors`] | how far a drop's room events are in the log |
//! | [`offsets`] | how far partitions are processed, and which log it was |
//! | [`scheduling`] | what workers look after: openings, ends, signs of life |
//! | [`audit`] | who changed what and why |
//! | [`idempotency`] | answers given under an `Idempotency-Key` |

pub mod api_keys;
pub mod audit;
pub mod catalogue;
mod connect;
mod customer_usage;
mod dead_letters;
pub mod drops;
pub mod epochs;
mod error;
pub mod holds;
pub mod idempotency;
pub mod inventory;
mod ledger;
pub mod log_cursors;
pub mod numbers;
pub mod offsets;
mod order;
pub mod order_batch;
pub mod order_views;
pub mod orders;
pub mod outbox;
pub mod payments;
mod release;
pub mod room_lookup;
pub mod scheduling;
mod transaction;
mod transitions;

pub use connect::{connect, migrate};
pub use error::{DatabaseError, Doing};
pub use sqlx::PgPool;
