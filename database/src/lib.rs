//! Postgres: the truth for drops, stock, orders, holds, payments, ledger, audit and offsets.
//!
//! Migrations stand in `database/migrations/`; queries stand here, one file per table or topic.
//! Errors name the operation and know no HTTP.
//!
//! | module | holds |
//! |---|---|
//! | [`catalogue`] | sellers, products, variants |
//! | [`drops`] | flash drops: reading, making, scheduling, limits and mode |
//! | [`order_views`] | orders as their shoppers see them |
//! | [`numbers`] | live numbers of a drop and of the installation |
//! | [`api_keys`] | keys of sellers and operators |
//! | [`audit`] | who changed what and why |
//! | [`idempotency`] | answers given under an `Idempotency-Key` |

pub mod api_keys;
pub mod audit;
pub mod catalogue;
mod connect;
pub mod drops;
mod error;
pub mod idempotency;
pub mod numbers;
pub mod order_views;

pub use connect::{connect, migrate};
pub use error::{DatabaseError, Doing};
pub use sqlx::PgPool;
