//! Listeners over real connections: what one client may take, and who it is.

#![expect(clippy::unwrap_used, reason = "a test has no better answer")]

mod harness;
mod leaving;
mod limits;
mod proxies;
mod slow_crowd;
