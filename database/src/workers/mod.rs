//! Which workers are alive, who of them works on what, and what waits for them.
//!
//! | module | holds |
//! |---|---|
//! | `clock` | the time as Postgres has it |
//! | [`heartbeats`] | signs of life of the workers' roles |
//! | [`instances`] | the processes, their roles and what each has in hand |
//! | [`lock_session`] | locks that say who works on what |
//! | [`overview`] | what operators see of the workers |
//! | [`owned_work`] | which pieces of work an instance has in hand |
//! | [`tidy`] | forgetting what is kept for a while only |

mod clock;
pub mod heartbeats;
pub mod instances;
pub mod lock_session;
pub mod overview;
pub mod owned_work;
pub mod tidy;

pub use clock::database_time;
