//! The state behind the ledger: payments, and the answers kept for idempotency keys.
//!
//! Only [`Bank::apply`] changes anything. It takes the new entries while the provider runs and the
//! whole file at a start, so both ways lead to the same state.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    error::ApiError,
    ledger::{EntryKind, LedgerEntry, StoredAnswer},
    method::PaymentMethod,
};

/// The state of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentStatus {
    /// Accepted, not decided yet.
    Pending,
    /// Held on the card.
    Authorized,
    /// Refused by the card, at the authorization or at the capture.
    Declined,
    Captured,
    /// Released before it was captured.
    Voided,
    /// Captured and given back in full.
    Refunded,
}

/// A payment as callers see it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Payment {
    /// `pay_` and a UUID.
    pub(crate) id: String,
    /// The caller's name for what is paid: Sluice sends its order id.
    pub(crate) reference: String,
    pub(crate) status: PaymentStatus,
    pub(crate) amount_minor: i64,
    /// ISO 4217 code.
    pub(crate) currency: String,
    pub(crate) payment_method: PaymentMethod,
    pub(crate) captured_minor: i64,
    pub(crate) refunded_minor: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decline_code: Option<String>,
    /// When a pending payment is authorized by itself.
    #[serde(skip)]
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Payment {
    /// Makes the entry for something that happens to this payment; its number is not set yet.
    pub(crate) fn entry(&self, kind: EntryKind, amount_minor: i64, at: Timestamp) -> LedgerEntry {
        LedgerEntry {
            seq: 0,
            at,
            kind,
            payment_id: self.id.clone(),
            reference: self.reference.clone(),
            amount_minor,
            currency: self.currency.clone(),
            payment_method: self.payment_method,
            decline_code: None,
            refund_id: None,
            due_at: None,
            answer: None,
        }
    }

    fn accepted(entry: &LedgerEntry, status: PaymentStatus) -> Self {
        Self {
            id: entry.payment_id.clone(),
            reference: entry.reference.clone(),
            status,
            amount_minor: entry.amount_minor,
            currency: entry.currency.clone(),
            payment_method: entry.payment_method,
            captured_minor: 0,
            refunded_minor: 0,
            decline_code: entry.decline_code.clone(),
            due_at: entry.due_at,
            created_at: entry.at,
            updated_at: entry.at,
        }
    }
}

/// All payments, and the answers kept for idempotency keys.
#[derive(Debug, Default)]
pub(crate) struct Bank {
    last_seq: u64,
    payments: HashMap<String, Payment>,
    by_reference: HashMap<String, Vec<String>>,
    answers: HashMap<String, StoredAnswer>,
    failed_once: HashMap<String, u64>,
}

impl Bank {
    /// Rebuilds the state from the ledger's entries.
    pub(crate) fn from_entries(entries: &[LedgerEntry]) -> Self {
        let mut bank = Self::default();
        for entry in entries {
            bank.apply(entry);
        }
        bank
    }

    /// Returns the number of the last entry, 0 if there is none.
    pub(crate) fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Applies an entry to the state.
    pub(crate) fn apply(&mut self, entry: &LedgerEntry) {
        self.last_seq = entry.seq;
        if let Some(answer) = &entry.answer {
            self.keep_answer(answer);
        }
        match entry.kind {
            EntryKind::Pending => self.open(entry, PaymentStatus::Pending),
            EntryKind::Declined => self.open(entry, PaymentStatus::Declined),
            EntryKind::Failed => {
                *self.failed_once.entry(entry.reference.clone()).or_default() += 1;
            }
            EntryKind::Authorized if !self.payments.contains_key(&entry.payment_id) => {
                self.open(entry, PaymentStatus::Authorized);
            }
            EntryKind::Authorized
            | EntryKind::Captured
            | EntryKind::CaptureDeclined
            | EntryKind::Voided
            | EntryKind::Refunded => self.change(entry),
        }
    }

    /// Keeps an answer for its key.
    pub(crate) fn keep_answer(&mut self, answer: &StoredAnswer) {
        self.answers.insert(answer.idempotency_key.clone(), answer.clone());
    }

    fn open(&mut self, entry: &LedgerEntry, status: PaymentStatus) {
        let ids = self.by_reference.entry(entry.reference.clone()).or_default();
        ids.push(entry.payment_id.clone());
        self.payments.insert(entry.payment_id.clone(), Payment::accepted(entry, status));
    }

    fn change(&mut self, entry: &LedgerEntry) {
        let Some(payment) = self.payments.get_mut(&entry.payment_id) else { return };
        payment.updated_at = entry.at;
        payment.status = match entry.kind {
            EntryKind::Captured => {
                payment.captured_minor += entry.amount_minor;
                PaymentStatus::Captured
            }
            EntryKind::Refunded => {
                payment.refunded_minor += entry.amount_minor;
                match payment.refunded_minor == payment.captured_minor {
                    true => PaymentStatus::Refunded,
                    false => PaymentStatus::Captured,
                }
            }
            EntryKind::CaptureDeclined => {
                payment.decline_code.clone_from(&entry.decline_code);
                PaymentStatus::Declined
            }
            EntryKind::Voided => PaymentStatus::Voided,
            EntryKind::Authorized => PaymentStatus::Authorized,
            EntryKind::Pending | EntryKind::Declined | EntryKind::Failed => payment.status,
        };
    }

    pub(crate) fn payment(&self, id: &str) -> Result<&Payment, ApiError> {
        self.payments.get(id).ok_or(ApiError::NotFound)
    }

    /// Returns all payments with this reference, oldest first.
    pub(crate) fn by_reference(&self, reference: &str) -> Vec<Payment> {
        let ids = self.by_reference.get(reference).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.payments.get(id)).cloned().collect()
    }

    /// Returns the late payments that are yet to be authorized, with their times.
    pub(crate) fn pending(&self) -> Vec<(String, Timestamp)> {
        let pending = self.payments.values().filter(|p| p.status == PaymentStatus::Pending);
        pending.filter_map(|p| Some((p.id.clone(), p.due_at?))).collect()
    }

    /// Returns the answer kept for this key; refuses a key that came with another request before.
    pub(crate) fn answer(
        &self,
        key: &str,
        fingerprint: &str,
    ) -> Result<Option<&StoredAnswer>, ApiError> {
        match self.answers.get(key) {
            Some(answer) if answer.fingerprint != fingerprint => Err(ApiError::KeyReused),
            answer => Ok(answer),
        }
    }

    /// Whether a request with this reference has already failed without any effect.
    pub(crate) fn has_failed(&self, reference: &str) -> bool {
        self.failed_once.contains_key(reference)
    }
}
