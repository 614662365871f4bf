//! The broker inside librdkafka: for trying Sluice out where Java is not available.
//!
//! Other processes reach it over TCP like any broker. Its log is in memory, keeps 5 MiB a
//! partition and ends with this process. It takes no requests to create topics or to
//! add partitions, so its owner creates all that there will be here.

use std::{sync::mpsc, thread};

use rdkafka::{error::KafkaError, mocking::MockCluster};
use shared::messages::topics;

use crate::{StackError, spawner};

/// The only node's id in librdkafka's numbering.
const NODE_ID: i32 = 1;

/// What the thread that owns the cluster is asked to do.
enum BrokerRequest {
    CreateTopic { name: String, partitions: i32 },
    Up,
    Down,
}

type Pending = (BrokerRequest, mpsc::Sender<Result<(), KafkaError>>);

/// A running embedded broker; it ends when this is dropped.
#[derive(Debug)]
pub struct EmbeddedBroker {
    brokers: String,
    requests: mpsc::Sender<Pending>,
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

    /// Creates all of our topics under a prefix, as `broker::admin::ensure_topics` does elsewhere.
    ///
    /// A client that asks for an unknown topic gets one of four partitions, so they are created
    /// before any service starts.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them exists already.
    pub fn create_topics(&self, prefix: &str, partitions: u16) -> Result<(), StackError> {
        topics::all(prefix, partitions).into_iter().try_for_each(|(name, partitions)| {
            self.ask(BrokerRequest::CreateTopic { name, partitions })
        })
    }

    /// Answers clients again.
    pub(crate) fn up(&self) -> Result<(), StackError> {
        self.ask(BrokerRequest::Up)
    }

    /// Cuts all connections and stops answering; the log stays. librdkafka closes its port and takes
    /// it again at once, and ends this process if it cannot.
    pub(crate) fn down(&self) -> Result<(), StackError> {
        spawner::while_none_begins(|| self.ask(BrokerRequest::Down))
    }

    fn ask(&self, request: BrokerRequest) -> Result<(), StackError> {
        let (answer, result) = mpsc::channel();
        self.requests.send((request, answer)).map_err(|error| failed("ask", &error.to_string()))?;
        result
            .recv()
            .map_err(|error| failed("ask", &error.to_string()))?
            .map_err(|error| failed("ask", &error.to_string()))
    }
}

fn serve(started: &mpsc::Sender<Result<String, KafkaError>>, inbox: &mpsc::Receiver<Pending>) {
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
            BrokerRequest::CreateTopic { name, partitions } => {
                cluster.create_topic(&name, partitions, 1)
            }
            BrokerRequest::Up => cluster.broker_up(NODE_ID),
            BrokerRequest::Down => cluster.broker_down(NODE_ID),
        };
        // The caller may have given up; the broker goes on.
        let _ = answer.send(result);
    }
}

fn failed(what: &str, detail: &str) -> StackError {
    StackError::Command { command: format!("embedded broker: {what}"), detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unprivileged;
    use std::{
        process::Command,
        sync::atomic::{AtomicBool, Ordering},
    };

    #[test]
    fn a_broker_goes_down_while_children_begin_and_keeps_its_port() {
        let broker = EmbeddedBroker::start().unwrap();
        let is_over = AtomicBool::new(false);
        let outcomes: Vec<_> = thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    spawner::spawn(Command::new("true")).unwrap().wait().unwrap();
                    unprivileged::run(&mut Command::new("true")).unwrap();
                }
            });
            let outcomes = (0..100).map(|_| broker.down().and_then(|()| broker.up())).collect();
            is_over.store(true, Ordering::Relaxed);
            outcomes
        });
        outcomes.into_iter().for_each(Result::unwrap);
    }
}
