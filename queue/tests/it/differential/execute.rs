//! Carries a step of the model out on Redis, and puts the answer in the model's words.

use super::store::Store;
use queue::{
    AdmitBlock, AdmitRequest, AttachOutcome, EpochProblem, Extension, Follows, JoinOutcome,
    JoinRequest, LeaveOutcome, LogPosition, Queue, QueueError, RestoredEnd, RestoredInFlight,
    RestoredTicket, RoomConfig, SettleOutcome, Settlement, StockFigure, TicketPlace, TicketStatus,
};
use shared::{drops::CloseReason, ids::DropId, lifecycle::TicketState, tickets::Epoch};
use simulation::line::{
    Attach, Block, Command, Config, End, Join, Place, Position, Problem, Reply, Stock,
};
use std::time::Duration;

/// Gives the answer and, where it matters to the state, the time of Redis at which it was given.
pub(super) async fn execute(
    queue: &Queue,
    store: &mut Store,
    drop_id: DropId,
    epoch: Epoch,
    command: &Command,
) -> (i64, Reply) {
    match ask(queue, store, drop_id, epoch, command).await {
        Ok(answer) => answer,
        Err(QueueError::Epoch { problem, .. }) => (0, Reply::Refused(self::problem(problem))),
        Err(error) => panic!("{command:?}: {error:?}"),
    }
}

async fn ask(
    queue: &Queue,
    store: &mut Store,
    drop_id: DropId,
    epoch: Epoch,
    command: &Command,
) -> Result<(i64, Reply), QueueError> {
    Ok(match command {
        Command::Join(requests) => {
            let requests: Vec<_> = requests
                .iter()
                .map(|one| JoinRequest {
                    ticket_id: one.ticket_id,
                    shopper_id: one.shopper_id,
                    lane: one.lane,
                    intent: one.intent,
                })
                .collect();
            let joins = queue.join(drop_id, epoch, &requests).await?;
            let outcomes = joins.outcomes.into_iter().map(join).collect();
            (joins.at_us, Reply::Joins { evn: joins.evn, outcomes })
        }
        Command::Leave { ticket_id, score } => {
            match queue.leave(drop_id, epoch, *ticket_id, *score).await? {
                LeaveOutcome::Left { .. } => (0, Reply::Left),
                LeaveOutcome::Refused(status) => (0, Reply::NotLeft(standing(status))),
            }
        }
        Command::Attach(tickets) => {
            let answer = queue.attach(drop_id, epoch, tickets).await?;
            let outcomes = answer.outcomes.into_iter().map(attach).collect();
            (answer.at_us, Reply::Attachments { evn: answer.evn, outcomes })
        }
        Command::Admit { limit, lease_us, request } => {
            let request = AdmitRequest {
                limit: *limit as u32,
                lease: micros(*lease_us),
                request_id: *request,
                ignore_stock: false,
            };
            let answer = queue.admit(drop_id, epoch, request).await?;
            let reply = Reply::Admission {
                at_us: answer.at_us,
                evn: answer.evn,
                tickets: answer.tickets.iter().map(|one| one.ticket).collect(),
                blocked: answer.blocked_by.map(block),
                exhausted: answer.exhausted,
            };
            (answer.at_us, reply)
        }
        Command::Extend { tickets, lease_us } => {
            let lease = micros(*lease_us);
            let (mut extensions, mut others) = (Vec::new(), Vec::new());
            for (ticket_id, at) in tickets {
                match at {
                    Some(at) => {
                        let position = position(at);
                        extensions.push(Extension { ticket_id: *ticket_id, position });
                    }
                    None => others.push(*ticket_id),
                }
            }
            let n = if others.is_empty() {
                queue.extend(drop_id, epoch, &extensions, lease).await?
            } else {
                queue.reextend(drop_id, epoch, &others, lease).await?
            };
            let ids = tickets.iter().map(|(id, _)| id.to_string()).collect();
            (store.deadline_of(ids).await - lease_us, Reply::Extended(n as usize))
        }
        Command::Settle { stock, tickets } => {
            let settlements: Vec<_> = tickets
                .iter()
                .map(|(ticket_id, score, goes_on)| Settlement {
                    ticket_id: *ticket_id,
                    score: *score,
                    outcome: if *goes_on {
                        SettleOutcome::Held
                    } else {
                        SettleOutcome::Ended(TicketState::Confirmed)
                    },
                })
                .collect();
            queue.settle(drop_id, epoch, &figures(stock), &settlements).await?;
            (0, Reply::Done)
        }
        Command::Configure(config) => {
            let change = queue.configure(drop_id, epoch, &room_config(config, None)).await?;
            let (applied, changed) = (change.applied, change.changed);
            (change.at_us, Reply::Configured { applied, changed, evn: change.evn })
        }
        Command::End(reason) => (0, Reply::Ended(queue.end(drop_id, epoch, *reason).await?)),
        Command::CloseWaiting { reason, limit } => {
            let done = queue.close_waiting(drop_id, epoch, *reason, *limit as u32).await?;
            let (closed, remaining) = (done.closed as usize, done.remaining as usize);
            (0, Reply::Closed { closed, remaining })
        }
        _ => (rebuild(queue, store, drop_id, epoch, command).await?, Reply::Done),
    })
}

