//! What a request leads to, decided from the bank's state and the card alone.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    bank::{Bank, Payment, PaymentStatus},
    error::ApiError,
    ledger::{EntryKind, LedgerEntry},
    method::PaymentMethod,
};

/// What an authorization asks for, checked.
#[derive(Debug, Clone)]
pub(crate) struct NewPayment {
    pub(crate) reference: String,
    /// Above zero.
    pub(crate) amount_minor: i64,
    /// ISO 4217 code.
    pub(crate) currency: String,
    pub(crate) payment_method: PaymentMethod,
}

/// What was decided: the line to write, and how the caller learns of it.
pub(crate) struct PaymentDecision {
    pub(crate) entry: LedgerEntry,
    /// Answered although the entry took effect.
    pub(crate) failure: Option<ApiError>,
    /// Whether the answer is held back.
    pub(crate) hangs: bool,
}

/// Decides an authorization by its card.
pub(crate) fn authorize(
    bank: &Bank,
    new: &NewPayment,
    now: Timestamp,
    late: Duration,
) -> PaymentDecision {
    let payment = Payment {
        id: format!("pay_{}", Uuid::now_v7().simple()),
        reference: new.reference.clone(),
        status: PaymentStatus::Pending,
        amount_minor: new.amount_minor,
        currency: new.currency.clone(),
        payment_method: new.payment_method,
        captured_minor: 0,
        refunded_minor: 0,
        decline_code: None,
        due_at: None,
        created_at: now,
        updated_at: now,
    };
    let fails_before =
        new.payment_method == PaymentMethod::FailBefore && !bank.has_failed(&new.reference);
    let kind = match new.payment_method {
        PaymentMethod::Decline => EntryKind::Declined,
        PaymentMethod::Late => EntryKind::Pending,
        PaymentMethod::FailBefore if fails_before => EntryKind::Failed,
        _ => EntryKind::Authorized,
    };
    let mut entry = payment.entry(kind, new.amount_minor, now);
    entry.decline_code = (kind == EntryKind::Declined).then(|| "card_declined".to_owned());
    entry.due_at = (kind == EntryKind::Pending).then(|| now + late);
    let fails_after = new.payment_method == PaymentMethod::FailAfter;
    PaymentDecision {
        entry,
        failure: fails_after.then_some(ApiError::BadDay),
        hangs: new.payment_method == PaymentMethod::Hang,
    }
}

/// Decides a capture of the whole amount; the card may decline it.
pub(crate) fn capture(bank: &Bank, id: &str, now: Timestamp) -> Result<PaymentDecision, ApiError> {
    let payment = in_state(bank, id, &[PaymentStatus::Authorized])?;
    let declines = payment.payment_method == PaymentMethod::CaptureDecline;
    let kind = if declines { EntryKind::CaptureDeclined } else { EntryKind::Captured };
    let mut entry = payment.entry(kind, payment.amount_minor, now);
    entry.decline_code = declines.then(|| "capture_declined".to_owned());
    let hangs = payment.payment_method == PaymentMethod::CaptureHang;
    Ok(PaymentDecision { entry, failure: None, hangs })
}

/// Decides a void; an authorization that is still pending can be voided too.
pub(crate) fn void(bank: &Bank, id: &str, now: Timestamp) -> Result<PaymentDecision, ApiError> {
    let payment = in_state(bank, id, &[PaymentStatus::Authorized, PaymentStatus::Pending])?;
    let entry = payment.entry(EntryKind::Voided, payment.amount_minor, now);
    Ok(PaymentDecision { entry, failure: None, hangs: false })
}

/// Decides a refund of what is left of the capture, or of a part of it.
pub(crate) fn refund(
    bank: &Bank,
    id: &str,
    amount_minor: i64,
    now: Timestamp,
) -> Result<PaymentDecision, ApiError> {
    let payment = in_state(bank, id, &[PaymentStatus::Captured])?;
    if amount_minor > payment.captured_minor - payment.refunded_minor {
        return Err(ApiError::RefundExceedsCapture);
    }
    let mut entry = payment.entry(EntryKind::Refunded, amount_minor, now);
    entry.refund_id = Some(format!("ref_{}", Uuid::now_v7().simple()));
    Ok(PaymentDecision { entry, failure: None, hangs: false })
}

/// Returns the payment if it is in one of these states.
pub(crate) fn in_state<'a>(
    bank: &'a Bank,
    id: &str,
    states: &[PaymentStatus],
) -> Result<&'a Payment, ApiError> {
    let payment = bank.payment(id)?;
    if states.contains(&payment.status) {
        return Ok(payment);
    }
    Err(ApiError::WrongState(match payment.status {
        PaymentStatus::Pending => "pending",
        PaymentStatus::Authorized => "authorized",
        PaymentStatus::Declined => "declined",
        PaymentStatus::Captured => "captured",
        PaymentStatus::Voided => "voided",
        PaymentStatus::Refunded => "refunded",
    }))
}
