//! What to start, where, and on which ports.

use std::path::PathBuf;

use crate::{StackError, paths, ports};

/// Which broker stands behind `kafka`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KafkaMode {
    /// Apache Kafka where a JDK and the jars are at hand, else the embedded broker.
    Auto,
    /// Apache Kafka or an error.
    Kafka,
    /// The in-memory broker inside librdkafka: nothing to install, and a log that is **not durable**.
    Embedded,
}

impl KafkaMode {
    /// The word that stands for it in `SLUICE_KAFKA__MODE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Kafka => "kafka",
            Self::Embedded => "embedded",
        }
    }
}

impl std::str::FromStr for KafkaMode {
    type Err = StackError;

    fn from_str(word: &str) -> Result<Self, StackError> {
        match word {
            "auto" => Ok(Self::Auto),
            "kafka" => Ok(Self::Kafka),
            "embedded" => Ok(Self::Embedded),
            _ => Err(StackError::Setting {
                key: "SLUICE_KAFKA__MODE",
                value: word.to_owned(),
                expected: "expected auto, kafka or embedded",
            }),
        }
    }
}

/// Where a server comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A private process of this stack.
    Private,
    /// A running server at this address (URL, or `host:port` for Kafka); left alone.
    Existing(String),
    /// Not needed.
    Off,
}

/// Ports of the servers, all on 127.0.0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// Redis.
    pub redis: u16,
    /// Postgres.
    pub postgres: u16,
    /// Kafka's clients.
    pub kafka: u16,
    /// Kafka's own controller.
    pub kafka_controller: u16,
}

impl Ports {
    /// The ports of `./scripts/up`.
    pub const STANDARD: Self =
        Self { redis: 16379, postgres: 15432, kafka: 19092, kafka_controller: 19093 };

    /// Ports that nobody else uses, kept for this process until it ends.
    ///
    /// # Errors
    ///
    /// Returns an error if no free port was found.
    pub fn free() -> Result<Self, StackError> {
        Ok(Self {
            redis: ports::reserve()?,
            postgres: ports::reserve()?,
            kafka: ports::reserve()?,
            kafka_controller: ports::reserve()?,
        })
    }
}

/// Everything [`Stack::start`](crate::Stack::start) wants to know.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Data and logs; made if missing, kept on stop.
    pub dir: PathBuf,
    /// Ports of the private servers.
    pub ports: Ports,
    /// Where Redis comes from.
    pub redis: Source,
    /// Where Postgres comes from.
    pub postgres: Source,
    /// Where Kafka comes from.
    pub kafka: Source,
    /// Which broker a private Kafka is.
    pub kafka_mode: KafkaMode,
    /// Folder of Kafka's jars, shared by all stacks of a workspace.
    pub kafka_lib: PathBuf,
}

impl StackOptions {
    /// All three servers, private, in `dir`, on free ports.
    ///
    /// # Errors
    ///
    /// Returns an error if no free port was found.
    pub fn on_free_ports(dir: impl Into<PathBuf>) -> Result<Self, StackError> {
        Ok(Self::new(dir, Ports::free()?))
    }

    /// All three servers, private, in `dir`, on the given ports.
    pub fn new(dir: impl Into<PathBuf>, ports: Ports) -> Self {
        Self {
            dir: dir.into(),
            ports,
            redis: Source::Private,
            postgres: Source::Private,
            kafka: Source::Private,
            kafka_mode: KafkaMode::Auto,
            kafka_lib: paths::sluice_dir().join("kafka").join("lib"),
        }
    }

    /// Only the servers named: the others are [`Source::Off`].
    #[must_use]
    pub fn only(mut self, redis: bool, postgres: bool, kafka: bool) -> Self {
        for (source, wanted) in
            [(&mut self.redis, redis), (&mut self.postgres, postgres), (&mut self.kafka, kafka)]
        {
            if !wanted {
                *source = Source::Off;
            }
        }
        self
    }

    /// The broker mode.
    #[must_use]
    pub fn kafka_mode(mut self, mode: KafkaMode) -> Self {
        self.kafka_mode = mode;
        self
    }
}
