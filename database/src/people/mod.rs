//! Who may do what, and who did what.
//!
//! | module | holds |
//! |---|---|
//! | [`api_keys`] | keys of sellers and operators |
//! | [`audit`] | who changed what and why |
//! | [`idempotency`] | answers given under an `Idempotency-Key` |

pub mod api_keys;
pub mod audit;
pub mod idempotency;
