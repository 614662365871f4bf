//! `[kafka]`: where the log is, and how a client proves who it is.

use crate::text_enum;
use secrecy::SecretString;
use serde::Deserialize;
use std::num::{NonZeroU16, NonZeroU64};

/// `[kafka]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaSettings {
    /// Which broker `scripts/up` starts; services only mind whether it is the embedded one.
    pub mode: KafkaMode,
    /// Bootstrap addresses, comma separated.
    pub brokers: String,
    /// Prefix of every topic's name.
    pub topic_prefix: String,
    /// Partitions that `queue-events` and `order-commands` are created with; more are added
    /// as drops need them.
    pub partitions: NonZeroU16,
    /// Partitions of each of these two, at most: drops scheduled, open or being settled at one
    /// time. The embedded broker has [`partitions`](Self::partitions) and no more.
    pub max_partitions: NonZeroU16,
    /// Brokers that keep a copy of each record in topics that we create.
    pub replication: NonZeroU16,
    /// How long a record may take to be acknowledged, milliseconds; below the lease.
    pub delivery_timeout_ms: NonZeroU64,
    /// Whether to talk to the brokers over TLS.
    pub tls: bool,
    /// Certificates of the authorities to trust, PEM; empty for those of the system.
    pub ca_file: String,
    /// Our certificate, PEM, for brokers that ask for one; empty for none.
    pub certificate_file: String,
    /// The key of our certificate, PEM.
    pub key_file: String,
    /// How we say who we are.
    pub sasl: KafkaSasl,
    /// Whom we say we are.
    pub user: String,
    /// What proves it.
    pub password: SecretString,
}

text_enum! {
    /// Which broker the scripts start.
    KafkaMode {
        /// Apache Kafka where a JDK and its jars are at hand, else the embedded one.
        Auto = "auto",
        /// Apache Kafka, or an error.
        Kafka = "kafka",
        /// The in-memory broker of librdkafka: nothing to install, and a log that is not durable.
        Embedded = "embedded",
    }
}

text_enum! {
    /// How a client says who it is.
    KafkaSasl {
        /// Not at all, or by its certificate.
        None = "none",
        /// User and password as they are; for use over TLS only.
        Plain = "plain",
        /// A proof that it knows the password.
        ScramSha256 = "scram-sha-256",
        /// The same with a longer hash.
        ScramSha512 = "scram-sha-512",
    }
}

impl KafkaSettings {
    /// Returns how many drops can have a partition at one time. The embedded broker takes no
    /// request for more than it began with.
    #[must_use]
    pub fn partition_limit(&self) -> u16 {
        match self.mode {
            KafkaMode::Embedded => self.partitions.get(),
            KafkaMode::Auto | KafkaMode::Kafka => self.partitions.max(self.max_partitions).get(),
        }
    }
}

impl KafkaSasl {
    /// Returns Kafka's name of the mechanism; `None` without one.
    #[must_use]
    pub const fn mechanism(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Plain => Some("PLAIN"),
            Self::ScramSha256 => Some("SCRAM-SHA-256"),
            Self::ScramSha512 => Some("SCRAM-SHA-512"),
        }
    }
}
