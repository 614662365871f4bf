//! What everybody may see, from a short cache and over connections of its own: however many look,
//! Postgres is asked for each thing once a second, and no payment waits for it.

mod short_cache;

use crate::{ApiError, time_limit::in_time};
use anyhow::Context as _;
use database::{
    DatabaseError, PgPool,
    selling::drops::{self, FlashDrop},
};
use shared::{config::DatabaseSettings, ids::DropId};
use short_cache::ShortCache;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// Drops and pages of the list that are remembered, about 1 kB and 20 kB each.
const N_DROPS: usize = 4096;
const N_PAGES: usize = 64;
/// Open drops whose rooms are searched for a ticket, the newest ones first.
const MAX_ROOMS: i64 = 200;
/// How long a question may wait for a connection. Whoever waits longer is sent away, so that
/// nothing piles up.
const PATIENCE: Duration = Duration::from_millis(250);

/// Reads what everybody may see.
pub(crate) struct PublicReads {
    pool: PgPool,
    /// One for each connection.
    permits: Semaphore,
    drops: ShortCache<DropId, Option<FlashDrop>>,
    pages: ShortCache<(Option<DropId>, i64), Vec<FlashDrop>>,
    rooms: ShortCache<(), Vec<DropId>>,
}

impl PublicReads {
    /// Prepares the connections; they are made on first use.
    pub(crate) fn connect(settings: &DatabaseSettings) -> anyhow::Result<Self> {
        let max_connections = settings.public_connections;
        let settings = DatabaseSettings { max_connections, ..settings.clone() };
        Ok(Self {
            pool: database::connect(&settings).context("database.url")?,
            permits: Semaphore::new(max_connections.get() as usize),
            drops: ShortCache::new(N_DROPS),
            pages: ShortCache::new(N_PAGES),
            rooms: ShortCache::new(1),
        })
    }

    /// Finds a drop that shoppers may see.
    pub(crate) async fn find_drop(&self, id: DropId) -> Result<Arc<Option<FlashDrop>>, ApiError> {
        self.drops.get(id, self.ask(drops::find_public(&self.pool, id))).await
    }

    /// Reads drops that shoppers may see, newest first, from below `before`.
    pub(crate) async fn list_drops(
        &self,
        before: Option<DropId>,
        limit: i64,
    ) -> Result<Arc<Vec<FlashDrop>>, ApiError> {
        let read = drops::list_public(&self.pool, before, limit);
        self.pages.get((before, limit), self.ask(read)).await
    }

    /// Reads which open drops have a room, the newest first.
    pub(crate) async fn open_rooms(&self) -> Result<Arc<Vec<DropId>>, ApiError> {
        self.rooms.get((), self.ask(drops::list_with_rooms(&self.pool, MAX_ROOMS))).await
    }

    async fn ask<T>(
        &self,
        question: impl Future<Output = Result<T, DatabaseError>>,
    ) -> Result<T, ApiError> {
        match tokio::time::timeout(PATIENCE, self.permits.acquire()).await {
            Ok(Ok(_permit)) => Ok(in_time(question).await??),
            _ => Err(ApiError::Overloaded),
        }
    }
}
