//! Drives a run: a crowd that behaves like people.
//!
//! [`run()`] sends thousands of shoppers through the product over real HTTP and WebSocket and
//! writes down everything they saw; what came of it is for [`check`] to judge. Its report also says
//! what the stack used during the run, and [`compare()`] shows two reports side by side.
//!
//! | module | holds |
//! |---|---|
//! | `options`, `cards`, `plan` | what is to happen, drawn from a seed |
//! | `run` | the run itself, from the drop to the report |
//! | `create` | a drop for the run, or many for another |
//! | `client`, `backoff` | HTTP with retries, and how long to wait between them |
//! | `shopper`, `buying` | one shopper's way; `context`: what all of them share |
//! | `feed` | a ticket's frames, by `stream` or by `polled_status` |
//! | `measures`, `progress`, `report` | what came of it; `sales`, `plot`: how fast it sold |
//! | `cost` | CPU and calls of the stack, in all and per sold order |
//! | `figures`, `compare` | two reports side by side |

mod backoff;
mod buying;
mod cards;
mod client;
mod compare;
mod context;
mod cost;
mod create;
mod feed;
mod figures;
mod measures;
mod options;
mod plan;
mod plot;
mod polled_status;
mod progress;
mod report;
mod run;
mod sales;
mod shopper;
mod stream;

pub use cards::CardMix;
pub use compare::{CompareOptions, ComparedFigure, RunComparison, compare};
pub use cost::{CostFigure, CostMeter, CountedCalls, RunCosts, ServerAddresses};
pub use create::{CreatedDrop, create_drops};
pub use options::{Preset, RunOptions};
pub use report::{Latency, RunReport};
pub use run::run;
pub use sales::SalesPace;
