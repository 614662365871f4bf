//! Where tickets are that no replica knows, many in one call.
//!
//! Who is past waiting still polls, and at the end of a sale that is nearly everybody.

use super::batches::{BatchCall, BatchError, Batcher, CalledLine};
use shared::line::{LineState, TicketKey};
use tokio_util::sync::CancellationToken;

/// What Redis knows of tickets.
pub(crate) struct StatusBatcher(Batcher<StatusCall>);

struct StatusCall(CalledLine);

impl StatusBatcher {
    /// Starts the task that makes the calls; see [`Batcher::start`].
    pub(super) fn start(line: CalledLine, hard: CancellationToken) -> Self {
        Self(Batcher::start(StatusCall(line), hard))
    }

    /// Tells where a ticket is. Fails if too many wait or this one waits too long, or if the line
    /// is being rebuilt or does not answer.
    pub(crate) async fn of(&self, ticket: TicketKey) -> Result<LineState, BatchError> {
        self.0.ask(ticket).await
    }
}

impl BatchCall for StatusCall {
    type Question = TicketKey;
    type Answer = LineState;

    /// As many as a script takes at once: joins must not wait long for it.
    const MAX_BATCH: usize = 500;

    async fn call(&self, tickets: Vec<TicketKey>) -> Result<Vec<LineState>, BatchError> {
        let Self(line) = self;
        let states = line.queue.status(line.drop_id, line.epoch()?, &tickets).await;
        states.map_err(|error| line.failed(&error, tickets.len()))
    }
}
