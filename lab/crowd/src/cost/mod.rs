//! What a run costs: CPU of each service, and the calls that Redis and Postgres answered.
//!
//! | module | holds |
//! |---|---|
//! | `meter` | measures from the start of a run to its end |
//! | `servers`, `services` | the services of a stack, and how their processes are recognized |
//! | `watch`, `ticks` | their CPU, sampled while the run lasts |
//! | `processes`, `machine`, `ports` | what `/proc` says |
//! | `redis_calls`, `postgres_calls` | the servers' own counters |
//! | `costs`, `figure` | what came of it |

mod costs;
mod figure;
mod machine;
mod meter;
mod ports;
mod postgres_calls;
mod processes;
mod redis_calls;
mod servers;
mod services;
mod ticks;
mod watch;

pub use costs::RunCosts;
pub(crate) use figure::text;
pub use figure::{CostFigure, CountedCalls};
pub use meter::CostMeter;
pub use servers::ServerAddresses;
