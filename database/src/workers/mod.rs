//! Which workers are alive, and what waits for them.
//!
//! | module | holds |
//! |---|---|
//! | [`heartbeats`] | signs of life of the workers' roles |
//! | [`overview`] | what operators see of the workers |

pub mod heartbeats;
pub mod overview;
