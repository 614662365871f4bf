//! Flash drops as sellers and operators see and change them.
//!
//! | file | holds |
//! |---|---|
//! | `read.rs` | a drop with its product, variant and stock |
//! | `create.rs` | creating one, which carves its units out of the variant's stock |
//! | `schedule.rs` | giving it its times; cancelling it |
//! | `limits.rs` | limits and mode |
//! | `change_limits.rs` | changing them live, with one audit row each |
//! | `error.rs` | why a drop was not changed |

mod change_limits;
mod create;
mod error;
mod limits;
mod read;
mod schedule;

pub use change_limits::{LimitsChange, ModeChange, change_limits, change_mode};
pub use create::{CreateDropError, NewDrop, create};
pub use error::ChangeDropError;
pub use limits::{DropLimits, find_limits};
pub use read::{
    DropVariant, FlashDrop, find_of_seller, find_public, list_of_seller, list_public,
    list_with_rooms,
};
pub use schedule::{Window, cancel, schedule};
