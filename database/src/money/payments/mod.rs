//! Payments: what we want of the provider, written before we ask, and what came of it.
//!
//! | file | holds |
//! |---|---|
//! | `begin.rs` | the shopper pays: RESERVED → AUTHORIZING, with the row that asks for it |
//! | `due.rs` | rows whose call is due, each for one instance at a time |
//! | `settle.rs` | the provider's answer: the order moves on, together with the row of the next call |
//! | `rows.rs` | the payment rows that an answer closes and asks for |
//! | `pivot.rs` | the steps of a hold on its way to the money |
//!
//! The pivot is the compare-and-set of the hold to `capturing`: before it the money is let go when
//! the order ends, after it the capture is asked for until the answer is certain.

mod begin;
mod due;
mod pivot;
mod rows;
mod settle;

pub use begin::{PayOutcome, begin_authorization};
pub use due::{DuePayment, PaymentKind, claim, hint, postpone, receive_event};
pub use settle::{
    authorization_declined, authorized, capture_declined, captured, give_up, refunded,
    void_found_captured, voided,
};
