//! The line as its log tells it.
//!
//! | module | holds |
//! |---|---|
//! | `room` | a room replayed event by event, and what contradicts itself |
//! | `steps` | what each event does to a ticket |
//! | `begun` | what a rebuild knew beyond the log: admissions by their commands, and those it took back |
//! | `losses` | the stretches of history that a fault of Redis may have taken |
//! | `lanes` | what each lane had when somebody was let in |
//! | `ranks` | who stood where at any point |

mod begun;
mod lanes;
mod losses;
mod ranks;
mod room;
mod steps;

pub(crate) use lanes::LanePick;
pub(crate) use ranks::{RankQuestion, ranks};
pub(crate) use room::{RiseCause, RoomReplay, WaitingByVariant};
