//! Flash drops as sellers and operators see and change them.
//!
//! | file | holds |
//! |---|---|
//! | `flash_drop.rs` | a drop with its product, variant and stock |
//! | `read.rs` | reading them, as shoppers, their seller and operators may |
//! | `create.rs` | creating one, which carves its units out of the variant's stock |
//! | `schedule.rs` | giving it its times; cancelling it |
//! | `limits.rs` | limits and mode |
//! | `change_limits.rs`, `change_mode.rs` | changing them live, with one audit row each |
//! | `texts.rs` | editing title and description |
//! | `error.rs` | why a drop was not changed |

mod change_limits;
mod change_mode;
mod create;
mod error;
mod flash_drop;
mod limits;
mod read;
mod schedule;
mod texts;

pub use change_limits::{LimitsChange, change_limits};
pub use change_mode::{ModeChange, change_mode, change_mode_of_seller};
pub(super) use create::reserve_partition;
pub use create::{CreateDropError, NewDrop, create};
pub use error::ChangeDropError;
pub use flash_drop::{DropVariant, FlashDrop};
pub use limits::{DropLimits, find_limits};
pub use read::{
    DropFilter, find, find_of_seller, find_public, list, list_of_seller, list_public,
    list_with_rooms,
};
pub use schedule::{Window, cancel, schedule};
pub use texts::{DropTexts, edit};
