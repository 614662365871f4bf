//! Kafka: the only crate that knows librdkafka.
//!
//! | module | holds |
//! |---|---|
//! | [`admin`] | topics, watermarks, the cluster's id |
//! | [`Producer`] | writing: idempotent, acknowledged by all replicas |
//! | [`PartitionReader`], [`RangeReader`] | reading one partition from an offset that the caller keeps |
//! | [`Record`] | what is read, with a fingerprint to recognize a log by |
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
pub use producer::{Delivery, Producer, RecordPosition};
pub use reader::{PartitionReader, RangeReader, fingerprint_before};
pub use record::{Fingerprint, Record};
pub use topics::Topics;
