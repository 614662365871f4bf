//! What both suites share: a crowd through a world, faults meanwhile, and an intruder.
//!
//! Both use every item: one that a suite did not use would be dead code in it.

pub(crate) mod faults;
pub(crate) mod intruder;
pub(crate) mod runs;
