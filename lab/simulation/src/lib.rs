//! Pure models of what the services do: `(state, event, now) → (state', effects)`, without any
//! server, clock or randomness of their own. The same seed always gives the same run.
//!
//! | module | holds |
//! |---|---|
//! | [`line`] | the waiting line as the scripts of `queue` keep it in Redis; their oracle |
//! | [`world`] | a seeded crowd around a line, with a log, rows and faults |
//! | [`check`] | the invariants, by name |

pub mod check;
pub mod line;
pub mod world;
