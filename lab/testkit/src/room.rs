//! An open room in Redis, without the services around it.

use std::time::Duration;

use queue::{Queue, QueueError};
use shared::{
    drops::DropMode,
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{
        Admission, AdmitRequest, Epoch, Intent, JoinOutcome, JoinRequest, JoinedTicket, Lane,
        RoomConfig, StockFigure,
    },
};
use uuid::Uuid;

use crate::{TestRedis, redis::connect_to, settings, wait_until};

/// How long a server that was restarted may take to be usable again.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// Returns the settings of an open room that lets everybody in: running, 100 000 admissions/s,
/// 1000 tickets admitted and unfinished, 1 000 000 waiting, up to 4 units a ticket, with stock, nobody
/// missed, by rate, version 1.
#[must_use]
pub fn room_config(variants: Vec<VariantId>) -> RoomConfig {
    RoomConfig {
        mode: DropMode::Running,
        mode_until_us: None,
        admission_rate_per_second: 100_000.0,
        occupancy_cap: 1000,
        capacity: 1_000_000,
        opens_at_us: 0,
        closes_at_us: None,
        max_units_per_ticket: 4,
        takes_most: false,
        variants,
        has_stock: true,
        lanes: Vec::new(),
        manual: None,
        members_of: None,
        invite_only: false,
        presence: None,
        message: None,
        ended: None,
        version: 1,
    }
}

/// Returns a request of its own for so many tickets, with a lease of 10 s and none above the cap.
#[must_use]
pub fn admit_request(limit: u32) -> AdmitRequest {
    AdmitRequest { limit, lease: Duration::from_secs(10), request_id: Uuid::new_v4(), extra: 0 }
}

/// Connects to a Redis, with more patience than a service has.
///
/// # Panics
///
/// Panics if the address cannot be understood.
pub async fn connect(redis_url: &str) -> Queue {
    connect_to(settings([("SLUICE_REDIS__URL", redis_url)]).redis).await
}

/// A room of a test's own.
#[derive(Debug)]
pub struct TestRoom {
    /// What the services talk to Redis with.
    pub queue: Queue,
    /// Kept for commands that no script has.
    pub redis: TestRedis,
    /// Names the room.
    pub drop_id: DropId,
    /// The first of the room's variants: the one that stock and joins are of.
    pub variant_id: VariantId,
    /// What [`begin`](Self::begin) opens it with.
    pub config: RoomConfig,
}

impl TestRoom {
    /// The epoch in which a room is opened.
    pub const EPOCH: Epoch = Epoch(1);

    /// Opens a room with one variant, [`room_config`], and a bucket that has had time to fill.
    pub async fn open(available: u32) -> Self {
        let room = Self::empty().await;
        room.begin(Self::EPOCH, available).await;
        room.fill_bucket().await;
        room
    }

    /// Opens a room with other settings; its first variant gets the stock, its bucket is empty.
    ///
    /// # Panics
    ///
    /// Panics if there is no variant.
    pub async fn open_with(config: RoomConfig, available: u32) -> Self {
        let mut room = Self::empty().await;
        room.variant_id = config.variants[0];
        room.config = config;
        room.begin(Self::EPOCH, available).await;
        room
    }

    /// Takes a Redis of its own; there is no room yet.
    pub async fn empty() -> Self {
        Self::on(TestRedis::create().await).await
    }

    /// Takes this Redis; there is no room yet.
    pub async fn on(redis: TestRedis) -> Self {
        let variant_id = VariantId::generate();
        Self {
            queue: redis.queue().await,
            redis,
            drop_id: DropId::generate(),
            variant_id,
            config: room_config(vec![variant_id]),
        }
    }

    /// Begins an epoch and opens its room without a grace, as the worker does.
    ///
    /// # Panics
    ///
    /// Panics if Redis refuses a step.
    pub async fn begin(&self, epoch: Epoch, available: u32) {
        // The first call after a restart finds the old connection broken.
        wait_until("new epoch", BACK_WITHIN, async || {
            self.queue.begin(self.drop_id, epoch).await.ok()
        })
        .await;
        let stock = [self.stock(i64::from(epoch.0), available, 0)];
        let restored = self.queue.restore_stock(self.drop_id, epoch, &stock).await;
        restored.expect("a room that was begun takes stock");
        let opened = self.queue.open(self.drop_id, epoch, &self.config, None, Duration::ZERO).await;
        opened.expect("a room that was begun can be opened");
    }

    /// Returns a stock figure of the first variant.
    #[must_use]
    pub fn stock(&self, version: i64, available: u32, reserved: u32) -> StockFigure {
        StockFigure { variant_id: self.variant_id, version, available, reserved }
    }

    /// Returns the request of a new shopper in lane 0.
    #[must_use]
    pub fn request(&self, units: u32) -> JoinRequest {
        JoinRequest {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            intent: Intent { variant_id: self.variant_id, units },
        }
    }

    /// Lets `n` new shoppers join in one call, one unit each.
    ///
    /// # Panics
    ///
    /// Panics if one of them does not get a new ticket.
    pub async fn join(&self, n: usize) -> Vec<JoinedTicket> {
        let requests: Vec<_> = (0..n).map(|_| self.request(1)).collect();
        let joins = self.queue.join(self.drop_id, Self::EPOCH, &requests).await;
        let outcomes = joins.expect("the room is open").outcomes.into_iter();
        let joined = outcomes.map(|outcome| match outcome {
            JoinOutcome::Joined(ticket, _) => ticket,
            other => panic!("not joined: {other:?}"),
        });
        joined.collect()
    }

    /// Makes one request; any outcome is fine.
    ///
    /// # Errors
    ///
    /// Returns what kept the room from answering.
    pub async fn try_join(&self, request: JoinRequest) -> Result<JoinOutcome, QueueError> {
        let joins = self.queue.join(self.drop_id, Self::EPOCH, &[request]).await?;
        Ok(joins.outcomes[0])
    }

    /// Lets the bucket, which is empty at first, fill: it holds 100 ms of the rate.
    pub async fn fill_bucket(&self) {
        self.admit(1).await;
        tokio::time::sleep(Duration::from_millis(105)).await;
    }

    /// Admits up to `limit` tickets.
    ///
    /// # Panics
    ///
    /// Panics if Redis refuses.
    pub async fn admit(&self, limit: u32) -> Admission {
        let admitting = self.queue.admit(self.drop_id, Self::EPOCH, admit_request(limit));
        admitting.await.expect("the room is open")
    }
}
