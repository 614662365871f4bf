//! Pure models of what the services do: `(state, event, now) → (state', effects)`, without any
//! server, clock or randomness of their own. The same seed always gives the same run.
//!
//! | module | holds |
//! |---|---|
//! | [`line`] | the waiting line as the scripts of `queue` keep it in Redis; their oracle |
//! | [`world`] | a seeded crowd around a line, with a log, rows and faults |
//! | [`check`] | the invariants, by name |
//! | [`shares`] | LANE-1: whether the lanes of a line get their shares |
//! | `rate` | the admission rate, for the model and for RATE-1 |
//!
//! It judges the product, so the line takes words and data from `shared` (ids, scores, commands,
//! events, ticket states as labels) but none of the rules that decide. The world is no judge: where
//! it stands for a worker, it calls the worker's own functions.

pub mod check;
pub mod line;
mod rate;
pub mod shares;
pub mod world;
