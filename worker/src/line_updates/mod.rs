//! Brings what Postgres decided back to the line.
//!
//! | file | holds |
//! |---|---|
//! | `updater` | a bounded queue of updates, so that Redis never holds up orders or payments |
//! | `update` | what one commit has decided |
//! | `line_update` | an update of one line: who has to cool down, SETTLE, FINISH, then hints |
//! | `untold` | what did not fit into the queue, or went with a lost call |
//!
//! What a line must be told stays pending in Postgres until the line has answered.

mod line_update;
mod untold;
mod update;
mod updater;

pub(crate) use untold::UntoldSender;
pub(crate) use updater::LineUpdater;
