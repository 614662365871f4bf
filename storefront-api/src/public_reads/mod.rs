//! What everybody may see, from a short cache and over connections of its own: however many look,
//! Postgres is asked for each thing once a second, and no payment waits for it.

mod last_sites;
mod short_cache;

use crate::{ApiError, time_limit::in_time};
use anyhow::Context as _;
use database::{
    DatabaseError, PgPool,
    selling::{
        drops::{self, FlashDrop},
        history::{self, LineGlance},
        passes::aws::{self, AwsPass, AwsRoom},
        themes::{self, Theme},
    },
};
use last_sites::LastSites;
use shared::{
    config::DatabaseSettings,
    ids::{DropId, TicketId},
};
use short_cache::ShortCache;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// Drops, each with its theme and its line, and pages of the list that are remembered, about 2 kB and 20 kB
/// each.
const N_DROPS: usize = 4096;
const N_PAGES: usize = 64;
/// Rooms of the adapter that are remembered, and how many wait in each.
const N_AWS_ROOMS: usize = 1024;
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
    last_sites: LastSites,
    themes: ShortCache<DropId, Option<Theme>>,
    lines: ShortCache<DropId, Option<LineGlance>>,
    pages: ShortCache<(Option<DropId>, i64), Vec<FlashDrop>>,
    rooms: ShortCache<(), Vec<DropId>>,
    aws_rooms: ShortCache<DropId, Option<AwsRoom>>,
    aws_waiting: ShortCache<DropId, i64>,
}

impl PublicReads {
    /// How old what is remembered may be, unless Postgres does not answer.
    pub(crate) const FRESH: Duration = short_cache::FRESH;

    /// Prepares the connections; they are made on first use.
    pub(crate) fn connect(settings: &DatabaseSettings) -> anyhow::Result<Self> {
        let max_connections = settings.public_connections;
        let settings = DatabaseSettings { max_connections, ..settings.clone() };
        Ok(Self {
            pool: database::connect(&settings).context("database.url")?,
            permits: Semaphore::new(max_connections.get() as usize),
            drops: ShortCache::new(N_DROPS),
            last_sites: LastSites::default(),
            themes: ShortCache::new(N_DROPS),
            lines: ShortCache::new(N_DROPS),
            pages: ShortCache::new(N_PAGES),
            rooms: ShortCache::new(1),
            aws_rooms: ShortCache::new(N_AWS_ROOMS),
            aws_waiting: ShortCache::new(N_AWS_ROOMS),
        })
    }

    /// Finds a drop that shoppers may see.
    pub(crate) async fn find_drop(&self, id: DropId) -> Result<Arc<Option<FlashDrop>>, ApiError> {
        self.drops.get(id, self.ask(drops::find_public(&self.pool, id))).await
    }

    /// Finds a drop that a gate is asked about; `true` if Postgres could not be asked, and this is how
    /// the drop was last. Only a site whose policy keeps its visits is remembered for that.
    pub(crate) async fn find_site(
        &self,
        id: DropId,
    ) -> Result<(Arc<Option<FlashDrop>>, bool), ApiError> {
        if let Some(last) = self.last_sites.while_failing(id) {
            return Ok((last, true));
        }
        match self.find_drop(id).await {
            Ok(found) => {
                self.last_sites.keep(id, &found);
                Ok((found, false))
            }
            Err(error) => Ok((self.last_sites.after_failure(id).ok_or(error)?, true)),
        }
    }

    /// Finds what the page of a drop looks like that shoppers may see.
    pub(crate) async fn find_theme(&self, id: DropId) -> Result<Arc<Option<Theme>>, ApiError> {
        self.themes.get(id, self.ask(themes::find_shown(&self.pool, id))).await
    }

    /// Finds how the line of a drop was when it was last looked at; `None` if that was not lately.
    pub(crate) async fn find_line(&self, id: DropId) -> Result<Option<LineGlance>, ApiError> {
        Ok(*self.lines.get(id, self.ask(history::line(&self.pool, id))).await?)
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

    /// Finds a room whose seller counts people in by hand.
    pub(crate) async fn find_aws_room(&self, id: DropId) -> Result<Option<AwsRoom>, ApiError> {
        Ok(*self.aws_rooms.get(id, self.ask(aws::find(&self.pool, id))).await?)
    }

    /// Finds the pass that a request of such a room has led to, as it is now.
    pub(crate) async fn find_aws_pass(
        &self,
        id: DropId,
        request_id: TicketId,
    ) -> Result<Option<AwsPass>, ApiError> {
        self.ask(aws::find_pass(&self.pool, id, request_id)).await
    }

    /// Counts those who have no tokens yet: who wait, as `in_line` says, and who were let in.
    pub(crate) async fn count_aws_waiting(
        &self,
        id: DropId,
        in_line: impl Future<Output = Result<i64, ApiError>>,
    ) -> Result<i64, ApiError> {
        let count =
            async { Ok(in_line.await? + self.ask(aws::count_unclaimed(&self.pool, id)).await?) };
        Ok(*self.aws_waiting.get(id, count).await?)
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
