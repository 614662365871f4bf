//! Starts and supervises the private servers and the services that Sluice is made of.
//!
//! Redis, Postgres and Kafka run as unprivileged child processes with ports and data folders of
//! their own, so neither the system's servers nor Docker are touched or needed. Every handle can
//! be killed with `kill -9` and started again on the same data and port, which is what all crash
//! tests are built on.
//!
//! | module | holds |
//! |---|---|
//! | `options` | what to start, where, on which ports; addresses of existing servers |
//! | `stack`, `endpoints`, `lock` | the three servers together: start, stop; addresses; one supervisor |
//! | `redis`, `postgres`, [`kafka`] | one server each, with its traps |
//! | `postgres_password` | what Postgres is opened with |
//! | `redis_cluster`, `redis_sentinels` | several servers of Redis that belong together |
//! | `server` | what they have in common: a process of ours, or one that is left alone |
//! | `service`, `service_options` | a binary of ours: settings, `/readyz`, log file |
//! | `planes` | what closes the servers to strangers: TLS, and a login for each service |
//! | `fleet` | all our binaries with the settings that make them find one another |
//! | [`background`] | a stack that outlives the command that started it |
//! | [`ports`] | ports that no other test run takes meanwhile |
//! | `managed`, `process`, `spawner` | child processes: groups, death signal, waiting |
//! | `family`, `pids` | signals to a process and its children; what `/proc` says |
//! | `unprivileged` | how a server that refuses root runs when we are root |
//! | `private_files` | logs, data and secrets that nobody else looks into |
//! | `probe`, [`paths`], `env`, `error` | readiness, folders, settings by name, what can go wrong |
//!
//! Nothing stays behind: children are in process groups of their own (Ctrl-C reaches only the
//! supervisor, which stops them in order), and the kernel signals them if the supervisor dies.

pub mod background;
pub mod kafka;
pub mod paths;
pub mod ports;

mod endpoints;
mod env;
mod error;
mod family;
mod fleet;
mod lock;
mod managed;
mod options;
mod pids;
mod planes;
mod postgres;
mod postgres_password;
mod private_files;
mod probe;
mod process;
mod redis;
mod redis_cluster;
mod redis_sentinels;
mod server;
mod service;
mod service_options;
mod spawner;
mod stack;
mod unprivileged;

pub use endpoints::Endpoints;
pub use env::Env;
pub use error::StackError;
pub use fleet::{DemoShop, Fleet, FleetPorts, Secrets, Seed};
pub use kafka::KafkaServer;
pub use options::{Ports, ServerSource, StackOptions};
pub use planes::Planes;
pub use redis_cluster::RedisCluster;
pub use redis_sentinels::RedisSentinels;
pub use server::ServerHandle;
pub use service::Service;
pub use service_options::ServiceOptions;
pub use spawner::output_of;
pub use stack::Stack;
