//! Codes that open a lane of a drop, the normal one included.
//!
//! A code is shown to its seller once; what is stored is its hash. All codes of a label are of one kind
//! and made at once, so that a label stands for them afterwards.
//!
//! | file | holds |
//! |---|---|
//! | `make.rs` | storing codes that were made |
//! | `labels.rs` | what there is of each label; revoking |
//! | `redeem.rs` | the use that a shopper makes of a code |

mod labels;
mod make;
mod redeem;

pub use labels::{CodeLabel, RevokedCodes, labels, revoke};
pub use make::{MAX_CODES_OF_DROP, MAX_LABELS_OF_DROP, MakeCodesError, NewCodes, make};
pub use redeem::redeem;
