//! Brings what Postgres decided back to the line.
//!
//! | file | holds |
//! |---|---|
//! | `updater` | a bounded queue of updates, so that Redis never holds up orders or payments |
//! | `line_update` | an update of one line: SETTLE, then FINISH, then noted in Postgres |
//! | `missed` | what did not fit into the queue, or went with a lost call |

mod line_update;
mod missed;
mod updater;

pub(crate) use missed::send_missed;
pub(crate) use updater::LineUpdater;
