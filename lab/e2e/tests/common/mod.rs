//! What both suites share: a crowd through a world, and faults meanwhile.
//!
//! Both use every item: one that a suite did not use would be dead code in it.

pub(crate) mod faults;
pub(crate) mod runs;
