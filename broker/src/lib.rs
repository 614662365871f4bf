//! Kafka: the only crate that knows librdkafka.
//!
//! | module | holds |
//! |---|---|
//! | [`admin`] | topics, watermarks, the cluster's id |
//! | [`Producer`] | writing: idempotent, acknowledged by all replicas |
//! | [`PartitionReader`] | reading one partition from an offset that the caller keeps |
//! | [`Topics`] | names under the configured prefix |

pub mod admin;
mod error;
mod producer;
mod reader;
mod record;
mod settings;
mod topics;

pub use admin::LogInfo;
pub use error::BrokerError;
pub use producer::{Delivery, Position, Producer};
pub use reader::{PartitionReader, RangeReader, fingerprint_before};
pub use record::{Fingerprint, Record};
pub use topics::Topics;
