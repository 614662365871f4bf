//! Which workers are alive, who of them works on what, and what waits for them.
//!
//! | module | holds |
//! |---|---|
//! | [`heartbeats`] | signs of life of the workers' roles |
//! | [`lock_session`] | locks that say who works on what |
//! | [`overview`] | what operators see of the workers |
//! | [`tidy`] | forgetting what is kept for a while only |

pub mod heartbeats;
pub mod lock_session;
pub mod overview;
pub mod tidy;
