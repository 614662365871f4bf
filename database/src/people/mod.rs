//! Who may do what, and who did what.
//!
//! | module | holds |
//! |---|---|
//! | [`api_keys`] | keys of sellers and operators |
//! | [`consoles`] | who is signed in to a console, and links that lead into one |
//! | [`sessions`] | shoppers' sessions that were ended before their time |
//! | [`members`] | keys of sellers' own sites, and the tokens of their members that were used |
//! | [`handoffs`] | one-time codes that take a place in line along to another device |
//! | [`quotas`] | how much one seller may have at a time |
//! | [`audit`] | who changed what and why |
//! | [`idempotency`] | answers given under an `Idempotency-Key` |

pub mod api_keys;
pub mod audit;
pub mod consoles;
pub mod handoffs;
pub mod idempotency;
pub mod members;
pub mod quotas;
pub mod sessions;
