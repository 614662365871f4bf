//! What proves who may do what: tickets, sessions, command MACs, API keys.
//!
//! Each purpose has a keyring of its own and is named inside what is signed, so that none can
//! stand for another. Compares take constant time.

mod api_key;
mod keyring;
mod session;
mod ticket;

pub use api_key::{ApiKey, ApiKeyHash};
pub use keyring::{CredentialError, Keyring, Mac, Purpose};
pub use session::Session;
pub use ticket::TicketClaims;
