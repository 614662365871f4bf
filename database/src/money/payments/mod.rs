//! Payments: what we want of the provider, written before we ask, and what came of it.
//!
//! | file | holds |
//! |---|---|
//! | `begin/` | shoppers pay: RESERVED → AUTHORIZING, with the rows that ask for it |
//! | `callbacks.rs` | the provider says that something happened |
//! | `conclusion.rs` | what is known after a call |
//! | `due.rs` | calls that are due, each for one instance at a time |
//! | `settle/` | the provider's answers: orders move on, together with ledger and next calls |
//! | `state.rs` | what is known of a row |
//! | `to_review.rs` | a row that only a person can decide |
//!
//! The pivot is the change to CAPTURING, made only while the hold lasts: before it the money is let
//! go when the order ends, after it the capture is asked for until the answer is certain.
//!
//! A capture or void belongs to its authorization, a refund to its capture, so that the money of
//! each of an order's cards goes its own way. The calls to make have rows of their own
//! (`payment_calls`): whoever changes them has locked the payment before, except for a claim, which
//! waits for nobody.

mod begin;
mod callbacks;
mod conclusion;
mod due;
mod settle;
mod state;
mod to_review;

pub use begin::{PayOutcome, PaymentWish, begin_authorizations};
pub use callbacks::{ProviderEvent, receive_events};
pub use conclusion::{Answer, Conclusion};
pub use due::{DuePayment, PaymentKind, claim};
pub(super) use settle::conclude;
pub use settle::settle;
pub use state::PaymentState;
pub use to_review::put_to_review;
