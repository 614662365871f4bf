//! How far a sale has come, as Redis and Postgres know it: no service is asked.

use std::{fmt, time::Duration};

use queue::Queue;
use shared::ids::DropId;
use sqlx::PgPool;

use super::World;

/// How long a server may take to answer; one that is away never does.
const PATIENCE: Duration = Duration::from_millis(500);

const NEWEST_DROP: &str = "
    select id from drops where state in ('draft', 'scheduled', 'open') order by id desc limit 1";
const ORDERS_AND_CAPTURES: &str = "
    select (select count(*) from orders where drop_id = $1),
           (select count(*) from payments
             where drop_id = $1 and kind = 'capture' and status = 'succeeded')";

/// What has been done for one drop so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SaleProgress {
    /// Tickets in the room, those that are over included.
    pub joins: u64,
    /// Tickets that were let in.
    pub admissions: u64,
    /// Order rows.
    pub orders: u64,
    /// Captures that succeeded.
    pub captures: u64,
}

/// Follows the newest drop of a world.
#[derive(Debug)]
pub struct ProgressReader {
    queue: Queue,
    pool: PgPool,
    drop_id: Option<DropId>,
    last: SaleProgress,
}

impl World {
    /// Starts to follow the newest drop of this world that is not over; it need not exist yet.
    pub async fn progress(&self) -> ProgressReader {
        ProgressReader {
            queue: self.redis.queue().await,
            pool: self.database.pool().clone(),
            drop_id: None,
            last: SaleProgress::default(),
        }
    }
}

impl ProgressReader {
    /// Returns the drop that is followed, once there is one.
    #[must_use]
    pub const fn drop_id(&self) -> Option<DropId> {
        self.drop_id
    }

    /// Returns how far the sale has come. What a server that is away would tell is as it was last
    /// known; no count ever falls, also where a rebuilt room has lost tickets.
    pub async fn read(&mut self) -> SaleProgress {
        // Until somebody has joined, a newer one may still come.
        if self.last.joins == 0 {
            self.drop_id = in_time(self.newest_drop()).await.or(self.drop_id);
        }
        let Some(drop_id) = self.drop_id else { return self.last };
        let (room, tables) =
            tokio::join!(in_time(self.room(drop_id)), in_time(self.tables(drop_id)));
        if let Some((joins, admissions)) = room {
            self.last.joins = self.last.joins.max(joins);
            self.last.admissions = self.last.admissions.max(admissions);
        }
        if let Some((orders, captures)) = tables {
            self.last.orders = self.last.orders.max(orders);
            self.last.captures = self.last.captures.max(captures);
        }
        self.last
    }

    async fn newest_drop(&self) -> Option<DropId> {
        sqlx::query_scalar(NEWEST_DROP).fetch_optional(&self.pool).await.ok().flatten()
    }

    /// Joins and admissions; `None` also while the room is being rebuilt.
    async fn room(&self, drop_id: DropId) -> Option<(u64, u64)> {
        let header = self.queue.room(drop_id).await.ok().flatten()?;
        let counts = self.queue.counts(drop_id, header.epoch).await.ok()?;
        Some((counts.joined, counts.occupied + counts.ordered))
    }

    /// Orders and captures.
    async fn tables(&self, drop_id: DropId) -> Option<(u64, u64)> {
        let counting = sqlx::query_as(ORDERS_AND_CAPTURES).bind(drop_id).fetch_one(&self.pool);
        let (orders, captures): (i64, i64) = counting.await.ok()?;
        Some((orders.unsigned_abs(), captures.unsigned_abs()))
    }
}

async fn in_time<T>(answer: impl Future<Output = Option<T>>) -> Option<T> {
    tokio::time::timeout(PATIENCE, answer).await.ok().flatten()
}

impl fmt::Display for SaleProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { joins, admissions, orders, captures } = self;
        write!(f, "{joins} joins, {admissions} admissions, {orders} orders, {captures} captures")
    }
}
