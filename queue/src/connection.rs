//! The connection that all calls share.

use crate::{
    DropKeys, QueueError,
    args::Args,
    lines::{KnownLines, RoomLines},
    script::LineScript,
    servers::Servers,
};
use redis::{Cmd, ErrorKind, FromRedisValue, ServerErrorKind};
use shared::{
    config::RedisSettings,
    ids::DropId,
    line::Epoch,
    retry_budget::{Dependency, RetryBudget},
};
use std::{future::Future, time::Duration};

/// The line in Redis. A clone is cheap and shares the connection.
#[derive(Clone, Debug)]
pub struct Queue {
    pub(crate) servers: Servers,
    pub(crate) timeout: Duration,
    pub(crate) known_lines: KnownLines,
    retries: RetryBudget,
}

impl Queue {
    /// Prepares the connection, which is made at the first call and again whenever it breaks.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when an address cannot be parsed, or the mode needs more of them.
    pub async fn connect(settings: &RedisSettings) -> Result<Self, QueueError> {
        let timeout = Duration::from_millis(settings.timeout_ms.get());
        let servers =
            Servers::new(settings, timeout).map_err(|source| QueueError::of("connect", source))?;
        let retries = RetryBudget::new(Dependency::Redis);
        Ok(Self { servers, timeout, known_lines: KnownLines::default(), retries })
    }

    /// Returns whether what has failed may be tried again at once. While Redis hardly answers, that
    /// is a few times a second for all rooms together; what may not be is left for the next look.
    #[must_use]
    pub fn may_try_again(&self) -> bool {
        self.retries.take(1) > 0
    }

    /// Checks that Redis answers: in a cluster, those masters that there is a connection to. One that
    /// is away takes no rooms but its own with it.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when it doesn't.
    pub async fn ping(&self) -> Result<(), QueueError> {
        self.command("ping", &redis::cmd("PING")).await
    }

    /// Runs a script on a drop's keys, with the epoch and, if it touches lines, the room's lines
    /// before its own arguments. If the room has other lines than were known, it is run once more.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &'static LineScript,
        drop_id: DropId,
        epoch: Epoch,
        args: &Args,
    ) -> Result<T, QueueError> {
        if !script.loaded().has_lines() {
            return self.call(script, drop_id, epoch, None, None, args).await;
        }
        let lines = self.lines(drop_id).await?;
        match self.call(script, drop_id, epoch, Some(&lines), None, args).await {
            Err(error) if error.is_shape() => {
                let lines = self.look_up_lines(drop_id).await?;
                self.call(script, drop_id, epoch, Some(&lines), None, args).await
            }
            result => result,
        }
    }

    /// Runs a script that writes one key, which its header calls `target`.
    pub(crate) async fn run_on(
        &self,
        script: &'static LineScript,
        drop_id: DropId,
        epoch: Epoch,
        target: &str,
        args: &Args,
    ) -> Result<(), QueueError> {
        self.call(script, drop_id, epoch, None, Some(target), args).await
    }

    /// Runs a script that asks for no epoch.
    pub(crate) async fn ask<T: FromRedisValue>(
        &self,
        script: &'static LineScript,
        drop_id: DropId,
    ) -> Result<T, QueueError> {
        self.call(script, drop_id, Epoch::default(), None, None, &Args::none()).await
    }

    async fn call<T: FromRedisValue>(
        &self,
        script: &'static LineScript,
        drop_id: DropId,
        epoch: Epoch,
        lines: Option<&RoomLines>,
        target: Option<&str>,
        args: &Args,
    ) -> Result<T, QueueError> {
        let loaded = script.loaded();
        let no_lines = RoomLines::default();
        let keys = DropKeys::new(drop_id);
        let keys = loaded.keys(&keys, epoch, lines.unwrap_or(&no_lines), target);
        let complete = |mut call: Cmd| {
            call.arg(keys.len()).arg(keys.as_slice()).arg(epoch.0);
            if let Some(lines) = lines {
                call.arg(lines.packed());
            }
            for arg in &args.0 {
                call.arg(arg.as_slice());
            }
            call
        };
        let mut servers = self.servers.clone();
        let calling = async {
            let by_hash = complete(loaded.by_hash()).query_async(&mut servers).await;
            match by_hash {
                // The one server that is asked does not know it. It is not loaded everywhere: in a
                // cluster, a node that is away would keep it from all.
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    complete(loaded.whole()).query_async(&mut servers).await
                }
                answer => answer,
            }
        };
        self.limited(script.operation, calling).await
    }

    /// Runs a plain command.
    pub(crate) async fn command<T: FromRedisValue>(
        &self,
        operation: &'static str,
        command: &Cmd,
    ) -> Result<T, QueueError> {
        let mut servers = self.servers.clone();
        self.limited(operation, command.query_async(&mut servers)).await
    }

    /// Limits a call's time, connecting included.
    pub(crate) async fn limited<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = redis::RedisResult<T>>,
    ) -> Result<T, QueueError> {
        let result = match tokio::time::timeout(self.timeout, call).await {
            Ok(result) => result.map_err(|source| QueueError::of(operation, source)),
            Err(_) => Err(QueueError::timed_out(operation)),
        };
        let is_away =
            result.as_ref().is_err_and(|error| error.is_unavailable() && !error.is_shape());
        self.retries.note(!is_away);
        result.inspect_err(|error| self.servers.note_failure(error))
    }
}
