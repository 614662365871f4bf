//! Drives a run: a crowd that behaves like people.
//!
//! [`run()`] sends thousands of shoppers through the product over real HTTP and WebSocket and
//! writes down everything they saw; what came of it is for [`check`] to judge. Its report also says
//! what the stack used during the run, and [`compare()`] shows two reports side by side. Crowds with
//! habits of their own have names, which [`presets()`] lists. [`run_agent()`] sends those that operators
//! ask for in their console.
//!
//! | module | holds |
//! |---|---|
//! | `preset`, `shape`, `habits` | crowds with a name, and what they do |
//! | `options`, `cards`, `plan` | what is to happen, drawn from a seed |
//! | `run`, `drop_run` | the run itself, and each of its drops from its opening to the report |
//! | `create` | a drop for the run, or many for another |
//! | `client`, `backoff` | HTTP with retries, and how long to wait between them |
//! | `shopper`, `joining` | one shopper's way; `context`: what all of them share |
//! | `reloading`, `tabs` | what some do while they wait |
//! | `buying`, `visiting` | what follows the admission to a drop, and to a site; `choosing`: for how many units |
//! | `feed`, `polling` | a ticket's frames, by `stream` or by `polled_status` |
//! | `measures`, `progress`, `report` | what came of it; `sales`, `plot`: how fast it sold |
//! | `cost` | CPU and calls of the stack, in all and per sold order |
//! | `figures`, `compare` | two reports side by side |
//! | `agent` | crowds that operators ask for; `watch`: how far a run is |

mod agent;
mod backoff;
mod buying;
mod cards;
mod choosing;
mod client;
mod compare;
mod context;
mod cost;
mod create;
mod drop_run;
mod feed;
mod figures;
mod habits;
mod joining;
mod measures;
mod options;
mod plan;
mod plot;
mod polled_status;
mod polling;
mod preset;
mod progress;
mod reloading;
mod report;
mod run;
mod sales;
mod shape;
mod shopper;
mod stream;
mod tabs;
mod visiting;
mod watch;

pub use agent::{AgentOptions, run_agent, work_once};
pub use cards::CardMix;
pub use compare::{CompareOptions, ComparedFigure, RunComparison, compare};
pub use cost::{CostFigure, CostMeter, CountedCalls, RunCosts, ServerAddresses};
pub use create::{CreatedDrop, create_drops};
pub use habits::HabitOptions;
pub use options::RunOptions;
pub use preset::{Preset, presets};
pub use report::{Latency, RunReport};
pub use run::{run, run_all};
pub use sales::SalesPace;
pub use shape::Arrivals;
