//! Measures from the start of a run to its end.

use std::time::Duration;

use tokio::{sync::oneshot, task::JoinHandle, time::MissedTickBehavior};

use super::{
    costs::RunCosts, machine, postgres_calls::PostgresCounters, redis_calls::RedisCounters,
    servers::ServerAddresses, services, ticks::UsedTicks, watch::CpuWatch,
};

/// How often processes are sampled; of one that is killed, at most this much is missed.
const SAMPLE_EVERY: Duration = Duration::from_millis(250);

/// Takes the counters at the start of a run, and again at its end.
#[derive(Debug)]
pub struct CostMeter {
    servers: ServerAddresses,
    redis: Option<RedisCounters>,
    postgres: Option<PostgresCounters>,
    sampler: JoinHandle<UsedTicks>,
    /// Stops the sampler, also when the meter is dropped.
    stop: oneshot::Sender<()>,
}

impl CostMeter {
    /// Starts measuring. What cannot be found, or does not answer, is left out.
    pub async fn start(storefront: &str, admission: &[String], servers: &ServerAddresses) -> Self {
        let servers = servers.clone();
        let (redis, postgres) = tokio::join!(ask_redis(&servers), ask_postgres(&servers));
        let (stop, stopped) = oneshot::channel();
        // Blocks for some milliseconds, before the first shopper arrives.
        let watch = CpuWatch::begin(services::all(storefront, admission, &servers));
        let sampler = tokio::spawn(sample(watch, stopped));
        Self { servers, redis, postgres, sampler, stop }
    }

    /// Stops measuring and divides the costs by the orders sold.
    pub async fn finish(self, n_sold: u64) -> RunCosts {
        let _ = self.stop.send(());
        let ticks = self.sampler.await.unwrap_or_default();
        let mut costs = RunCosts::of_cpu(&ticks, machine::ticks_per_second(), n_sold);
        let (redis, postgres) = tokio::join!(ask_redis(&self.servers), ask_postgres(&self.servers));
        if let (Some(before), Some(now)) = (self.redis, redis)
            && let Some(commands) = now.since(&before)
        {
            costs.add_redis(commands, n_sold);
        }
        if let (Some(before), Some(now)) = (self.postgres, postgres)
            && let Some(n_calls) = now.since(&before)
        {
            costs.add_postgres(n_calls, now.counted, n_sold);
        }
        costs
    }
}

async fn sample(mut watch: CpuWatch, mut stopped: oneshot::Receiver<()>) -> UsedTicks {
    let mut ticks = tokio::time::interval(SAMPLE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_last = tokio::select! {
            _ = &mut stopped => true,
            _ = ticks.tick() => false,
        };
        // Reading `/proc` takes milliseconds: too long for a thread that shoppers need.
        let looking = tokio::task::spawn_blocking(move || {
            watch.look();
            watch
        });
        let Ok(looked) = looking.await else { return UsedTicks::default() };
        watch = looked;
        if is_last {
            return watch.used();
        }
    }
}

async fn ask_redis(servers: &ServerAddresses) -> Option<RedisCounters> {
    let asked = RedisCounters::read(servers.redis.as_deref()?).await;
    asked.inspect_err(|error| tracing::info!(%error, "cannot count the calls of Redis")).ok()
}

async fn ask_postgres(servers: &ServerAddresses) -> Option<PostgresCounters> {
    let asked = PostgresCounters::read(servers.database.as_deref()?).await;
    asked.inspect_err(|error| tracing::info!(%error, "cannot count the calls of Postgres")).ok()
}
