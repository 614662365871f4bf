//! The load lab: a crowd that behaves like people, and a check that trusts nobody.
//!
//! [`run`] sends thousands of shoppers through the product over real HTTP and WebSocket and
//! writes down all they saw. [`check`] reads that history, the database, the topics and the
//! provider's ledger, and says of every invariant whether it held. Neither asks a service how
//! it did.
//!
//! | module | holds |
//! |---|---|
//! | [`history`] | what shoppers saw, one JSON line each |
//! | [`faults`] | when something was broken on purpose |
//! | [`mod@run`] | the crowd: plans, shoppers, streams, measures |
//! | [`mod@check`] | evidence, and one rule per invariant |

pub mod check;
pub mod faults;
pub mod history;
pub mod run;

pub use check::{CheckOptions, CheckReport, check};
pub use run::{RunOptions, RunReport, run};
