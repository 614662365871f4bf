//! Drives a run: a crowd that behaves like people.
//!
//! [`run()`] sends thousands of shoppers through the product over real HTTP and WebSocket and
//! writes down everything they saw; what came of it is for [`check`] to judge.
//!
//! | module | holds |
//! |---|---|
//! | `options`, `cards`, `plan` | what is to happen, drawn from a seed |
//! | `run` | the run itself, from the drop to the report |
//! | `create` | a drop for the run |
//! | `client`, `backoff` | HTTP with retries, and how long to wait between them |
//! | `shopper`, `buying` | one shopper's way; `context`: what all of them share |
//! | `feed` | a ticket's frames, by `stream` or by `polled_status` |
//! | `measures`, `progress`, `report` | what came of it |

mod backoff;
mod buying;
mod cards;
mod client;
mod context;
mod create;
mod feed;
mod measures;
mod options;
mod plan;
mod polled_status;
mod progress;
mod report;
mod run;
mod shopper;
mod stream;

pub use cards::CardMix;
pub use options::{Preset, RunOptions};
pub use report::{Latency, RunReport};
pub use run::run;
