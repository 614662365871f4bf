//! Kafka: the only crate that knows librdkafka.
//!
//! | module | holds |
//! |---|---|
//! | [`admin`] | topics and their partitions: created, added |
//! | [`LogInfo`] | ends of logs, the cluster's id, partitions without a leader |
//! | [`Producer`] | writing: idempotent, acknowledged by all replicas |
//! | [`LogConsumer`] | one for all partitions that a process reads |
//! | [`PartitionReader`], [`RangeReader`] | reading one partition from an offset that the caller keeps |
//! | [`RangeConsumers`] | consumers for ranges, used again and again |
//! | [`Record`] | what is read, with a fingerprint to recognize a log by |
//! | [`Topics`] | names under the configured prefix |

pub mod admin;
mod asked_client;
mod consumer;
mod error;
mod log_info;
mod patience;
mod producer;
mod ranges;
mod reader;
mod record;
mod settings;
mod topics;

pub use consumer::LogConsumer;
pub use error::BrokerError;
pub use log_info::LogInfo;
pub use producer::{Delivery, Producer, RecordPosition};
pub use ranges::RangeConsumers;
pub use reader::{PartitionReader, RangeReader, fingerprint_before};
pub use record::{Fingerprint, Record};
pub use topics::Topics;
