//! Kills, each at its time and written down, so that the check knows when nothing was broken.

use crate::World;
use anyhow::Context;
use crowd::faults::FaultLog;
use std::time::Duration;

/// How long what was killed stays away.
const AWAY: Duration = Duration::from_millis(700);

/// How long Redis may take to forget everything.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something that can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// The first instance of admission.
    Admission,
    /// The first instance of worker.
    Worker,
    /// The second instance of worker.
    SecondWorker,
    /// The storefront.
    StorefrontApi,
    /// The payment provider.
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

/// Takes the victims away, one after the other, and brings each back before the next.
///
/// # Errors
///
/// Returns what could not be killed or did not come back.
pub async fn strike(
    world: &World,
    log: &FaultLog,
    victims: &[Victim],
    pause: Duration,
) -> anyhow::Result<()> {
    for victim in victims {
        tokio::time::sleep(pause).await;
        let began_us = FaultLog::now_us();
        hit(world, *victim).await.with_context(|| format!("{victim:?}"))?;
        log.healed(&format!("{victim:?}"), began_us)?;
    }
    Ok(())
}

async fn hit(world: &World, victim: Victim) -> anyhow::Result<()> {
    let stack = &world.stack;
    match victim {
        Victim::Admission => kill_service(&world.admissions[0]).await,
        Victim::Worker => kill_service(&world.workers[0]).await,
        Victim::SecondWorker => kill_service(&world.workers[1]).await,
        Victim::StorefrontApi => kill_service(&world.storefront_api).await,
        Victim::SandboxPsp => kill_service(&world.sandbox_psp).await,
        Victim::Redis => {
            stack.redis().kill9().await?;
            tokio::time::sleep(AWAY).await;
            Ok(stack.redis().start().await?)
        }
        Victim::Kafka => {
            stack.kafka().kill9().await?;
            tokio::time::sleep(AWAY).await;
            Ok(stack.kafka().start().await?)
        }
        Victim::Postgres => {
            stack.postgres().kill9().await?;
            tokio::time::sleep(AWAY).await;
            Ok(stack.postgres().start().await?)
        }
        Victim::RedisWithItsData => Ok(stack.wipe_redis().await?),
        Victim::RedisKeys => flush(stack.redis().url()).await,
    }
}

async fn kill_service(service: &stack::Service) -> anyhow::Result<()> {
    service.kill9().await?;
    tokio::time::sleep(AWAY).await;
    Ok(service.start_again().await?)
}

async fn flush(url: &str) -> anyhow::Result<()> {
    let client = redis::Client::open(url)?;
    // Emptying a large store takes longer than the client's usual patience.
    let config = redis::AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    Ok(redis::cmd("FLUSHALL").query_async(&mut connection).await?)
}