async fn rebuild(
    queue: &Queue,
    store: &mut Store,
    drop_id: DropId,
    epoch: Epoch,
    command: &Command,
) -> Result<i64, QueueError> {
    match command {
        Command::Begin => queue.begin(drop_id, epoch).await?,
        Command::Clear => queue.clear(drop_id, epoch).await?,
        Command::RestoreWaiting(tickets) => {
            queue.restore_waiting(drop_id, epoch, tickets).await?;
        }
        Command::RestoreFinished(tickets) => {
            let tickets: Vec<_> = tickets
                .iter()
                .map(|(ticket_id, score, end)| RestoredTicket {
                    ticket_id: *ticket_id,
                    score: *score,
                    end: match end {
                        End::Left => RestoredEnd::Left,
                        End::Closed(reason) => RestoredEnd::Closed(*reason),
                        End::Ordered => RestoredEnd::Ordered,
                    },
                })
                .collect();
            queue.restore_finished(drop_id, epoch, &tickets).await?;
        }
        Command::RestoreAdmitted { tickets, lease_us } => {
            let in_flight = |(ticket, at): &(_, Option<(Position, i64)>)| {
                let (at, admitted_at_us) = (*at)?;
                let position = position(&at);
                Some(RestoredInFlight { ticket: *ticket, admitted_at_us, position })
            };
            let in_flight: Vec<_> = tickets.iter().filter_map(in_flight).collect();
            let held: Vec<_> =
                tickets.iter().filter(|one| one.1.is_none()).map(|one| one.0).collect();
            if in_flight.is_empty() {
                queue.restore_occupied(drop_id, epoch, &held).await?;
            } else {
                let lease = micros(*lease_us);
                queue.restore_in_flight(drop_id, epoch, &in_flight, lease).await?;
            }
            let ids = in_flight.iter().map(|one| one.ticket.ticket_id.to_string()).collect();
            return Ok(store.deadline_of(ids).await - lease_us);
        }
        Command::RestoreStock(stock) => {
            queue.restore_stock(drop_id, epoch, &figures(stock)).await?;
        }
        Command::Open { config, ended, follows, grace_us } => {
            let follows = follows.map(|(point, hash)| Follows { point, hash });
            let config = room_config(config, *ended);
            queue.open(drop_id, epoch, &config, follows, micros(*grace_us)).await?;
            let header = queue.room(drop_id).await?.expect("it was opened just now");
            assert_eq!((&header.config, header.trusted), (&config, true));
            return Ok(if *grace_us > 0 {
                header.grace_until_us - grace_us
            } else {
                header.now_us
            });
        }
        other => panic!("{other:?} is no step of a rebuild"),
    }
    Ok(0)
}

