//! The connection that all calls share.

use crate::{
    DropKeys, QueueError,
    args::Args,
    lines::{KnownLines, RoomLines},
    script::LineScript,
};
use redis::{
    Client, Cmd, FromRedisValue,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::ExposeSecret;
use shared::{config::RedisSettings, ids::DropId, line::Epoch};
use std::{future::Future, sync::Arc, time::Duration};

/// The line in Redis. A clone is cheap and shares the connection.
#[derive(Clone, Debug)]
pub struct Queue {
    pub(crate) client: Arc<Client>,
    connection: ConnectionManager,
    pub(crate) timeout: Duration,
    pub(crate) known_lines: KnownLines,
}

impl Queue {
    /// Prepares the connection, which is made at the first call and again whenever it breaks.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when the address cannot be parsed.
    pub async fn connect(settings: &RedisSettings) -> Result<Self, QueueError> {
        let operation = "connect";
        let timeout = Duration::from_millis(settings.timeout_ms.get());
        let client = Client::open(settings.url.expose_secret())
            .map_err(|source| QueueError::of(operation, source))?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout))
            // The next call tries again; none should wait through a long series of retries.
            .set_number_of_retries(1)
            .set_max_delay(Duration::from_millis(200))
            .set_pipeline_buffer_size(1024);
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), config)
            .map_err(|source| QueueError::of(operation, source))?;
        let known_lines = KnownLines::default();
        Ok(Self { client: Arc::new(client), connection, timeout, known_lines })
    }

    /// Checks that the server keeps what it is given: no eviction, and an append-only file synced
    /// every second.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError::Setting`] with the setting that is wrong.
    pub async fn assert_settings(&self) -> Result<(), QueueError> {
        let needed = [
            ("maxmemory-policy", "noeviction"),
            ("appendonly", "yes"),
            ("appendfsync", "everysec"),
        ];
        for (setting, needed) in needed {
            let mut command = redis::cmd("CONFIG");
            command.arg("GET").arg(setting);
            let found: Vec<String> = self.command("assert settings", &command).await?;
            let found = found.into_iter().nth(1).unwrap_or_default();
            // Syncing at every write keeps even more.
            if found != needed && !(setting == "appendfsync" && found == "always") {
                return Err(QueueError::Setting { setting, found, needed });
            }
        }
        Ok(())
    }

    /// Checks that Redis answers.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when it doesn't.
    pub async fn ping(&self) -> Result<(), QueueError> {
        self.command("ping", &redis::cmd("PING")).await
    }

    /// Runs a script on a drop's keys, with the epoch and, if it touches lines, the room's variants
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
        let mut call = loaded.script.prepare_invoke();
        call.key(loaded.keys(&keys, epoch, lines.unwrap_or(&no_lines), target));
        call.arg(epoch.0);
        if let Some(lines) = lines {
            call.arg(lines.packed());
        }
        for arg in &args.0 {
            call.arg(arg.as_slice());
        }
        let mut connection = self.connection.clone();
        self.limited(script.operation, call.invoke_async(&mut connection)).await
    }

    /// Runs a plain command.
    pub(crate) async fn command<T: FromRedisValue>(
        &self,
        operation: &'static str,
        command: &Cmd,
    ) -> Result<T, QueueError> {
        let mut connection = self.connection.clone();
        self.limited(operation, command.query_async(&mut connection)).await
    }

    /// Limits a call's time, connecting included.
    async fn limited<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = redis::RedisResult<T>>,
    ) -> Result<T, QueueError> {
        match tokio::time::timeout(self.timeout, call).await {
            Ok(result) => result.map_err(|source| QueueError::of(operation, source)),
            Err(_) => Err(QueueError::timed_out(operation)),
        }
    }
}
