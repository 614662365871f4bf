//! Payments that only a person can decide.
//!
//! | file | holds |
//! |---|---|
//! | `cases.rs` | what waits for a person |
//! | `expire.rs` | payments that have been unknown for too long |
//! | `resolve.rs` | the person's decision, audited |

mod cases;
mod expire;
mod resolve;

pub use cases::{ReviewCase, list, n_open};
pub use expire::expire_unknown;
pub use resolve::{Resolved, ReviewVerdict, resolve};
