//! A room of its own for each test.

use queue::{
    Admission, AdmitRequest, JoinOutcome, JoinRequest, Queue, QueueError, RoomConfig, StockFigure,
};
use shared::{
    config::RedisSettings,
    drops::DropMode,
    ids::{DropId, ShopperId, TicketId, VariantId},
    messages::JoinedTicket,
    tickets::{Epoch, Intent, Lane},
};
use std::{num::NonZeroU64, time::Duration};
use uuid::Uuid;

pub(crate) const EPOCH: Epoch = Epoch(1);

/// An open room with stock.
pub(crate) struct World {
    pub(crate) queue: Queue,
    pub(crate) drop_id: DropId,
    pub(crate) variant: VariantId,
    pub(crate) config: RoomConfig,
}

/// Connects to the Redis of this test run.
pub(crate) async fn connect() -> Queue {
    let settings = RedisSettings {
        url: super::server::url().into(),
        timeout_ms: NonZeroU64::new(30_000).unwrap(),
    };
    Queue::connect(&settings).await.unwrap()
}

pub(crate) fn config(variant: VariantId) -> RoomConfig {
    RoomConfig {
        mode: DropMode::Running,
        admission_rate_per_second: 100_000.0,
        occupancy_cap: 1000,
        capacity: 1_000_000,
        opens_at_us: 0,
        closes_at_us: None,
        max_units_per_ticket: 4,
        variants: vec![variant],
        message: None,
        ended: None,
        version: 1,
    }
}

impl World {
    /// An open room with `available` units and a bucket that has had time to fill.
    pub(crate) async fn open(available: u32) -> Self {
        let variant = VariantId::generate();
        let world = Self::open_with(config(variant), available).await;
        world.fill_bucket().await;
        world
    }

    pub(crate) async fn open_with(config: RoomConfig, available: u32) -> Self {
        let queue = connect().await;
        let (drop_id, variant) = (DropId::generate(), config.variants[0]);
        queue.begin(drop_id, EPOCH).await.unwrap();
        let world = Self { queue, drop_id, variant, config };
        let stock = [world.stock(1, available, 0)];
        world.queue.restore_stock(drop_id, EPOCH, &stock).await.unwrap();
        let opened = world.queue.open(drop_id, EPOCH, &world.config, None, Duration::ZERO);
        opened.await.unwrap();
        world
    }

    /// Lets the bucket, which starts empty, fill: 100 ms of the rate.
    pub(crate) async fn fill_bucket(&self) {
        self.admit(1).await;
        tokio::time::sleep(Duration::from_millis(105)).await;
    }

    pub(crate) fn stock(&self, version: i64, available: u32, reserved: u32) -> StockFigure {
        StockFigure { variant_id: self.variant, version, available, reserved }
    }

    pub(crate) fn request(&self, units: u32) -> JoinRequest {
        JoinRequest {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            intent: Intent { variant_id: self.variant, units },
        }
    }

    /// Lets `n` new shoppers join, one unit each.
    pub(crate) async fn join(&self, n: usize) -> Vec<JoinedTicket> {
        let requests: Vec<_> = (0..n).map(|_| self.request(1)).collect();
        let joins = self.queue.join(self.drop_id, EPOCH, &requests).await.unwrap();
        let joined = joins.outcomes.into_iter().map(|outcome| match outcome {
            JoinOutcome::Joined(ticket) => ticket,
            other => panic!("not joined: {other:?}"),
        });
        joined.collect()
    }

    pub(crate) async fn try_join(&self, request: JoinRequest) -> Result<JoinOutcome, QueueError> {
        let joins = self.queue.join(self.drop_id, EPOCH, &[request]).await?;
        Ok(joins.outcomes[0])
    }

    pub(crate) async fn admit(&self, limit: u32) -> Admission {
        self.queue.admit(self.drop_id, EPOCH, request(limit)).await.unwrap()
    }
}

pub(crate) fn request(limit: u32) -> AdmitRequest {
    AdmitRequest {
        limit,
        lease: Duration::from_secs(10),
        request_id: Uuid::new_v4(),
        ignore_stock: false,
    }
}

/// The ids of admitted tickets.
pub(crate) fn ids(admission: &Admission) -> Vec<TicketId> {
    admission.tickets.iter().map(|one| one.ticket.ticket_id).collect()
}