fn micros(us: i64) -> Duration {
    Duration::from_micros(us as u64)
}

fn position(at: &Position) -> LogPosition {
    LogPosition { generation: at.generation, partition: at.partition, offset: at.offset }
}

fn figures(stock: &[Stock]) -> Vec<StockFigure> {
    let figure = |one: &Stock| StockFigure {
        variant_id: one.variant_id,
        version: one.version,
        available: one.available,
        reserved: one.reserved,
    };
    stock.iter().map(figure).collect()
}

fn room_config(config: &Config, ended: Option<CloseReason>) -> RoomConfig {
    RoomConfig {
        mode: config.mode,
        admission_rate_per_second: config.admission_rate_per_second,
        occupancy_cap: config.occupancy_cap,
        capacity: config.capacity,
        opens_at_us: config.opens_at_us,
        closes_at_us: config.closes_at_us,
        max_units_per_ticket: 3,
        variants: config.variants.clone(),
        message: config.message.clone(),
        ended,
        version: config.version,
    }
}

fn join(outcome: JoinOutcome) -> Join {
    match outcome {
        JoinOutcome::Joined(ticket) => Join::Joined(ticket),
        JoinOutcome::Existing(ticket, place) => {
            let place = match place {
                TicketPlace::Waiting => Place::Waiting,
                TicketPlace::InFlight { extended } => Place::InFlight { extended },
                TicketPlace::Occupied => Place::Occupied,
            };
            Join::Existing(ticket, place)
        }
        JoinOutcome::NotOpenYet { .. } => Join::NotOpenYet,
        JoinOutcome::Ended(reason) => Join::Ended(reason),
        JoinOutcome::Stopped => Join::Stopped,
        JoinOutcome::Full => Join::Full,
        JoinOutcome::Grace { .. } => Join::Grace,
    }
}

fn attach(outcome: AttachOutcome) -> Attach {
    match outcome {
        AttachOutcome::Attached => Attach::Attached,
        AttachOutcome::Known(status) => Attach::Known(standing(status)),
        AttachOutcome::Replaced(ticket) => Attach::Replaced(ticket),
        AttachOutcome::Refused(ticket) => Attach::Refused(ticket),
        AttachOutcome::Ended(reason) => Attach::Ended(reason),
        AttachOutcome::Impossible => Attach::Impossible,
    }
}

pub(super) fn standing(status: TicketStatus) -> Place {
    match status {
        TicketStatus::Waiting | TicketStatus::Missed => Place::Waiting,
        TicketStatus::InFlight { extended } => Place::InFlight { extended },
        TicketStatus::Held => Place::Occupied,
        TicketStatus::Finished => Place::Over(End::Ordered),
        TicketStatus::Closed(reason) => Place::Over(End::Closed(reason)),
        TicketStatus::Left => Place::Over(End::Left),
        TicketStatus::Unknown => Place::Unknown,
    }
}

fn block(block: AdmitBlock) -> Block {
    match block {
        AdmitBlock::Rate => Block::Rate,
        AdmitBlock::Occupancy => Block::Occupancy,
        AdmitBlock::Stock => Block::Stock,
        AdmitBlock::Paused => Block::Paused,
        AdmitBlock::Stopped => Block::Stopped,
        AdmitBlock::NotOpen => Block::NotOpen,
        AdmitBlock::Closed => Block::Closed,
        AdmitBlock::Grace => Block::Grace,
        AdmitBlock::Empty => Block::Empty,
    }
}

fn problem(problem: EpochProblem) -> Problem {
    match problem {
        EpochProblem::Missing => Problem::Missing,
        EpochProblem::Stale => Problem::Stale,
        EpochProblem::OtherServer => Problem::OtherServer,
        EpochProblem::Rebuilding => Problem::Rebuilding,
        EpochProblem::Open => Problem::Open,
    }
}
