//! The broker: Apache Kafka as one KRaft node, or the one inside librdkafka.
//!
//! | module | holds |
//! |---|---|
//! | [`jars`] | Java and Kafka's jars: found, or fetched once by Maven |
//! | `node` | the server process: format, configuration, start |
//! | [`embedded`] | the in-memory broker for machines without Java |

pub mod embedded;
pub mod jars;
mod node;

use std::path::Path;

use self::{embedded::EmbeddedBroker, node::Node};
use crate::{StackError, StackOptions, options::KafkaMode, probe::Probe};

const PORT_KEY: &str = "SLUICE_STACK_KAFKA_PORT";
const CONTROLLER_PORT_KEY: &str = "SLUICE_STACK_KAFKA_CONTROLLER_PORT";

/// A broker of our own, or the address of another.
#[derive(Debug)]
pub struct KafkaServer {
    brokers: String,
    backend: Backend,
}

#[derive(Debug)]
enum Backend {
    Apache(Box<Node>),
    Embedded(EmbeddedBroker),
    Existing,
}

impl KafkaServer {
    /// Names a broker that runs already.
    pub fn existing(brokers: impl Into<String>) -> Self {
        Self { brokers: brokers.into(), backend: Backend::Existing }
    }

    /// Prepares the broker that the mode asks for; fetches jars if needed, starts nothing yet
    /// unless it is the embedded one.
    pub(crate) async fn private(dir: &Path, options: &StackOptions) -> Result<Self, StackError> {
        if options.kafka_mode == KafkaMode::Embedded {
            return Self::embedded();
        }
        match jars::find_or_fetch(&options.kafka_lib).await {
            Ok(java) => {
                let node = Node::new(dir, options.ports, java)?;
                let brokers = format!("127.0.0.1:{}", options.ports.kafka);
                Ok(Self { brokers, backend: Backend::Apache(Box::new(node)) })
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
        let broker = EmbeddedBroker::start()?;
        Ok(Self { brokers: broker.brokers().to_owned(), backend: Backend::Embedded(broker) })
    }

    /// The first start: formats the log directory if it is new.
    pub(crate) async fn first_start(&self, options: &StackOptions) -> Result<(), StackError> {
        let Backend::Apache(node) = &self.backend else { return Ok(()) };
        node.format().await?;
        let ports = options.ports;
        let busy = |port, key| StackError::PortBusy { server: "Kafka", port, key };
        if !node.managed.start_when_port_is_free(ports.kafka).await? {
            return Err(busy(ports.kafka, PORT_KEY));
        }
        let started = self.wait_ready().await;
        if started.is_err() && !node.managed.is_running() {
            // The clients' port was looked at before; a busy controller port ends the server.
            if !crate::ports::is_free(ports.kafka_controller) {
                return Err(busy(ports.kafka_controller, CONTROLLER_PORT_KEY));
            }
        }
        started
    }

    /// `host:port` for clients.
    pub fn url(&self) -> &str {
        &self.brokers
    }

    /// Process id while it runs as a process.
    pub fn pid(&self) -> Option<u32> {
        match &self.backend {
            Backend::Apache(node) => node.managed.pid(),
            Backend::Embedded(_) | Backend::Existing => None,
        }
    }

    /// The mode that came out of [`KafkaMode::Auto`].
    pub fn mode(&self) -> KafkaMode {
        match self.backend {
            Backend::Embedded(_) => KafkaMode::Embedded,
            Backend::Apache(_) | Backend::Existing => KafkaMode::Kafka,
        }
    }

    /// The embedded broker, if it is that one.
    pub fn as_embedded(&self) -> Option<&EmbeddedBroker> {
        match &self.backend {
            Backend::Embedded(broker) => Some(broker),
            Backend::Apache(_) | Backend::Existing => None,
        }
    }

    /// Starts it on the data it has; returns when it answers.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours, does not start, or does not get ready.
    pub async fn start(&self) -> Result<(), StackError> {
        match &self.backend {
            Backend::Apache(node) => node.managed.start().await?,
            Backend::Embedded(broker) => broker.up()?,
            Backend::Existing => return Err(not_ours()),
        }
        self.wait_ready().await
    }

    /// Kills it with `kill -9`; returns when it is gone. The embedded broker only stops to
    /// answer and keeps its log.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not vanish.
    pub async fn kill9(&self) -> Result<(), StackError> {
        match &self.backend {
            Backend::Apache(node) => node.managed.kill9().await,
            Backend::Embedded(broker) => broker.down(),
            Backend::Existing => Err(not_ours()),
        }
    }

    /// Stops it politely.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not vanish.
    pub async fn stop(&self) -> Result<(), StackError> {
        match &self.backend {
            Backend::Apache(node) => node.managed.stop().await,
            Backend::Embedded(broker) => broker.down(),
            Backend::Existing => Err(not_ours()),
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

    /// Waits until it tells clients of itself, so that topics can be made and used.
    ///
    /// # Errors
    ///
    /// Returns an error if it ended or does not answer in time.
    pub async fn wait_ready(&self) -> Result<(), StackError> {
        let Backend::Apache(node) = &self.backend else { return Ok(()) };
        let probe = Probe::Kafka(self.brokers.clone());
        node.managed.wait_ready(node::READY_TIMEOUT, &probe).await
    }

    /// How it ended, if it ended by itself.
    pub fn ended(&self) -> Option<String> {
        match &self.backend {
            Backend::Apache(node) => node.managed.ended(),
            Backend::Embedded(_) | Backend::Existing => None,
        }
    }

    /// Whether it belongs to this stack.
    pub fn is_private(&self) -> bool {
        !matches!(self.backend, Backend::Existing)
    }
}

fn not_ours() -> StackError {
    StackError::NotOurs { server: "Kafka", key: "SLUICE_KAFKA__BROKERS" }
}
