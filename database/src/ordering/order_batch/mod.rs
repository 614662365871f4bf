//! A batch of order commands in one transaction: the one place where units are given out.
//!
//! Everything that is decided on is locked first, in one order: the partition's offset, the drop
//! rows (which carry the order rate), the stock rows, the customers. Duplicates drop out before
//! anything is decided, so that they eat no stock. What is decided is then written with one
//! statement per table.
//!
//! | crash | what happens then |
//! |---|---|
//! | before the commit | nothing is written; the batch is read again from Postgres' offset |
//! | after the commit, reply lost | the offset has moved on: the retry is [`BatchOutcome::Late`] |
//! | log read again from its start | every ticket meets its own order row and changes nothing |
//!
//! | file | step |
//! |---|---|
//! | `batch.rs` | what goes in and what comes out |
//! | `process.rs` | the transaction, step by step |
//! | `load.rs` | locks and reads |
//! | `locked_drop.rs` | a drop's row while it is locked |
//! | `take.rs` | which records are taken, at the order rate |
//! | `decide.rs` | who gets units: pure |
//! | `place.rs` | the orders that come of it |
//! | `write.rs` | writes |

mod batch;
mod decide;
mod load;
mod locked_drop;
mod place;
mod process;
mod take;
mod write;

pub use batch::{
    BatchDone, BatchOutcome, BatchRecord, DeadReason, OrderBatch, RecordContent, SettledTicket,
};
pub use process::process;
