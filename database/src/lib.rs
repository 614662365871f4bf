//! Postgres: the truth for drops, stock, orders, holds, payments, ledger, audit and offsets.
//!
//! Migrations are in `database/migrations/`; queries are here, one folder per part of the
//! business and one file per topic. Errors name the operation and know no HTTP.
//!
//! | module | holds |
//! |---|---|
//! | [`selling`] | what sellers offer: products, drops, and what is known of them |
//! | [`line`] | what Postgres keeps of the lines in Redis |
//! | [`ordering`] | stock, orders and their holds |
//! | [`money`] | payments and the ledger |
//! | [`people`] | who may do what, and who did what |
//! | [`journal`] | what must be told to others |

mod connect;
mod error;
pub mod journal;
pub mod line;
pub mod money;
pub mod ordering;
pub mod people;
pub mod selling;
mod transaction;

pub use connect::{connect, migrate};
pub use error::{DatabaseError, Doing};
pub use sqlx::PgPool;
