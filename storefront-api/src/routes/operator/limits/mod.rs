//! How fast a drop admits and processes, at what occupancy, and how many may wait.
//!
//! | file | holds |
//! |---|---|
//! | `new_limits` | what a request may set, and what is wrong with it |
//! | `show` | the limits as they are |
//! | `change` | changing them at once |
//! | `plan` | a change that is to come at a time, slowly, or both |
//! | `undo` | the limits before the last change |
//! | `preview` | what other limits would do to the waits |

pub(super) mod change;
mod new_limits;
pub(super) mod plan;
pub(super) mod preview;
pub(super) mod show;
pub(super) mod undo;

pub(super) use show::LimitsResponse;
