//! What tests on real servers share: the one world that they run in, and parts of it.
//!
//! | module | holds |
//! |---|---|
//! | [`world`] | all services as processes, on shared servers or on those of one test |
//! | [`app`] | a small seller, operator and shopper over HTTP and WebSocket |
//! | [`room`], [`stored`] | an open room in Redis; an open drop in Postgres |
//! | [`database`](mod@database) | a migrated database of a test's own |
//! | [`redis`](mod@redis), [`kafka`] | the same for Redis and topics |
//! | [`operators`] | failovers and moved slots, where Redis is several servers |
//! | [`endpoints`](mod@endpoints) | the servers: from `./scripts/test`, or started in the background |
//! | [`device`] | a device with a key of its own |
//! | [`settings`](mod@settings) | the services' settings with the addresses and keys of a test |
//! | [`clock`], [`wait`] | a clock that tests set; conditions with a deadline; the usual of many times |
//! | `keys` | sellers and operators with API keys |
//!
//! Services are started as the binaries that were built, and never linked. Most helpers panic
//! with a clear message when the stack is away: a test could do nothing better.

pub mod app;
pub mod clock;
pub mod database;
pub mod device;
pub mod endpoints;
pub mod kafka;
pub mod operators;
pub mod redis;
pub mod room;
pub mod settings;
pub mod stored;
pub mod wait;
pub mod world;

mod keys;

pub use app::TestApp;
pub use clock::{MockClock, WrongClock};
pub use database::TestDatabase;
pub use device::TestDevice;
pub use endpoints::endpoints;
pub use kafka::TestTopics;
pub use redis::TestRedis;
pub use settings::{keyring, settings};
pub use wait::{median, wait_until};
pub use world::{Victim, World, WorldOptions};
