//! What to start, where, and on which ports.

use std::path::PathBuf;

use shared::config::KafkaMode;

use crate::{StackError, paths, ports};

/// Where a server comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerSource {
    /// A private process of this stack.
    Private,
    /// A running server at this address (a URL, or `host:port` for Kafka), which is left alone.
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
    /// Kafka's listener for clients.
    pub kafka: u16,
    /// Kafka's listener for its own controller.
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

/// What [`Stack::start`](crate::Stack::start) starts, and where.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Data and logs; made if missing, kept on stop.
    pub dir: PathBuf,
    /// Ports of the private servers.
    pub ports: Ports,
    /// Where Redis comes from.
    pub redis: ServerSource,
    /// Where Postgres comes from.
    pub postgres: ServerSource,
    /// Where Kafka comes from.
    pub kafka: ServerSource,
    /// Which broker a private Kafka is.
    pub kafka_mode: KafkaMode,
    /// Folder of Kafka's jars, shared by all stacks of a workspace.
    pub kafka_lib: PathBuf,
    /// Whether the private servers are closed to strangers; see [`Planes`](crate::Planes).
    pub are_closed: bool,
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
            redis: ServerSource::Private,
            postgres: ServerSource::Private,
            kafka: ServerSource::Private,
            kafka_mode: KafkaMode::Auto,
            kafka_lib: paths::sluice_dir().join("kafka").join("lib"),
            are_closed: false,
        }
    }

    /// Only the servers named: the others are [`ServerSource::Off`].
    #[must_use]
    pub fn only(mut self, redis: bool, postgres: bool, kafka: bool) -> Self {
        for (source, wanted) in
            [(&mut self.redis, redis), (&mut self.postgres, postgres), (&mut self.kafka, kafka)]
        {
            if !wanted {
                *source = ServerSource::Off;
            }
        }
        self
    }

    /// Closes the private servers to strangers. The embedded broker can't be closed, so there has to be
    /// Apache Kafka. The folder must be without data.
    #[must_use]
    pub fn closed(self) -> Self {
        Self { are_closed: true, ..self }.kafka_mode(KafkaMode::Kafka)
    }

    /// Another broker than [`KafkaMode::Auto`] chooses.
    #[must_use]
    pub fn kafka_mode(mut self, mode: KafkaMode) -> Self {
        self.kafka_mode = mode;
        self
    }
}
