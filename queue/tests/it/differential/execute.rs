//! Carries out a step of the model on Redis.

use super::store::Store;
use queue::{Queue, QueueError};
use shared::{
    ids::DropId,
    line::{AdmitRequest, Epoch},
};
use simulation::line::{LineCommand, LineReply};
use std::time::Duration;

/// Where a step is carried out.
pub(super) struct Target<'t> {
    pub(super) queue: &'t Queue,
    pub(super) store: &'t mut Store,
    pub(super) drop_id: DropId,
    pub(super) epoch: Epoch,
}

impl Target<'_> {
    /// Returns the answer and, where the state depends on it, the Redis time at which it was given.
    pub(super) async fn execute(&mut self, command: &LineCommand) -> (i64, LineReply) {
        match self.ask(command).await {
            Ok(answer) => answer,
            Err(QueueError::Epoch { problem, .. }) => (0, LineReply::Refused(problem)),
            Err(error) => panic!("{command:?}: {error:?}"),
        }
    }

    async fn ask(&mut self, command: &LineCommand) -> Result<(i64, LineReply), QueueError> {
        let Self { queue, drop_id, epoch, .. } = *self;
        Ok(match command {
            LineCommand::Join(requests) => {
                let joins = queue.join(drop_id, epoch, requests).await?;
                (joins.at_us, LineReply::Joined(joins))
            }
            LineCommand::Leave(ticket) => {
                (0, LineReply::Left(queue.leave(drop_id, epoch, *ticket).await?))
            }
            LineCommand::Attach(tickets) => {
                let attached = queue.attach(drop_id, epoch, tickets).await?;
                (attached.at_us, LineReply::Attached(attached))
            }
            LineCommand::Here(marks) => (queue.here(drop_id, epoch, marks).await?, LineReply::Done),
            LineCommand::Admit { limit, lease_us, request, extra } => {
                let (limit, lease, extra) = (*limit as u32, micros(*lease_us), *extra as u32);
                let request = AdmitRequest { limit, lease, request_id: *request, extra };
                let admission = queue.admit(drop_id, epoch, request).await?;
                (admission.at_us, LineReply::Admitted(admission))
            }
            LineCommand::Extend { .. } | LineCommand::Reextend { .. } => {
                self.extend(command).await?
            }
            LineCommand::Settle { stock, settlements } => {
                queue.settle(drop_id, epoch, stock, settlements).await?;
                (0, LineReply::Done)
            }
            LineCommand::Configure(config) => {
                let change = queue.configure(drop_id, epoch, config).await?;
                (change.at_us, LineReply::Configured(change))
            }
            LineCommand::End(reason) => {
                (0, LineReply::Ended(queue.end(drop_id, epoch, *reason).await?))
            }
            LineCommand::CloseWaiting { reason, limit, up_to } => {
                let limit = *limit as u32;
                let progress = match up_to {
                    Some(number) => {
                        queue.close_up_to(drop_id, epoch, *reason, *number, limit).await?
                    }
                    None => queue.close_waiting(drop_id, epoch, *reason, limit).await?,
                };
                (0, LineReply::Closed(progress))
            }
            _ => (self.rebuild(command).await?, LineReply::Done),
        })
    }

    async fn extend(&mut self, command: &LineCommand) -> Result<(i64, LineReply), QueueError> {
        let Self { queue, drop_id, epoch, .. } = *self;
        let (n, tickets, lease_us) = match command {
            LineCommand::Extend { extensions, lease_us } => {
                let n = queue.extend(drop_id, epoch, extensions, micros(*lease_us)).await?;
                (n, extensions.iter().map(|one| one.ticket_id).collect(), *lease_us)
            }
            LineCommand::Reextend { tickets, lease_us } => {
                let n = queue.reextend(drop_id, epoch, tickets, micros(*lease_us)).await?;
                (n, tickets.clone(), *lease_us)
            }
            other => panic!("{other:?} extends nothing"),
        };
        Ok((self.store.deadline_of(&tickets).await - lease_us, LineReply::Extended(n)))
    }

    async fn rebuild(&mut self, command: &LineCommand) -> Result<i64, QueueError> {
        let Self { queue, drop_id, epoch, .. } = *self;
        match command {
            LineCommand::Begin => queue.begin(drop_id, epoch).await?,
            LineCommand::Load { image, lease_us } => {
                queue.load(drop_id, epoch, image, micros(*lease_us)).await?;
                let ids: Vec<_> = image.in_flight.iter().map(|one| one.ticket.ticket_id).collect();
                return Ok(self.store.deadline_of(&ids).await - lease_us);
            }
            LineCommand::RestoreStock(stock) => {
                queue.restore_stock(drop_id, epoch, stock).await?;
            }
            LineCommand::Open { config, follows, grace_us } => {
                queue.open(drop_id, epoch, config, *follows, micros(*grace_us)).await?;
                let header = queue.room(drop_id).await?.expect("it was opened just now");
                assert_eq!((&header.config, header.trusted), (config, true));
                return Ok(if *grace_us > 0 {
                    header.grace_until_us - grace_us
                } else {
                    header.now_us
                });
            }
            other => panic!("{other:?} is not a step of a rebuild"),
        }
        Ok(0)
    }
}

fn micros(us: i64) -> Duration {
    Duration::from_micros(us as u64)
}
