//! The life of a drop as the workers move it on: prepared, opened, ended, retired.
//!
//! | file | holds |
//! |---|---|
//! | `preparing.rs` | the wait for the partitions of those that are about to open |
//! | `live_drops.rs` | the drops that workers look after |
//! | `steps.rs` | the steps of their lives |
//! | `settled.rs` | those whose lines nobody needs any more |

mod live_drops;
mod preparing;
mod settled;
mod steps;

pub use live_drops::{EpochState, LiveDrop, live_drop, live_drops};
pub use preparing::{prepare, unprepared};
pub use settled::settled;
pub use steps::{end_due, open_due, retire};
