//! The broker inside librdkafka: for trying Sluice out where Java cannot be had.
//!
//! Other processes reach it over TCP as any broker. Its log is in memory, keeps 5 MiB a
//! partition and ends with this process; it takes no requests to create topics, so whoever
//! holds it makes them here.

use std::{sync::mpsc, thread};

use rdkafka::{error::KafkaError, mocking::MockCluster};
use shared::messages::topics;

use crate::StackError;

/// The only node's id in librdkafka's numbering.
const NODE_ID: i32 = 1;

enum Request {
    CreateTopic { name: String, partitions: i32 },
    Up,
    Down,
}

type Answer = Result<(), KafkaError>;

/// A running embedded broker; it ends when this is dropped.
#[derive(Debug)]
pub struct EmbeddedBroker {
    brokers: String,
    requests: mpsc::Sender<(Request, mpsc::Sender<Answer>)>,
}

impl EmbeddedBroker {
    /// Starts a broker on a port of its own choice.
    ///
    /// # Errors
    ///
    /// Returns an error if librdkafka cannot start it.
    pub fn start() -> Result<Self, StackError> {
        let (started, start) = mpsc::channel();
        let (requests, inbox) = mpsc::channel();
        // The cluster's handle must stay on one thread.
        thread::Builder::new()
            .name("embedded-kafka".to_owned())
            .spawn(move || serve(&started, &inbox))
            .map_err(|error| failed("start", &error.to_string()))?;
        let brokers = start
            .recv()
            .map_err(|error| failed("start", &error.to_string()))?
            .map_err(|error| failed("start", &error.to_string()))?;
        Ok(Self { brokers, requests })
    }

    /// `host:port` for clients.
    pub fn brokers(&self) -> &str {
        &self.brokers
    }

    /// Makes a topic. A client that asks for an unknown topic gets one of four partitions, so
    /// ours are made before any service starts.
    ///
    /// # Errors
    ///
    /// Returns an error if the topic exists already.
    pub fn create_topic(&self, name: &str, partitions: i32) -> Result<(), StackError> {
        self.ask(Request::CreateTopic { name: name.to_owned(), partitions })
    }

    /// Makes all topics of ours under a prefix, as `broker::admin::ensure_topics` does elsewhere.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them exists already.
    pub fn create_topics(&self, prefix: &str, partitions: u16) -> Result<(), StackError> {
        let partitions = i32::from(partitions);
        for (name, partitions) in [
            (topics::QUEUE_EVENTS, partitions),
            (topics::ORDER_COMMANDS, partitions),
            (topics::ORDER_EVENTS, 4),
            (topics::DEAD_LETTERS, 1),
        ] {
            self.create_topic(&format!("{prefix}{name}"), partitions)?;
        }
        Ok(())
    }

    /// Answers clients again.
    ///
    /// # Errors
    ///
    /// Returns an error if the broker is gone.
    pub fn up(&self) -> Result<(), StackError> {
        self.ask(Request::Up)
    }

    /// Cuts all connections and answers nobody; the log stays.
    ///
    /// # Errors
    ///
    /// Returns an error if the broker is gone.
    pub fn down(&self) -> Result<(), StackError> {
        self.ask(Request::Down)
    }

    fn ask(&self, request: Request) -> Result<(), StackError> {
        let (answer, result) = mpsc::channel();
        self.requests.send((request, answer)).map_err(|error| failed("ask", &error.to_string()))?;
        result
            .recv()
            .map_err(|error| failed("ask", &error.to_string()))?
            .map_err(|error| failed("ask", &error.to_string()))
    }
}

fn serve(
    started: &mpsc::Sender<Result<String, KafkaError>>,
    inbox: &mpsc::Receiver<(Request, mpsc::Sender<Answer>)>,
) {
    let cluster = match MockCluster::new(1) {
        Ok(cluster) => cluster,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    let _ = started.send(Ok(cluster.bootstrap_servers()));
    for (request, answer) in inbox {
        let result = match request {
            Request::CreateTopic { name, partitions } => cluster.create_topic(&name, partitions, 1),
            Request::Up => cluster.broker_up(NODE_ID),
            Request::Down => cluster.broker_down(NODE_ID),
        };
        // Whoever asked may have given up; the broker goes on.
        let _ = answer.send(result);
    }
}

fn failed(what: &str, detail: &str) -> StackError {
    StackError::Command { command: format!("embedded broker: {what}"), detail: detail.to_owned() }
}
