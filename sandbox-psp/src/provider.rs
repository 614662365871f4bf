//! A request, from the decision to the durable answer.
//!
//! A decision is made and queued for the ledger under one lock, so the file has the order in which
//! the bank changed. The waits, for the disk and for a hanging card, are outside the lock.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::http::StatusCode;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use tokio_util::sync::CancellationToken;

use crate::{
    bank::{Bank, Payment, PaymentStatus},
    callbacks::Callbacks,
    decisions::{self, NewPayment, PaymentDecision, in_state},
    error::ApiError,
    faults,
    ledger::{EntryKind, Ledger, LedgerEntry, StoredAnswer},
    settings::Settings,
};

/// The caller's idempotency key and a digest of the route and body it came with.
#[derive(Debug, Clone)]
pub(crate) struct Idempotency {
    pub(crate) key: String,
    pub(crate) fingerprint: String,
}

/// The provider: its bank, its ledger and its callbacks.
#[derive(Debug)]
pub(crate) struct SandboxProvider {
    bank: Mutex<Bank>,
    ledger: Ledger,
    callbacks: Callbacks,
    hang: Duration,
    late: Duration,
    stop: CancellationToken,
}

impl SandboxProvider {
    /// Opens the ledger and rebuilds the bank from it.
    pub(crate) fn open(settings: &Settings) -> anyhow::Result<Self> {
        let (ledger, entries) = Ledger::open(&settings.ledger)?;
        let secret = settings.callback_secret.clone();
        Ok(Self {
            bank: Mutex::new(Bank::from_entries(&entries)),
            ledger,
            callbacks: Callbacks::new(settings.callback_url.clone(), secret)?,
            hang: settings.hang(),
            late: settings.late(),
            stop: CancellationToken::new(),
        })
    }

    /// Resumes the late payments that were pending when the provider stopped.
    pub(crate) fn resume_late_payments(self: &Arc<Self>) {
        for (id, due_at) in self.bank.lock().pending() {
            self.authorize_at(id, due_at);
        }
    }

    /// Answers hanging requests at once, so that a soft stop need not wait for them.
    pub(crate) fn stop_hanging(&self) {
        self.stop.cancel();
    }

    /// Asks the card for an amount.
    pub(crate) async fn authorize(
        self: &Arc<Self>,
        new: NewPayment,
        idempotency: Idempotency,
    ) -> Result<(StatusCode, Value), ApiError> {
        let answer = self
            .execute(idempotency, |bank, now| Ok(decisions::authorize(bank, &new, now, self.late)))
            .await;
        for payment in self.bank.lock().by_reference(&new.reference) {
            if let (PaymentStatus::Pending, Some(due_at)) = (payment.status, payment.due_at) {
                self.authorize_at(payment.id, due_at);
            }
        }
        answer
    }

    /// Takes an authorized amount.
    pub(crate) async fn capture(
        &self,
        id: &str,
        idempotency: Idempotency,
    ) -> Result<(StatusCode, Value), ApiError> {
        self.execute(idempotency, |bank, now| decisions::capture(bank, id, now)).await
    }

    /// Releases an authorization; one that is still pending never comes.
    pub(crate) async fn void(
        &self,
        id: &str,
        idempotency: Idempotency,
    ) -> Result<(StatusCode, Value), ApiError> {
        self.execute(idempotency, |bank, now| decisions::void(bank, id, now)).await
    }

    /// Gives back a captured amount or a part of it.
    pub(crate) async fn refund(
        &self,
        id: &str,
        amount_minor: i64,
        idempotency: Idempotency,
    ) -> Result<(StatusCode, Value), ApiError> {
        self.execute(idempotency, |bank, now| decisions::refund(bank, id, amount_minor, now)).await
    }

    /// Reads a payment, once its last change is on the disk.
    pub(crate) async fn payment(&self, id: &str) -> Result<Payment, ApiError> {
        let (payment, seq) = {
            let bank = self.bank.lock();
            (bank.payment(id)?.clone(), bank.last_seq())
        };
        self.ledger.wait_durable(seq).await;
        Ok(faults::told(payment))
    }

