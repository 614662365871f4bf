//! What workers and admission decide, without the servers that they ask: pure functions, so that each
//! rule can be tried alone.
//!
//! | module | decides |
//! |---|---|
//! | [`backlog`] | how far order commands are behind, and how many may wait |
//! | [`boundaries`] | which order commands the rebuilds of a line left out |
//! | [`chain`] | which events of a log are a drop's own chain |
//! | [`drain`] | when a drain looks at its room again |
//! | [`easing`] | how many fewer are let in while what stands behind the line is strained |
//! | [`pace`] | how a room moved lately |
//! | [`eta`], [`odds`] | how long somebody in line still waits, and whether a unit is left then |
//! | [`outlook`] | both, for one line |
//! | [`failure`] | what the gate of a site does while the line gives no answer |
//! | [`leases`] | what has to be done about a ticket past its lease |
//! | [`limit_plan`] | how far a planned change of limits has come |
//! | [`no_show`] | how many more may be let in, because some never show up |
//! | [`preview`] | what other limits would do to the times of those who wait |
//! | [`room`] | what has to be done before the events of a room can be logged |
//! | [`what_if`] | how a sale would go, with a made-up crowd |

pub mod backlog;
pub mod boundaries;
pub mod chain;
pub mod drain;
pub mod easing;
pub mod eta;
pub mod failure;
pub mod leases;
pub mod limit_plan;
pub mod no_show;
pub mod odds;
pub mod outlook;
pub mod pace;
pub mod preview;
pub mod room;
pub mod what_if;
