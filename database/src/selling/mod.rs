//! What sellers offer: products, drops, and what is known of them.
//!
//! | module | holds |
//! |---|---|
//! | [`catalogue`] | sellers, products, variants |
//! | [`drops`] | flash drops: reading, creating, scheduling, limits and mode |
//! | [`numbers`] | live numbers of a drop and of the installation |
//! | [`scheduling`] | what workers look after: openings, ends, heartbeats |

pub mod catalogue;
pub mod drops;
pub mod numbers;
pub mod scheduling;
