//! The broker: Apache Kafka as one KRaft node, or the one inside librdkafka.
//!
//! | module | holds |
//! |---|---|
//! | `jars` | Java and Kafka's jars: found, or fetched once by Maven |
//! | `node` | the server process: format, configuration |
//! | [`embedded`] | the in-memory broker for machines without Java |

pub mod embedded;
mod jars;
mod node;

use std::path::Path;

use shared::config::KafkaMode;

use self::{embedded::EmbeddedBroker, node::Node};
use crate::{
    Planes, StackError, StackOptions,
    server::{ServerHandle, ServerNames},
};

const NAMES: ServerNames = ServerNames {
    name: "Kafka",
    port_key: "SLUICE_STACK_KAFKA_PORT",
    address_key: "SLUICE_KAFKA__BROKERS",
};
const CONTROLLER_PORT_KEY: &str = "SLUICE_STACK_KAFKA_CONTROLLER_PORT";

/// A broker of our own, or the address of another.
#[derive(Debug)]
pub struct KafkaServer {
    backend: Backend,
}

#[derive(Debug)]
enum Backend {
    /// With its folder, where it is a process of ours.
    Apache {
        handle: Box<ServerHandle>,
        node: Option<Box<Node>>,
    },
    Embedded(EmbeddedBroker),
}

impl KafkaServer {
    /// Names a broker that runs already.
    pub(crate) fn existing(brokers: &str) -> Self {
        let handle = Box::new(ServerHandle::existing(NAMES, brokers));
        Self { backend: Backend::Apache { handle, node: None } }
    }

    /// Prepares the broker that the mode asks for; fetches jars if needed, starts nothing yet
    /// unless it is the embedded one.
    pub(crate) async fn private(
        dir: &Path,
        options: &StackOptions,
        closed_by: Option<&Planes>,
    ) -> Result<Self, StackError> {
        if options.kafka_mode == KafkaMode::Embedded {
            return Self::embedded();
        }
        match jars::find_or_fetch(&options.kafka_lib).await {
            Ok(java) => {
                let node = Node::new(dir, options.ports, java, closed_by.cloned())?;
                let brokers = format!("127.0.0.1:{}", options.ports.kafka);
                let process = node.process(dir, &brokers);
                let handle = Box::new(ServerHandle::private(NAMES, brokers, process));
                Ok(Self { backend: Backend::Apache { handle, node: Some(Box::new(node)) } })
            }
            Err(error) if options.kafka_mode == KafkaMode::Auto => {
                tracing::warn!(%error, "falling back to the embedded broker");
                Self::embedded()
            }
            Err(error) => Err(error),
        }
    }

    fn embedded() -> Result<Self, StackError> {
        tracing::warn!(
            "KAFKA IS EMBEDDED: its log lives in this process's memory, keeps 5 MiB per partition \
             and is LOST when this process ends; install a JDK and Maven for the real broker"
        );
        Ok(Self { backend: Backend::Embedded(EmbeddedBroker::start()?) })
    }

    /// Starts it for the first time, with the log directory formatted if it is new.
    pub(crate) async fn first_start(&self, options: &StackOptions) -> Result<(), StackError> {
        let Backend::Apache { handle, node: Some(node) } = &self.backend else { return Ok(()) };
        node.format().await?;
        let ports = options.ports;
        let started = handle.first_start(ports.kafka).await;
        // The clients' port was looked at before; a busy controller port ends the server.
        let ended = matches!(started, Err(StackError::Ended { .. }));
        if ended && !crate::ports::is_free(ports.kafka_controller) {
            return Err(handle.port_busy(ports.kafka_controller, CONTROLLER_PORT_KEY));
        }
        started
    }

    /// `host:port` for clients.
    pub fn url(&self) -> &str {
        match &self.backend {
            Backend::Apache { handle, .. } => handle.url(),
            Backend::Embedded(broker) => broker.brokers(),
        }
    }

    /// Process id while it runs as a process of this stack.
    pub fn pid(&self) -> Option<u32> {
        self.handle().and_then(ServerHandle::pid)
    }

    /// The mode that [`KafkaMode::Auto`] has led to.
    pub fn mode(&self) -> KafkaMode {
        match self.backend {
            Backend::Embedded(_) => KafkaMode::Embedded,
            Backend::Apache { .. } => KafkaMode::Kafka,
        }
    }

    /// Creates our topics under a prefix if this is the embedded broker, which clients cannot ask
    /// for topics. Elsewhere `broker::admin::ensure_topics` creates them.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them exists already.
    pub fn create_embedded_topics(&self, prefix: &str, partitions: u16) -> Result<(), StackError> {
        match &self.backend {
            Backend::Apache { .. } => Ok(()),
            Backend::Embedded(broker) => broker.create_topics(prefix, partitions),
        }
    }

    /// Starts it on the data it has; returns when clients can create and use topics.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours, does not start, or does not get ready.
    pub async fn start(&self) -> Result<(), StackError> {
        match &self.backend {
            Backend::Apache { handle, .. } => handle.start().await,
            Backend::Embedded(broker) => broker.up(),
        }
    }

    /// Kills it with `kill -9`; returns when it is gone. The embedded broker only stops
    /// answering and keeps its log.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not vanish.
    pub async fn kill9(&self) -> Result<(), StackError> {
        match &self.backend {
            Backend::Apache { handle, .. } => handle.kill9().await,
            Backend::Embedded(broker) => broker.down(),
        }
    }

    /// Stops it gracefully.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not vanish.
    pub async fn stop(&self) -> Result<(), StackError> {
        match &self.backend {
            Backend::Apache { handle, .. } => handle.stop().await,
            Backend::Embedded(broker) => broker.down(),
        }
    }

    /// Stops and starts it on the same data and port.
    ///
    /// # Errors
    ///
    /// As [`stop`](Self::stop) and [`start`](Self::start).
    pub async fn restart(&self) -> Result<(), StackError> {
        self.stop().await?;
        self.start().await
    }

    /// How it ended, if it ended by itself.
    pub fn ended(&self) -> Option<String> {
        self.handle().and_then(ServerHandle::ended)
    }

    /// Whether it belongs to this stack.
    pub(crate) fn is_private(&self) -> bool {
        self.handle().is_none_or(ServerHandle::is_private)
    }

    /// The server as a process of its own, unless it is the embedded one.
    pub fn handle(&self) -> Option<&ServerHandle> {
        match &self.backend {
            Backend::Apache { handle, .. } => Some(handle.as_ref()),
            Backend::Embedded(_) => None,
        }
    }
}
