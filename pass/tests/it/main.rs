//! The middleware before a small shop, with a Sluice of the test's own behind it.

#![expect(clippy::unwrap_used, reason = "a test has no better answer")]

mod entering;
mod key_rotation;
mod outage;
mod shop;
mod stand_in;
