//! What a test may take away from a world with servers of its own.

use std::time::Duration;

use anyhow::Context;
use stack::Service;

use super::World;

/// How long something that was killed stays away.
const AWAY: Duration = Duration::from_millis(700);
/// How long Redis may take to forget everything.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something that can be taken away and comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// The first instance of admission.
    Admission,
    /// The first instance of worker.
    Worker,
    /// The storefront.
    StorefrontApi,
    /// The payment provider, which keeps its ledger.
    SandboxPsp,
    /// Redis, its data kept.
    Redis,
    /// Kafka, its data kept.
    Kafka,
    /// Postgres, its data kept.
    Postgres,
    /// Redis, its data deleted while it is down.
    RedisWithItsData,
    /// All keys of Redis, while it runs.
    RedisKeys,
}

impl Victim {
    /// Each process of the system, once.
    pub const PROCESSES: [Self; 7] = [
        Self::Admission,
        Self::Worker,
        Self::StorefrontApi,
        Self::SandboxPsp,
        Self::Redis,
        Self::Kafka,
        Self::Postgres,
    ];
}

impl World {
    /// Takes the victim away, and returns when it is back.
    ///
    /// # Errors
    ///
    /// Returns an error if it could not be killed, did not come back, or is a server that other
    /// tests use.
    pub async fn take_away(&self, victim: Victim) -> anyhow::Result<()> {
        let stack = self.stack.as_ref().context("this world has no servers of its own");
        match victim {
            Victim::Admission => kill(&self.admissions[0]).await,
            Victim::Worker => kill(&self.workers[0]).await,
            Victim::StorefrontApi => kill(&self.storefront_api).await,
            Victim::SandboxPsp => kill(&self.sandbox_psp).await,
            Victim::Redis => {
                let redis = stack?.redis();
                redis.kill9().await?;
                tokio::time::sleep(AWAY).await;
                Ok(redis.start().await?)
            }
            Victim::Kafka => {
                let kafka = stack?.kafka();
                kafka.kill9().await?;
                tokio::time::sleep(AWAY).await;
                Ok(kafka.start().await?)
            }
            Victim::Postgres => {
                let postgres = stack?.postgres();
                postgres.kill9().await?;
                tokio::time::sleep(AWAY).await;
                Ok(postgres.start().await?)
            }
            Victim::RedisWithItsData => Ok(stack?.wipe_redis().await?),
            Victim::RedisKeys => flush(stack?.redis().url()).await,
        }
    }
}

async fn kill(service: &Service) -> anyhow::Result<()> {
    service.kill9().await?;
    tokio::time::sleep(AWAY).await;
    Ok(service.start_again().await?)
}

async fn flush(url: &str) -> anyhow::Result<()> {
    let client = redis::Client::open(url)?;
    // Emptying a large store takes longer than the client usually waits.
    let config = redis::AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    Ok(redis::cmd("FLUSHALL").query_async(&mut connection).await?)
}
