//! Runs of the load lab: crowds that operators ask for.
//!
//! The services start nothing for it. An agent beside them takes a run, makes drops of its own, sends the
//! crowd there, and says how far it is and what was found. One run is under way at a time, and the last 50
//! are kept.
//!
//! | file | holds |
//! |---|---|
//! | `run.rs` | a run, and reading it |
//! | `error.rs` | why something was refused |
//! | `ask.rs` | asking for a run and calling it off |
//! | `work.rs` | what its agent does |
//! | `silent.rs` | ending a run whose agent has vanished |

mod ask;
mod error;
mod run;
mod silent;
mod work;

pub use ask::{NewLoadRun, ask, cancel};
pub use error::LoadRunError;
pub use run::{LoadProgress, LoadRun, find, list};
pub use work::{finish, give_up, take, tell};
