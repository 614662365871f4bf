//! Postgres: the truth for drops, stock, orders with their holds, payments, ledger, journal, audit
//! and offsets.
//!
//! Migrations are in `database/migrations/`; queries are here, one folder per part of the
//! business and one file per topic. Errors name the operation and know no HTTP. SQL is checked at
//! compile time against `database/.sqlx`.
//!
//! Locks are taken in one order everywhere: the offset of a partition, a drop with its pace, its
//! stock, customers, orders by id, payments. Whoever moves units locks the stock of the drop first.
//!
//! | module | holds |
//! |---|---|
//! | [`selling`] | what sellers offer: products, drops, and how a drop moves through its life |
//! | [`money`] | payments and the ledger |
//! | [`line`] | what Postgres keeps of the lines in Redis |
//! | [`ordering`] | stock, orders and their holds |
//! | [`people`] | who may do what, and who did what |
//! | [`workers`] | which workers are alive, who works on what, and what waits for them |
//! | [`load_runs`] | crowds that operators ask for, and what came of them |
//! | [`journal`] | what other systems and the lines must be told |
//!
//! `money`, `line` and `selling` build on `ordering`; `ordering` writes to `journal`; `money`,
//! `selling`, `ordering` and `load_runs` write to `people`'s audit log. There is no arrow back.

mod connect;
mod error;
pub mod journal;
pub mod line;
pub mod load_runs;
pub mod money;
pub mod ordering;
pub mod people;
mod run_to_completion;
pub mod selling;
pub mod workers;

pub(crate) use connect::KEEPALIVE;
pub use connect::{connect, connect_for_seller, migrate, ping, schema_version};
pub use error::DatabaseError;
pub(crate) use error::Doing;
pub use run_to_completion::run_to_completion;
pub use sqlx::PgPool;
