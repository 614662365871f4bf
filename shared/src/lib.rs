//! What every part of Sluice has in common: the words of the domain, its messages, credentials,
//! settings and telemetry. It talks to no server, database or broker.
//!
//! | module | holds |
//! |---|---|
//! | [`ids`] | a type for each kind of id |
//! | [`clock`] | the time, passed in so that a test can stand at any moment |
//! | [`line`] | the words of the line: tickets, positions, outcomes, room settings, events |
//! | [`text`] | enums with one stable text per variant |
//! | [`decide`] | what workers decide, without the servers that they ask |
//! | [`drops`] | flash drops: states, modes, limits |
//! | [`drop_message`] | what is said to those who wait, in the languages of the pages |
//! | [`site`] | the site that a drop lets people into, and where on it they may be sent |
//! | [`theme`] | colours of a seller's pages, and whether they can be read |
//! | [`lifecycle`] | the one table of ticket states and the moves between them |
//! | [`gcra`] | the rate rule of admission and order processing |
//! | [`invariants`] | the names of what must always hold |
//! | [`load_lab`] | crowds that operators may ask for, and what was found |
//! | [`messages`] | Kafka records, versioned |
//! | [`credentials`] | tickets, sessions, command MACs, API keys |
//! | [`config`] | settings: `config/default.toml`, overridden by `SLUICE_SECTION__KEY` |
//! | [`telemetry`] | logs and metric names |
//! | [`retry_budget`] | how often calls to a dependency may be repeated |
//! | [`shutdown`] | soft and hard stop |
//! | [`mod@supervise`] | tasks that go on after a panic |

pub mod clock;
pub mod config;
pub mod credentials;
pub mod decide;
pub mod drop_message;
pub mod drops;
pub mod gcra;
pub mod ids;
pub mod invariants;
pub mod lifecycle;
pub mod line;
pub mod load_lab;
pub mod messages;
pub mod retry_budget;
pub mod shutdown;
pub mod site;
pub mod supervise;
pub mod telemetry;
pub mod text;
pub mod theme;
