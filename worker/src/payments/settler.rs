//! Commits the answers of one drop, many in a transaction: each of them would wait for the same
//! stock row.

use crate::{app::App, causes::with_causes, line_updates::LineUpdater, pause::pause_point};
use database::{
    DatabaseError,
    money::payments::{self, Answer},
    ordering::{holds::Outcome, orders::EndedOrder},
};
use shared::{ids::DropId, lifecycle::TicketState, telemetry::CounterName};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, mpsc::Receiver},
    time::{Instant, sleep, timeout, timeout_at},
};

/// Answers of one transaction, at most, and how long they are waited for.
const TOGETHER: usize = 500;
const GATHER: Duration = Duration::from_millis(5);
/// A settler without answers for this long ends.
const IDLE: Duration = Duration::from_secs(10);
/// Pause between two tries to commit, for as long as the claims last.
const COMMIT_PAUSE: Duration = Duration::from_millis(200);
/// Why a payment was left to a person whose answer cannot be committed.
const CANNOT_BE_SETTLED: &str = "cannot_be_settled";

/// Settles the answers of one drop.
pub(super) struct Settler {
    pub(super) app: App,
    pub(super) drop_id: DropId,
    pub(super) updater: LineUpdater,
    pub(super) settled: Arc<Notify>,
}

impl Settler {
    /// Settles answers until none has come for a while, or none can come any more.
    pub(super) async fn work_until_idle(&self, answers: &mut Receiver<Answer>) {
        while let Some(batch) = gather(answers).await {
            self.settle(batch).await;
            self.settled.notify_one();
        }
    }

    /// While one answer is to blame, halves are tried, until it is alone and left to a person.
    async fn settle(&self, batch: Vec<Answer>) {
        let mut batches = vec![batch];
        while let Some(mut batch) = batches.pop() {
            match self.insist(&batch).await {
                Ok(outcome) => self.report(outcome).await,
                Err(error) if is_of_one_answer(&error) && batch.len() > 1 => {
                    batches.push(batch.split_off(batch.len() / 2));
                    batches.push(batch);
                }
                Err(error) if is_of_one_answer(&error) => self.put_to_review(&batch, error).await,
                Err(error) => {
                    let (id, n_answers, error) = (self.drop_id, batch.len(), with_causes(error));
                    tracing::error!(
                        drop.id = %id, n_answers, error,
                        "could not commit {n_answers} answers of the provider for drop {id}; \
                         asking again when their claims are over"
                    );
                }
            }
        }
    }

    /// Commits answers, again while Postgres is away: to ask again would only cost time that the
    /// holds may not have.
    async fn insist(&self, batch: &[Answer]) -> Result<Outcome, DatabaseError> {
        let deadline = Instant::now() + self.app.settings.payments.lease();
        loop {
            let settled = payments::settle(&self.app.pool, self.drop_id, batch.to_vec()).await;
            let is_away = settled.as_ref().is_err_and(DatabaseError::is_transient);
            self.app.postgres_retries.note(!is_away);
            let pause = async {
                sleep(COMMIT_PAUSE).await;
                self.app.postgres_retries.turn().await;
            };
            if !is_away || timeout_at(deadline, pause).await.is_err() {
                return settled;
            }
        }
    }

    async fn report(&self, outcome: Outcome) {
        let is_paid = |order: &&EndedOrder| order.state == TicketState::Confirmed;
        let n_paid = outcome.ended.iter().filter(is_paid).count();
        pause_point!("payments.after_commit", if n_paid > 0 { "paid" } else { "unpaid" });
        CounterName::OrdersConfirmed.get().increment(n_paid as u64);
        self.updater.ended(outcome);
    }

    async fn put_to_review(&self, batch: &[Answer], error: DatabaseError) {
        let error = with_causes(error);
        for Answer { payment_id: id, conclusion, .. } in batch {
            tracing::error!(
                payment.id = %id, error, ?conclusion,
                "the answer to payment {id} cannot be committed; a person has to look at it"
            );
            match payments::put_to_review(&self.app.pool, *id, CANNOT_BE_SETTLED).await {
                Ok(()) => CounterName::PaymentsPutToReview.get().increment(1),
                Err(error) => {
                    let error = with_causes(error);
                    tracing::error!(payment.id = %id, error, "could not put payment {id} to review");
                }
            }
        }
    }
}

/// Takes the answers that come at about the same time.
async fn gather(answers: &mut Receiver<Answer>) -> Option<Vec<Answer>> {
    let mut batch = Vec::new();
    timeout(IDLE, answers.recv_many(&mut batch, TOGETHER)).await.ok()?;
    let until = Instant::now() + GATHER;
    while !batch.is_empty() && batch.len() < TOGETHER {
        let room = TOGETHER - batch.len();
        let Ok(1..) = timeout_at(until, answers.recv_many(&mut batch, room)).await else { break };
    }
    (!batch.is_empty()).then_some(batch)
}

/// Whether an answer may be to blame for what it says. Everything else is trouble of the database.
fn is_of_one_answer(error: &DatabaseError) -> bool {
    error.blames_the_record() || matches!(error, DatabaseError::InvalidTransition(_))
}
