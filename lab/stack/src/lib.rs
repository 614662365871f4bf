//! Starts and supervises the private servers and the services that Sluice is made of.
//!
//! Redis, Postgres and Kafka run as unprivileged child processes with ports and data
//! directories of their own, so neither the system's servers nor Docker are touched or needed.
//! Every handle can be killed with `kill -9` and started again on the same data and the same
//! port, which is what the crash tests of all components stand on.
//!
//! | module | holds |
//! |---|---|
//! | [`options`] | what to start, where, on which ports; settings of existing servers |
//! | [`stack`](mod@stack) | the three servers together: start, stop, addresses |
//! | [`redis`], [`postgres`], [`kafka`] | one server each, with its traps |
//! | [`service`] | a binary of ours: environment, `/readyz`, log file |
//! | [`fleet`] | all our binaries with the settings that make them find one another |
//! | [`background`] | a stack that outlives the command that started it |
//! | [`ports`] | ports that no other test run takes meanwhile |
//! | `managed`, `process`, `spawner`, `pids` | child processes: groups, death signal, waiting |
//! | `unprivileged` | how a server that refuses root runs when we are root |
//!
//! Nothing stays behind: children are in process groups of their own (Ctrl-C reaches only the
//! supervisor, which stops them in order), and the kernel signals them if the supervisor dies.

pub mod background;
pub mod error;
pub mod fleet;
pub mod kafka;
pub mod options;
pub mod paths;
pub mod ports;
pub mod postgres;
pub mod redis;
pub mod service;
pub mod stack;

mod managed;
mod pids;
mod probe;
mod process;
mod spawner;
mod unprivileged;

pub use error::StackError;
pub use fleet::{Fleet, FleetPorts, Secrets};
pub use kafka::KafkaServer;
pub use options::{KafkaMode, Ports, Source, StackOptions};
pub use postgres::PostgresServer;
pub use redis::RedisServer;
pub use service::{Service, ServiceOptions};
pub use stack::{Endpoints, Stack};
