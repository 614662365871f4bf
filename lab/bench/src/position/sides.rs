//! Replica and Redis, each taken through the steps of a round.

use super::people::{LineStep, People};
use crate::{measure::Sample, process::own_cpu, redis::BenchRedis};
use admission::room::{Applied, Replica};
use anyhow::ensure;
use redis::aio::MultiplexedConnection;
use shared::{
    drops::DropMode,
    ids::VariantId,
    line::{Epoch, EventPoint, RoomEvent, TicketScore},
};
use std::time::{Duration, Instant};

const KEY: &str = "bench:waiting";
/// Commands of one pipeline, and members of one call.
const PIPELINE: usize = 1_000;

/// A round of one side: what it took, and the answers.
type Round = (Sample, Vec<Option<u64>>);

/// The subject.
pub(super) struct ReplicaSide {
    replica: Replica,
    variant_id: VariantId,
    point: EventPoint,
}

/// The baseline.
pub(super) struct RedisSide<'r> {
    redis: &'r BenchRedis,
    connection: MultiplexedConnection,
}

impl ReplicaSide {
    /// Puts everybody in.
    pub(super) fn new(people: &People) -> Self {
        let point = EventPoint { epoch: Epoch(1), evn: 0 };
        let mut replica = Replica::at(point, DropMode::Running);
        for ticket in people.all() {
            replica.insert(ticket.lane, people.variant_id, ticket.score);
        }
        Self { replica, variant_id: people.variant_id, point }
    }

    pub(super) fn round(&mut self, steps: &[LineStep]) -> anyhow::Result<Round> {
        let (mut wall, mut used, mut positions) = (Duration::ZERO, Duration::ZERO, Vec::new());
        for step in steps {
            // Made by Redis and read by the feed, for all sockets of an instance together.
            let events = [
                RoomEvent::Left { tickets: step.left.clone() },
                RoomEvent::Admitted { tickets: step.admitted.clone() },
            ];
            positions.reserve(step.asked.len());
            let (cpu, started) = (own_cpu()?, Instant::now());
            for event in &events {
                self.point.evn += 1;
                let applied = self.replica.apply(self.point, event);
                ensure!(applied == Applied::Next, "the replica did not take an event");
            }
            for TicketScore { lane, score, .. } in &step.asked {
                positions.push(self.replica.position_of(*lane, self.variant_id, *score));
            }
            wall += started.elapsed();
            used += own_cpu()?.saturating_sub(cpu);
        }
        Ok((Sample::new(positions.len(), wall, Some(used)), positions))
    }
}

impl<'r> RedisSide<'r> {
    /// Puts everybody in.
    pub(super) async fn new(redis: &'r BenchRedis, people: &People) -> anyhow::Result<Self> {
        redis.empty().await?;
        let mut connection = redis.connection();
        let all: Vec<TicketScore> = people.all().collect();
        for chunk in all.chunks(PIPELINE) {
            let mut add = redis::cmd("ZADD");
            add.arg(KEY);
            for ticket in chunk {
                add.arg(ticket.score.raw()).arg(member(ticket));
            }
            add.exec_async(&mut connection).await?;
        }
        Ok(Self { redis, connection })
    }

    pub(super) async fn round(&mut self, steps: &[LineStep]) -> anyhow::Result<Round> {
        let (cpu, started) = (self.redis.cpu()?, Instant::now());
        let mut ranks = Vec::new();
        for step in steps {
            self.remove(&step.left).await?;
            self.remove(&step.admitted).await?;
            for chunk in step.asked.chunks(PIPELINE) {
                let mut pipeline = redis::pipe();
                for ticket in chunk {
                    pipeline.cmd("ZRANK").arg(KEY).arg(member(ticket));
                }
                let answers: Vec<Option<u64>> = pipeline.query_async(&mut self.connection).await?;
                ranks.extend(answers);
            }
        }
        let (wall, used) = (started.elapsed(), self.redis.cpu()?.saturating_sub(cpu));
        Ok((Sample::new(ranks.len(), wall, Some(used)), ranks))
    }

    async fn remove(&mut self, tickets: &[TicketScore]) -> anyhow::Result<()> {
        for chunk in tickets.chunks(PIPELINE) {
            let mut remove = redis::cmd("ZREM");
            remove.arg(KEY);
            for ticket in chunk {
                remove.arg(member(ticket));
            }
            remove.exec_async(&mut self.connection).await?;
        }
        Ok(())
    }
}

fn member(ticket: &TicketScore) -> &[u8] {
    ticket.ticket_id.as_bytes()
}
