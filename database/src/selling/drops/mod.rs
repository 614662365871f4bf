//! Flash drops as sellers and operators see and change them.
//!
//! | file | holds |
//! |---|---|
//! | `flash_drop.rs` | a drop with its product, variants and stock |
//! | `read.rs` | reading them, as shoppers, their seller and operators may |
//! | `create.rs`, `carve.rs` | creating one; carving its units out of the stock of its variants |
//! | `schedule.rs` | giving it its times; cancelling it |
//! | `limits.rs` | limits and mode |
//! | `change_limits.rs`, `change_mode.rs` | changing them live, with one audit row each |
//! | `failure.rs` | what the gate of a site does while its line gives no answer |
//! | `limit_plan.rs` | the plan of a drop's limits: a change at a time, slowly, or both |
//! | `make_plan.rs`, `step_plan.rs` | making one, calling it off; carrying it out |
//! | `undo_limits.rs` | bringing back the limits before the last change |
//! | `lanes.rs` | the lanes that are beside the normal one |
//! | `texts.rs` | editing title and description |
//! | `error.rs` | why a drop was not created or not changed |

mod carve;
mod change_limits;
mod change_mode;
mod create;
mod error;
mod failure;
mod flash_drop;
mod lanes;
mod limit_plan;
mod limits;
mod make_plan;
mod read;
mod schedule;
mod step_plan;
mod texts;
mod undo_limits;

pub use carve::NewDropVariant;
pub use change_limits::{LimitsChange, NewLineCap, change_limits};
pub use change_mode::{ModeChange, change_mode, change_mode_of_seller};
pub(super) use create::reserve_partition;
pub use create::{NewDrop, create};
pub use error::{ChangeDropError, CreateDropError};
pub use failure::change_failure_policy;
pub use flash_drop::{DropVariant, FlashDrop};
pub(crate) use lanes::lane_share;
pub use lanes::{DropLane, set_lanes};
pub use limit_plan::{LimitPlan, find_limit_plan};
pub use limits::{DropLimits, find_limits};
pub use make_plan::{NewLimitPlan, cancel_limit_plan, make_limit_plan};
pub use read::{
    DropFilter, find, find_of_seller, find_public, list, list_of_seller, list_public,
    list_with_rooms,
};
pub use schedule::{Window, cancel, schedule};
pub use step_plan::{due_limit_plans, step_limit_plan};
pub use texts::{DropTexts, edit};
pub use undo_limits::undo_limits;
