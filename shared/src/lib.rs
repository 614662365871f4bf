//! What every part of Sluice has in common: the words of the domain, its messages, credentials,
//! settings and telemetry. It knows no server, no database and no broker.
//!
//! | module | holds |
//! |---|---|
//! | [`ids`] | a type for each kind of id |
//! | [`clock`] | the time, passed in so that a test can stand at any moment |
//! | [`tickets`] | queue numbers, epochs, scores, what a shopper asks for |
//! | [`drops`] | flash drops: states, modes, limits |
//! | [`lifecycle`] | the one table of ticket states and the moves between them |
//! | [`gcra`] | the rate rule of admission and order processing |
//! | [`money`] | amounts in minor units |
//! | [`invariants`] | the names of what must always hold |
//! | [`messages`] | Kafka records, versioned |
//! | [`credentials`] | tickets, sessions, command MACs, API keys |
//! | [`config`] | settings: `config/default.toml` under `SLUICE_SECTION__KEY` |
//! | [`telemetry`] | logs and metric names |
//! | [`mutants`] | wrong variants for the check to catch; in no release |
//! | [`shutdown`] | soft and hard stop |

pub mod clock;
pub mod config;
pub mod credentials;
pub mod drops;
pub mod gcra;
pub mod ids;
pub mod invariants;
pub mod lifecycle;
pub mod messages;
pub mod money;
pub mod mutants;
pub mod shutdown;
pub mod telemetry;
pub mod tickets;
