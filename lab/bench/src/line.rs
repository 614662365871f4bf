//! A line in Redis without services around it, filled as admission fills it.

use crate::redis::BenchRedis;
use anyhow::Context as _;
use queue::{MAX_JOIN_BATCH, Queue};
use shared::{
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{EventPoint, Intent, JoinOutcome, JoinReply, JoinRequest, JoinedTicket, Lane},
};
use testkit::room::TestRoom;

/// More than any line of these benchmarks has.
const MANY: u32 = 4_000_000;

/// An open room that everybody can join, and whoever is asked for is let in.
pub(crate) struct BenchLine {
    room: TestRoom,
}

impl BenchLine {
    /// Opens it in a database of its own.
    pub(crate) async fn open(redis: &BenchRedis) -> Self {
        let mut room = TestRoom::on(redis.database().await).await;
        room.config.capacity = MANY;
        room.config.occupancy_cap = MANY;
        room.begin(TestRoom::EPOCH, MANY).await;
        Self { room }
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.room.queue
    }

    pub(crate) fn drop_id(&self) -> DropId {
        self.room.drop_id
    }

    /// Lets so many new shoppers join in one call.
    pub(crate) async fn join(&self, n: usize) -> anyhow::Result<JoinReply> {
        let requests = requests(self.room.variant_id, n);
        Ok(self.room.queue.join(self.room.drop_id, TestRoom::EPOCH, &requests).await?)
    }

    /// Lets so many new shoppers join, with the largest batches there are. Events go as they come,
    /// as if the log had them.
    pub(crate) async fn fill(&self, n: usize) -> anyhow::Result<()> {
        let mut left = n;
        while left > 0 {
            let reply = self.join(left.min(MAX_JOIN_BATCH)).await?;
            self.forget_events(reply.evn).await?;
            left -= left.min(MAX_JOIN_BATCH);
        }
        Ok(())
    }

    /// Lets in so many of those who are first.
    pub(crate) async fn admit(&self, n: u32) -> anyhow::Result<usize> {
        let request = testkit::room::admit_request(n);
        let admission = self.room.queue.admit(self.room.drop_id, TestRoom::EPOCH, request).await?;
        Ok(admission.tickets.len())
    }

    /// Deletes events up to this one, as the log does once it has them.
    pub(crate) async fn forget_events(&self, evn: u64) -> anyhow::Result<()> {
        let through = EventPoint { epoch: TestRoom::EPOCH, evn };
        self.room.queue.trim_events(self.room.drop_id, through).await?;
        Ok(())
    }
}

/// The requests of so many new shoppers, for a unit each.
pub(crate) fn requests(variant_id: VariantId, n: usize) -> Vec<JoinRequest> {
    let request = |_| JoinRequest {
        ticket_id: TicketId::generate(),
        shopper_id: ShopperId::generate(),
        lane: Lane(0),
        intent: Intent { variant_id, units: 1 },
    };
    (0..n).map(request).collect()
}

/// The tickets of shoppers who all joined.
pub(crate) fn joined(reply: &JoinReply) -> anyhow::Result<Vec<JoinedTicket>> {
    let tickets = reply.outcomes.iter().map(|outcome| match outcome {
        JoinOutcome::Joined(ticket, _) => Some(*ticket),
        _ => None,
    });
    tickets.collect::<Option<_>>().context("somebody could not join")
}
