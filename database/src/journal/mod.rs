//! What must be told to others.
//!
//! | module | holds |
//! |---|---|
//! | [`outbox`] | order events and dead letters on their way to Kafka |

pub mod outbox;
