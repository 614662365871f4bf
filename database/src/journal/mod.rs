//! What other systems and the lines must be told.
//!
//! A transaction that changes orders writes one row: which orders, which changes of theirs, the
//! states reached. Who must hear of it has a row in `pending`, deleted once they have. Rows are
//! found through `pending` and never by `id > last`, since ids commit in any order; the changes of
//! one order have ids in the order of their commits, because an id is drawn after the order was
//! locked.
//!
//! | module | holds |
//! |---|---|
//! | `moment` | the number and the time of a transaction |
//! | [`partitions`] | a table for each day |
//! | `pending` | who must still be told |
//! | `untold` | what a line was not told |
//! | `waiting` | order events on their way to Kafka |
//! | `write` | writing a row |

mod moment;
pub mod partitions;
mod pending;
mod untold;
mod waiting;
mod write;

pub use moment::JournalId;
pub(crate) use moment::{Moment, moment, moments};
pub use pending::{Consumer, acknowledge, n_waiting};
pub use untold::{UntoldOrder, UntoldRow, untold};
pub use waiting::{WaitingRow, waiting_events};
pub(crate) use write::{JournalEntry, write};
