//! A batch of order commands in one transaction: the one place where units are given out, and
//! passes where a drop has none.
//!
//! Everything that is decided on is locked first, in one order: the partition's offset, the drops
//! with their pace, their stock, the customers. What is decided is then written in two statements:
//! the order rows, and all that follows from them.
//!
//! A batch is first tried in the hope that all of it is new, without a look at the orders there
//! are. If an order row is refused, it is rolled back and tried again with that look: duplicates
//! then drop out before anything is decided, so that they eat no stock and no rate. They come when
//! the log is read again, which is seldom; a look costs more than an order row.
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
//! | `locked_drop.rs` | a drop while it is locked |
//! | `take.rs` | which records are taken, at the order rate |
//! | `decide.rs` | who gets units: pure |
//! | `place.rs` | the orders that come of it |
//! | `insert.rs` | their rows |
//! | `write.rs` | all that follows from them |

mod batch;
mod decide;
mod insert;
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
