//! The state behind the ledger: payments, and the answers kept for idempotency keys.
//!
//! Nothing changes but through [`Bank::apply`], which is fed with new entries while it runs and
//! with the whole file at a start, so both ways lead to the same state.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::ApiError,
    ledger::{Entry, EntryKind, StoredAnswer},
    method::PaymentMethod,
};

/// Where a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Taken in, not decided yet.
    Pending,
    /// Held on the card.
    Authorized,
    /// Not to be had, at the authorization or at the capture.
    Declined,
    /// Taken.
    Captured,
    /// Let go before it was taken.
    Voided,
    /// Taken and given back in full.
    Refunded,
}

/// One payment as callers see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payment {
    /// The provider's id.
    pub id: String,
    /// The caller's name for what is paid.
    pub reference: String,
    /// Where it is.
    pub status: PaymentStatus,
    /// The amount in minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The card.
    pub payment_method: PaymentMethod,
    /// What was taken.
    pub captured_minor: i64,
    /// What was given back of it.
    pub refunded_minor: i64,
    /// Why it was declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decline_code: Option<String>,
    /// When the pending payment is authorized by itself.
    #[serde(skip)]
    pub due_at: Option<Timestamp>,
    /// When it was taken in.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Payment {
    /// Writes the entry for something that happens to this payment; the bank numbers it.
    #[must_use]
    pub fn entry(&self, kind: EntryKind, amount_minor: i64, at: Timestamp) -> Entry {
        Entry {
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

    fn taken_in(entry: &Entry, status: PaymentStatus) -> Self {
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

/// All payments and kept answers.
#[derive(Debug, Default)]
pub struct Bank {
    last_seq: u64,
    payments: HashMap<String, Payment>,
    by_reference: HashMap<String, Vec<String>>,
    answers: HashMap<String, StoredAnswer>,
    failed_once: HashMap<String, u64>,
}

impl Bank {
    /// Rebuilds the state that the ledger's entries lead to.
    #[must_use]
    pub fn from_entries(entries: &[Entry]) -> Self {
        let mut bank = Self::default();
        for entry in entries {
            bank.apply(entry);
        }
        bank
    }

    /// Number of the last entry.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Takes an entry into the state.
    pub fn apply(&mut self, entry: &Entry) {
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

    /// Keeps the answer for its key.
    pub fn keep_answer(&mut self, answer: &StoredAnswer) {
        self.answers.insert(answer.idempotency_key.clone(), answer.clone());
    }

    fn open(&mut self, entry: &Entry, status: PaymentStatus) {
        let ids = self.by_reference.entry(entry.reference.clone()).or_default();
        ids.push(entry.payment_id.clone());
        self.payments.insert(entry.payment_id.clone(), Payment::taken_in(entry, status));
    }

    fn change(&mut self, entry: &Entry) {
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

    /// The payment of this id.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::NotFound`] when there is none.
    pub fn payment(&self, id: &str) -> Result<&Payment, ApiError> {
        self.payments.get(id).ok_or(ApiError::NotFound)
    }

    /// All payments for this reference, oldest first.
    #[must_use]
    pub fn by_reference(&self, reference: &str) -> Vec<Payment> {
        let ids = self.by_reference.get(reference).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.payments.get(id)).cloned().collect()
    }

    /// Late payments that are still to be authorized.
    #[must_use]
    pub fn pending(&self) -> Vec<(String, Timestamp)> {
        let pending = self.payments.values().filter(|p| p.status == PaymentStatus::Pending);
        pending.filter_map(|p| Some((p.id.clone(), p.due_at?))).collect()
    }

    /// The answer kept under this key.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::KeyReused`] when the key came with another request before.
    pub fn answer(&self, key: &str, fingerprint: &str) -> Result<Option<&StoredAnswer>, ApiError> {
        match self.answers.get(key) {
            Some(answer) if answer.fingerprint != fingerprint => Err(ApiError::KeyReused),
            answer => Ok(answer),
        }
    }

    /// Whether a request for this reference has failed already, before any effect.
    #[must_use]
    pub fn has_failed(&self, reference: &str) -> bool {
        self.failed_once.contains_key(reference)
    }
}
