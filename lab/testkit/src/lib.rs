//! What tests on the real stack share.
//!
//! | module | holds |
//! |---|---|
//! | [`endpoints`] | the servers: from `./scripts/test`, or started in the background |
//! | [`database`](mod@database) | a migrated database of a test's own |
//! | [`redis`](mod@redis), [`kafka`] | the same for Redis and topics |
//! | [`settings`](mod@settings) | the services' settings with the addresses of a test |
//! | [`services`] | all services as processes, with everything of their own |
//! | [`app`] | a small seller, operator and shopper over HTTP and WebSocket |
//! | [`clock`], [`wait`] | a clock that tests set; conditions with a deadline |
//!
//! Everything here panics with a clear word when the stack is away: a test has no better answer.

pub mod app;
pub mod clock;
pub mod database;
pub mod endpoints;
pub mod kafka;
pub mod redis;
pub mod services;
pub mod settings;
pub mod wait;

pub use app::TestApp;
pub use clock::MockClock;
pub use database::TestDatabase;
pub use endpoints::endpoints;
pub use kafka::TestTopics;
pub use redis::TestRedis;
pub use services::{Services, ServicesBuilder};
pub use settings::settings;
pub use wait::wait_until;
