//! One request, from the decision to the durable answer.
//!
//! A decision is taken and written to the ledger's queue under one lock, so the file has the
//! order in which the bank changed; the wait for the disk, and for a hanging card, is outside.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use tokio_util::sync::CancellationToken;

use crate::{
    bank::{Bank, Payment, PaymentStatus},
    callbacks::Callbacks,
    decisions::{self, Decision, NewPayment, in_state},
    error::ApiError,
    ledger::{Entry, EntryKind, Ledger, StoredAnswer},
    settings::Settings,
};

/// The caller's idempotency key and a digest of the route and body it came with.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// The key.
    pub key: String,
    /// Digest of route and body.
    pub fingerprint: String,
}

/// The provider: its bank, its ledger and its callbacks.
#[derive(Debug)]
pub struct Provider {
    bank: Mutex<Bank>,
    ledger: Ledger,
    callbacks: Callbacks,
    hang: Duration,
    late: Duration,
    stop: CancellationToken,
}

impl Provider {
    /// Opens the ledger and rebuilds the bank from it.
    ///
    /// # Errors
    ///
    /// Returns an error when the ledger cannot be read.
    pub fn open(settings: &Settings) -> anyhow::Result<Self> {
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

    /// Takes up the late payments that a stop has left undecided.
    pub fn resume_late_payments(self: &Arc<Self>) {
        for (id, due_at) in self.lock().pending() {
            self.authorize_at(id, due_at);
        }
    }

    /// Lets hanging requests go, so that a soft stop need not wait for them.
    pub fn stop_hanging(&self) {
        self.stop.cancel();
    }

    /// Asks the card for an amount.
    ///
    /// # Errors
    ///
    /// Returns an error when the key was used for something else or the card has a bad day.
    pub async fn authorize(
        self: &Arc<Self>,
        new: NewPayment,
        idempotency: Idempotency,
    ) -> Result<(StatusCode, Value), ApiError> {
        let answer = self
            .execute(idempotency, |bank, now| Ok(decisions::authorize(bank, &new, now, self.late)))
            .await;
        for payment in self.lock().by_reference(&new.reference) {
            if let (PaymentStatus::Pending, Some(due_at)) = (payment.status, payment.due_at) {
                self.authorize_at(payment.id, due_at);
            }
        }
        answer
    }

    /// Takes an authorized amount.
    ///
    /// # Errors
    ///
    /// Returns an error when the payment is not authorized or the key was used before.
    pub async fn capture(
        &self,
        id: &str,
        idempotency: Idempotency,
    ) -> Result<(StatusCode, Value), ApiError> {
        self.execute(idempotency, |bank, now| decisions::capture(bank, id, now)).await
    }

    /// Lets an authorization go, also one that is only about to come.
    ///
    /// # Errors
    ///
    /// Returns an error when there is nothing to let go or the key was used before.
    pub async fn void(
        &self,
        id: &str,
        idempotency: Idempotency,
    ) -> Result<(StatusCode, Value), ApiError> {
        self.execute(idempotency, |bank, now| decisions::void(bank, id, now)).await
    }

    /// Gives back a captured amount or a part of it.
    ///
    /// # Errors
    ///
    /// Returns an error when that much was not captured or the key was used before.
    pub async fn refund(
        &self,
        id: &str,
        amount_minor: i64,
        idempotency: Idempotency,
    ) -> Result<(StatusCode, Value), ApiError> {
        self.execute(idempotency, |bank, now| decisions::refund(bank, id, amount_minor, now)).await
    }

    /// The payment of this id, as the disk has it.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::NotFound`] when there is none.
    pub async fn payment(&self, id: &str) -> Result<Payment, ApiError> {
        let (payment, seq) = {
            let bank = self.lock();
            (bank.payment(id)?.clone(), bank.last_seq())
        };
        self.ledger.wait_durable(seq).await;
        Ok(payment)
    }

    /// All payments for this reference, as the disk has them.
    pub async fn by_reference(&self, reference: &str) -> Vec<Payment> {
        let (payments, seq) = {
            let bank = self.lock();
            (bank.by_reference(reference), bank.last_seq())
        };
        self.ledger.wait_durable(seq).await;
        payments
    }

    /// The ledger's file, once all that has been decided so far is in it.
    pub async fn ledger_file(&self) -> PathBuf {
        let seq = self.lock().last_seq();
        self.ledger.wait_durable(seq).await;
        self.ledger.path().to_owned()
    }

    /// Answers from the kept answers, or decides, writes, waits for the disk and answers.
    async fn execute(
        &self,
        idempotency: Idempotency,
        decide: impl FnOnce(&Bank, Timestamp) -> Result<Decision, ApiError>,
    ) -> Result<(StatusCode, Value), ApiError> {
        let (answer, seq, hangs) = {
            let mut bank = self.lock();
            match bank.answer(&idempotency.key, &idempotency.fingerprint)?.cloned() {
                // The line that holds the answer may still be on its way to the disk.
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
            let _ = tokio::time::timeout(self.hang, self.stop.cancelled()).await;
        }
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
        Ok((status, answer.body))
    }

    /// Takes a decision into the bank and the ledger, together with the answer to keep.
    fn record(
        &self,
        bank: &mut Bank,
        decision: Decision,
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
            None => (StatusCode::OK, json!(payment)),
        };
        let Idempotency { key, fingerprint } = idempotency;
        let answer =
            StoredAnswer { idempotency_key: key, fingerprint, status: status.as_u16(), body };
        entry.answer = Some(answer.clone());
        bank.keep_answer(&answer);
        self.append_and_notify(&entry, &payment);
        Ok((answer, entry.seq))
    }

    fn append_and_notify(&self, entry: &Entry, payment: &Payment) {
        self.ledger.append(entry);
        self.callbacks.notify(entry, payment);
    }

    /// Authorizes a late payment when its time has come, unless it was voided meanwhile.
    fn authorize_at(self: &Arc<Self>, id: String, due_at: Timestamp) {
        let provider = Arc::clone(self);
        tokio::spawn(async move {
            let wait = Duration::try_from(SystemClock.now().duration_until(due_at));
            tokio::time::sleep(wait.unwrap_or_default()).await;
            let mut bank = provider.lock();
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

    fn lock(&self) -> MutexGuard<'_, Bank> {
        self.bank.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
