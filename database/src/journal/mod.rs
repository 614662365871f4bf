//! What other systems must be told.
//!
//! | module | holds |
//! |---|---|
//! | [`outbox`] | order events and dead letters on their way to Kafka |

pub mod outbox;
