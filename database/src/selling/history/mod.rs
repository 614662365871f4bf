//! How drops have done, from second to second: written by the workers, thinned with age, read as charts.
//!
//! Nothing is decided by it but how gently people are let in, and a second that is missing is missed by
//! nobody.
//!
//! | file | holds |
//! |---|---|
//! | `write.rs` | a row for each drop in which something goes on |
//! | `thin.rs` | what is left of them after an hour, a day and 30 days |
//! | `read.rs` | a span of a drop, in steps |
//! | `latest.rs` | how drops do just now |
//! | `line.rs` | how the line of one is just now |
//! | `strain.rs` | how hard it is lately to place and to be paid for the orders of drops |

mod latest;
mod line;
mod read;
mod strain;
mod thin;
mod write;

pub use latest::{DropGlance, latest};
pub use line::{LineGlance, line};
pub use read::{HistoryPoint, read};
pub use strain::{DropStrain, strain};
pub use thin::{THIN_BATCH, thin};
pub use write::{DropSample, write};
