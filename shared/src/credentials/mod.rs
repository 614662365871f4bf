//! What proves who may do what: tickets, sessions, command MACs, API keys.
//!
//! Each purpose has a keyring of its own and is part of what is signed, so that no credential can
//! stand in for another. Comparisons take constant time.

mod api_key;
mod keyring;
mod session;
mod ticket;

pub use api_key::{ApiKey, ApiKeyHash};
pub(crate) use keyring::Purpose;
pub use keyring::{CredentialError, Keyring, Mac};
pub use session::Session;
pub use ticket::TicketClaims;
