//! What Postgres keeps of the lines in Redis.
//!
//! | module | holds |
//! |---|---|
//! | [`admission_history`] | how the processes that keep lines have done |
//! | [`epochs`] | generations of a line, and what a rebuild reads |
//! | [`log_cursors`] | how far a drop's room events are in the log |
//! | [`room_lookup`] | what admission asks about a drop without a room |

pub mod admission_history;
pub mod epochs;
pub mod log_cursors;
pub mod room_lookup;
