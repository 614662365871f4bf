//! Admission to someone else's site.
//!
//! A drop whose fulfilment is `pass` sells nothing: what is let in gets a pass. That is the order of
//! its ticket, without a price. It begins as `passed`, is redeemed once (PASS-1), and takes its place
//! inside until it ends: when its time is over, as any hold does; when its visitor or the site says that
//! the visit is over; when the seller or an operator takes it back; or with the drop.
//!
//! A site may give only so many visits in all. Then its drop has a stock of them, and a pass holds one,
//! which is taken when the visit begins and free again if it never does.
//!
//! | file | holds |
//! |---|---|
//! | `find.rs` | a pass with the site that it leads to; states of many |
//! | `redeem.rs` | the one use of a pass |
//! | `end.rs` | the end of visits |
//! | `revoke.rs` | taking a pass back, with its audit row |
//! | `let_through.rs` | who comes in without a line and a pass, while the line gives no answer |
//! | `protect.rs` | a drop that stands before a site |
//! | [`aws`] | rooms whose seller counts people in by hand |
//!
//! Whoever changes a pass is the storefront itself, which has looked whose it is: the role of a
//! seller's connection may read orders, and no more.

pub mod aws;
mod end;
mod find;
mod let_through;
mod protect;
mod redeem;
mod revoke;

pub use end::end;
pub use find::{Pass, find, find_of_shopper, states};
pub use let_through::{DoorOutcome, count_let_through, let_through};
pub use protect::{NewSite, protect};
pub use redeem::{RedeemOutcome, redeem};
pub use revoke::{RevokeOutcome, revoke};
