//! What some cards make of an answer. Whatever it says, what has happened stays in the bank and in
//! the ledger as it is.
//!
//! | what | which answers |
//! |---|---|
//! | a lie | each that tells of the payment |
//! | a flood, a redirect, garbage | each to its authorization; a look-up tells the truth |

use axum::{
    Json,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde_json::Value;

use crate::{bank::Payment, method::PaymentMethod};

/// Where a redirect leads.
pub(crate) const ELSEWHERE: &str = "/v1/elsewhere/payments";

/// What a lie makes of any currency: the code that ISO 4217 keeps for tests.
const OTHER_CURRENCY: &str = "XTS";
/// Bytes of white space in a flood.
const PADDING: usize = 8 * 1024 * 1024;
const GARBAGE: &str = "<!doctype html><title>We are back soon</title>";

/// Returns a payment as callers are told of it.
pub(crate) fn told(payment: Payment) -> Payment {
    match payment.payment_method {
        PaymentMethod::LieAmount => Payment { amount_minor: payment.amount_minor - 1, ..payment },
        PaymentMethod::LieCurrency => Payment { currency: OTHER_CURRENCY.to_owned(), ..payment },
        PaymentMethod::LieReference => {
            Payment { reference: format!("{}-other", payment.reference), ..payment }
        }
        _ => payment,
    }
}

/// Returns the answer to an authorization as it reaches the caller.
pub(crate) fn delivered(card: PaymentMethod, status: StatusCode, body: Value) -> Response {
    match card {
        PaymentMethod::Oversized => {
            let content_type = [(header::CONTENT_TYPE, "application/json")];
            (status, content_type, format!("{body}{}", " ".repeat(PADDING))).into_response()
        }
        // The one that keeps method and body, so that a client which follows asks for money again.
        PaymentMethod::Redirect => Redirect::temporary(ELSEWHERE).into_response(),
        PaymentMethod::Garbage => (status, Html(GARBAGE)).into_response(),
        _ => (status, Json(body)).into_response(),
    }
}
