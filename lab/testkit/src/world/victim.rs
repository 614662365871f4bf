//! What a test may take away from a world or freeze; servers only where they are the world's own.

use std::time::Duration;

use anyhow::{Context, bail};
use stack::Stack;

use super::{World, process::WorldProcess};

/// How long something that was killed stays away.
const AWAY: Duration = Duration::from_millis(700);
/// How long Redis may take to forget everything.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something that can be taken away or frozen and comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// The first instance of admission.
    Admission,
    /// The first instance of worker.
    Worker,
    /// The second instance of worker, in a world that has one.
    SecondWorker,
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
    /// Each process of the smallest world, once.
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
        match victim {
            Victim::RedisWithItsData => Ok(self.own_stack()?.wipe_redis().await?),
            Victim::RedisKeys => flush(self.own_stack()?.redis().url()).await,
            process => {
                let process = self.process(process)?;
                process.kill9().await?;
                tokio::time::sleep(AWAY).await;
                process.start().await
            }
        }
    }

    /// Makes the victim stand still where it is, and returns when it does. Its connections stay
    /// open, and nothing comes from it until [`thaw`](Self::thaw).
    ///
    /// # Errors
    ///
    /// Returns an error if it is no process, does not stand still, or is a server that other tests
    /// use.
    pub async fn freeze(&self, victim: Victim) -> anyhow::Result<()> {
        self.process(victim)?.freeze().await
    }

    /// Lets a frozen victim go on, and returns when it is ready.
    ///
    /// # Errors
    ///
    /// Returns an error if it is no process, has ended, or does not get ready.
    pub async fn thaw(&self, victim: Victim) -> anyhow::Result<()> {
        self.process(victim)?.thaw().await
    }

    /// Returns whether another instance can do the victim's work.
    #[must_use]
    pub fn has_another(&self, victim: Victim) -> bool {
        match victim {
            Victim::Admission => self.admissions.len() > 1,
            Victim::Worker | Victim::SecondWorker => self.workers.len() > 1,
            Victim::StorefrontApi
            | Victim::SandboxPsp
            | Victim::Redis
            | Victim::Kafka
            | Victim::Postgres
            | Victim::RedisWithItsData
            | Victim::RedisKeys => false,
        }
    }

    fn process(&self, victim: Victim) -> anyhow::Result<WorldProcess<'_>> {
        Ok(match victim {
            Victim::Admission => WorldProcess::Service(&self.admissions[0]),
            Victim::Worker => WorldProcess::Service(&self.workers[0]),
            Victim::SecondWorker => {
                let second = self.workers.get(1).context("this world has one worker")?;
                WorldProcess::Service(second)
            }
            Victim::StorefrontApi => WorldProcess::Service(&self.storefront_api),
            Victim::SandboxPsp => WorldProcess::Service(&self.sandbox_psp),
            Victim::Redis => WorldProcess::Server(self.own_stack()?.redis()),
            Victim::Kafka => WorldProcess::Broker(self.own_stack()?.kafka()),
            Victim::Postgres => WorldProcess::Server(self.own_stack()?.postgres()),
            Victim::RedisWithItsData | Victim::RedisKeys => bail!("{victim:?} is no process"),
        })
    }

    fn own_stack(&self) -> anyhow::Result<&Stack> {
        self.stack.as_ref().context("this world has no servers of its own")
    }
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
