//! The whole system as its users meet it: real servers, real services, a crowd, and faults.
//!
//! | module | holds |
//! |---|---|
//! | [`world`] | private servers and all services, with any number of instances |
//! | [`faults`] | who is killed when, written down for the check |
//! | [`runs`] | a crowd through a world, and the verdict |

pub mod faults;
pub mod runs;
pub mod world;

pub use runs::{Crowd, Outcome};
pub use world::{World, WorldOptions};
