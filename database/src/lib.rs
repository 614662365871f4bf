//! Postgres: the truth for drops, stock, orders, holds, payments, ledger, audit and offsets.
//!
//! Migrations stand in `database/migrations/`; queries stand here, one file per table or topic.
//! Errors name the operation and know no HTTP.

mod connect;
mod error;

pub use connect::{connect, migrate};
pub use error::{DatabaseError, Doing};
pub use sqlx::PgPool;
