//! What proves who may do what: tickets, sessions, lane grants, command MACs, API keys, a seller's
//! word for its members, a visitor's pass for somebody else's site.
//!
//! | module | holds |
//! |---|---|
//! | `keyring` | keys that sign and verify what our own servers read |
//! | `pass` | keys that sign what others verify: passes |
//! | `aws` | the key of the adapter for the retired waiting room |
//! | `key_list` | how keys are written and rotated |
//! | `jwt` | tokens that others make or verify |
//! | `ticket` | a place in line, enough to put it back |
//! | `session`, `ended_sessions` | who is asking, and whose word is not taken any more |
//! | `drop_code`, `lane_grant` | what opens a lane of a drop, and what it is redeemed for |
//! | `handoff` | what takes a place in line along to another device |
//! | `proof` | work that a guest has done |
//! | `key_thumbprint`, `possession`, `used_proofs` | a device's own key, and proofs that somebody has it |
//! | `join_token` | what a seller's own site says of a member |
//! | `api_key` | keys of sellers and operators |
//!
//! The purpose is part of what is signed, so that no credential can stand in for another. Each has
//! a keyring of its own but for three that live for minutes and have that of sessions: the lane
//! grant, which goes the way of the session, from the storefront to the admission service, the
//! handoff code, and the proof, which is only good for a session. Comparisons take constant time.

mod api_key;
mod aws;
mod drop_code;
mod ended_sessions;
mod error;
mod handoff;
mod join_token;
mod jwt;
mod key_list;
mod key_thumbprint;
mod keyring;
mod lane_grant;
mod pass;
mod possession;
mod proof;
mod session;
mod ticket;
mod used_proofs;

pub use api_key::{ApiKey, ApiKeyHash};
pub use aws::{AwsClaims, AwsKey, AwsTokenUse, SigningError};
pub use drop_code::{DropCode, DropCodeHash};
pub use ended_sessions::EndedSessions;
pub use error::CredentialError;
pub use handoff::HandoffCode;
pub use join_token::{JOIN_KEY_LENGTH, JoinToken, UnverifiedJoinToken};
pub use key_thumbprint::KeyThumbprint;
pub(crate) use keyring::Purpose;
pub use keyring::{Keyring, Mac};
pub use lane_grant::LaneGrant;
pub use pass::{EntryReason, PassClaims, PassError, PassKeys, PassPurpose};
pub use possession::{AskedRequest, ProvenPossession, UnverifiedPossession};
pub use proof::{MAX_PROOF, ProofChallenge, SolvedProof};
pub use session::{Session, SessionTimes};
pub use ticket::TicketClaims;
pub use used_proofs::UsedProofs;