    /// Reads all payments with this reference, once their last changes are on the disk.
    pub(crate) async fn by_reference(&self, reference: &str) -> Vec<Payment> {
        let (payments, seq) = {
            let bank = self.bank.lock();
            (bank.by_reference(reference), bank.last_seq())
        };
        self.ledger.wait_durable(seq).await;
        payments.into_iter().map(faults::told).collect()
    }

    /// Returns the ledger's file, once it holds all decisions so far.
    pub(crate) async fn ledger_file(&self) -> PathBuf {
        let seq = self.bank.lock().last_seq();
        self.ledger.wait_durable(seq).await;
        self.ledger.path().to_owned()
    }

    /// Gives the answer kept for the key, or decides; either way the answer waits for the disk.
    async fn execute(
        &self,
        idempotency: Idempotency,
        decide: impl FnOnce(&Bank, Timestamp) -> Result<PaymentDecision, ApiError>,
    ) -> Result<(StatusCode, Value), ApiError> {
        let (answer, seq, hangs) = {
            let mut bank = self.bank.lock();
            match bank.answer(&idempotency.key, &idempotency.fingerprint)?.cloned() {
                // The line with this answer may still be on its way to the disk.
                Some(answer) => (answer, bank.last_seq(), false),
                None => {
                    let decision = decide(&bank, SystemClock.now())?;
                    let hangs = decision.hangs;
                    let (answer, seq) = self.record(&mut bank, decision, idempotency)?;
                    (answer, seq, hangs)
                }
            }
        };
        self.ledger.wait_durable(seq).await;
        if hangs {
            self.stop.run_until_cancelled(tokio::time::sleep(self.hang)).await;
        }
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
        Ok((status, answer.body))
    }

    /// Records a decision in the bank and the ledger, together with the answer to keep.
    fn record(
        &self,
        bank: &mut Bank,
        decision: PaymentDecision,
        idempotency: Idempotency,
    ) -> Result<(StoredAnswer, u64), ApiError> {
        let mut entry = decision.entry;
        entry.seq = bank.last_seq() + 1;
        bank.apply(&entry);
        if entry.kind == EntryKind::Failed {
            // No answer is kept: nothing happened, so the same key may try again.
            self.ledger.append(&entry);
            return Err(ApiError::BadDay);
        }
        let payment = bank.payment(&entry.payment_id)?.clone();
        let (status, body) = match decision.failure {
            Some(failure) => (failure.status_and_code().0, failure.body()),
            None => (StatusCode::OK, json!(faults::told(payment.clone()))),
        };
        let Idempotency { key, fingerprint } = idempotency;
        let answer =
            StoredAnswer { idempotency_key: key, fingerprint, status: status.as_u16(), body };
        entry.answer = Some(answer.clone());
        bank.keep_answer(&answer);
        self.append_and_notify(&entry, &payment);
        Ok((answer, entry.seq))
    }

    fn append_and_notify(&self, entry: &LedgerEntry, payment: &Payment) {
        self.ledger.append(entry);
        self.callbacks.notify(entry, payment);
    }

    /// Authorizes a late payment at its time, unless it is voided before.
    fn authorize_at(self: &Arc<Self>, id: String, due_at: Timestamp) {
        let provider = Arc::clone(self);
        tokio::spawn(async move {
            let wait = Duration::try_from(SystemClock.now().duration_until(due_at));
            tokio::time::sleep(wait.unwrap_or_default()).await;
            let mut bank = provider.bank.lock();
            let Ok(payment) = in_state(&bank, &id, &[PaymentStatus::Pending]) else { return };
            let mut entry =
                payment.entry(EntryKind::Authorized, payment.amount_minor, SystemClock.now());
            entry.seq = bank.last_seq() + 1;
            bank.apply(&entry);
            if let Ok(payment) = bank.payment(&id) {
                provider.append_and_notify(&entry, payment);
            }
        });
    }
}
