//! Wrong variants of the worker's steps; see [`shared::mutants`]. In a release none of them does
//! anything.

use crate::{app::App, order_commands, pause_point};
use database::{
    DatabaseError,
    ordering::order_batch::{self, OrderBatch},
    selling::scheduling::LiveDrop,
};
use queue::{Admission, AdmittedTicket, Queue};
use shared::mutants::{self, Mutant, Term};

/// Forgets who was let in until Kafka has the commands.
pub(crate) async fn pop(
    queue: &Queue,
    flash_drop: &LiveDrop,
    admission: &Admission,
) -> anyhow::Result<()> {
    if mutants::is(Mutant::PopThenProduce) {
        let tickets: Vec<_> =
            admission.tickets.iter().map(|admitted| admitted.ticket.ticket_id).collect();
        queue.forget_leases(flash_drop.id, flash_drop.epoch, &tickets).await?;
        pause_point!("mutants.after_pop");
    }
    Ok(())
}

/// Produces the same commands a second time.
pub(crate) async fn produce_again(
    app: &App,
    flash_drop: &LiveDrop,
    tickets: &[AdmittedTicket],
) -> anyhow::Result<()> {
    if mutants::has(Term::ProduceTwice) {
        order_commands::send(app, flash_drop, tickets).await?;
    }
    Ok(())
}

/// Moves the offset behind the batch before anything is done.
pub(crate) async fn commit_offset_early(
    app: &App,
    batch: &OrderBatch,
) -> Result<(), DatabaseError> {
    if mutants::is(Mutant::AutoCommit) {
        order_batch::commit_offset_early(&app.pool, batch).await?;
        pause_point!("mutants.after_commit");
    }
    Ok(())
}
