//! Apache Kafka as one process that is broker and controller.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use nix::sys::signal::Signal;
use uuid::Uuid;

use super::jars::Java;
use crate::{
    Env, Planes, StackError,
    managed::Managed,
    options::Ports,
    private_files::make_dir,
    probe::Probe,
    process::Launch,
    server::ServerProcess,
    unprivileged::{Demotion, run_aside},
};

const READY_TIMEOUT: Duration = Duration::from_secs(180);
const STOP_GRACE: Duration = Duration::from_secs(20);
const MAIN_CLASS: &str = "kafka.Kafka";
const FORMAT_CLASS: &str = "kafka.tools.StorageTool";

/// A node's folder and how it is run.
#[derive(Debug)]
pub(super) struct Node {
    dir: PathBuf,
    ports: Ports,
    java: Java,
    demotion: Demotion,
    closed_by: Option<Planes>,
}

impl Node {
    pub(super) fn new(
        stack_dir: &Path,
        ports: Ports,
        java: Java,
        closed_by: Option<Planes>,
    ) -> Result<Self, StackError> {
        // The user `postgres` could not read the jars of a private clone; Kafka takes root.
        let demotion = Demotion::for_services();
        let dir = stack_dir.join("kafka");
        make_dir(&dir)?;
        Ok(Self { dir, ports, java, demotion, closed_by })
    }

    /// The server process, ready once clients at `brokers` are told of it.
    pub(super) fn process(&self, stack_dir: &Path, brokers: &str) -> ServerProcess {
        let launch = Launch {
            name: "kafka".to_owned(),
            program: self.java.program.clone(),
            args: java_arguments(&self.java, MAIN_CLASS, &["server.properties"]),
            env: Env::new(),
            dir: self.dir.clone(),
            log: stack_dir.join("logs").join("kafka.log"),
            lock_file: None,
            demotion: self.demotion,
            death_signal: Signal::SIGKILL, // a controlled shutdown without a supervisor may hang
        };
        ServerProcess {
            managed: Managed::new(launch, Signal::SIGTERM, STOP_GRACE),
            probe: Probe::Kafka {
                brokers: brokers.to_owned(),
                settings: self.closed_by.as_ref().map(Planes::kafka_client).unwrap_or_default(),
            },
            ready_timeout: READY_TIMEOUT,
        }
    }

    /// Writes the configuration, and formats the log directory if it is new.
    pub(super) async fn format(&self) -> Result<(), StackError> {
        let path = self.dir.join("server.properties");
        let text = properties(self.ports, self.closed_by.as_ref());
        fs::write(&path, text).map_err(StackError::file("write", &path))?;
        if self.dir.join("data").join("meta.properties").is_file() {
            return Ok(());
        }
        let _ = fs::remove_dir_all(self.dir.join("data"));
        let cluster_id = URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes());
        // One word: an id may begin with a dash, which would read as an option.
        let cluster_id = format!("--cluster-id={cluster_id}");
        let users = self.closed_by.as_ref().map(Planes::kafka_users).unwrap_or_default();
        let mut words = vec!["format", cluster_id.as_str(), "-c", "server.properties"];
        words.extend(users.iter().map(String::as_str));
        let mut line = self.demotion.prefix();
        line.push(self.java.program.clone().into());
        line.extend(java_arguments(&self.java, FORMAT_CLASS, &words).into_iter().map(Into::into));
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]).current_dir(&self.dir);
        run_aside(command).await
    }
}

fn java_arguments(java: &Java, main_class: &str, words: &[&str]) -> Vec<String> {
    let class_path = format!("{}/*", java.lib.display());
    let fixed = [
        "-Xmx512m",
        "-XX:+UseSerialGC",
        // The first compiler only: a start costs 4.6 s of CPU instead of 7.6, which counts where
        // tests start and kill many brokers.
        "-XX:TieredStopAtLevel=1",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "-cp",
        class_path.as_str(),
        main_class,
    ];
    fixed.iter().chain(words).map(|&word| word.to_owned()).collect()
}

fn properties(ports: Ports, closed_by: Option<&Planes>) -> String {
    let Ports { kafka, kafka_controller, .. } = ports;
    let (clients, controller) = match closed_by {
        None => ("PLAINTEXT", "PLAINTEXT"),
        Some(_) => ("SASL_SSL", "SSL"),
    };
    let closing = closed_by.map(Planes::kafka_properties).unwrap_or_default();
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{kafka_controller}
listeners=CLIENTS://127.0.0.1:{kafka},CONTROLLER://127.0.0.1:{kafka_controller}
advertised.listeners=CLIENTS://127.0.0.1:{kafka}
listener.security.protocol.map=CLIENTS:{clients},CONTROLLER:{controller}
inter.broker.listener.name=CLIENTS
controller.listener.names=CONTROLLER
log.dirs=data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
min.insync.replicas=1
group.initial.rebalance.delay.ms=0
# After kill -9 the controller waits for the old session to end before it lets the broker in
# again: 9 s by default.
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=250
# Each partition has two such files, sparse where the file system can: of 10 MiB each by default, which
# made the log of a test run twenty gigabytes to whoever counts or copies it.
log.index.size.max.bytes=1048576
{closing}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_the_port_that_was_asked_for() {
        let ports = Ports { kafka: 20001, kafka_controller: 20002, ..Ports::STANDARD };
        let text = properties(ports, None);
        assert!(text.contains("advertised.listeners=CLIENTS://127.0.0.1:20001\n"));
        assert!(text.contains("controller.quorum.voters=1@127.0.0.1:20002\n"));
    }
}
