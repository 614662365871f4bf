//! Restarts what ends by itself, and stops everything in order.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use stack::{Service, Stack, StackError};
use tokio::{sync::OnceCell, task::JoinSet, time::sleep};

use crate::{console::Console, signals::Signals};

const LOOK_EVERY: Duration = Duration::from_millis(300);
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// What ran for this long is restarted at once.
const STABLE: Duration = Duration::from_secs(60);

/// Everything that was started so far, in the order of starting.
#[derive(Debug, Default)]
pub(crate) struct Running {
    pub(crate) stack: OnceCell<Arc<Stack>>,
    services: Mutex<Vec<Arc<Service>>>,
}

impl Running {
    /// Adds a service, so that it is looked after and stopped.
    pub(crate) fn add(&self, service: Arc<Service>) {
        self.services.lock().push(service);
    }

    fn services(&self) -> Vec<Arc<Service>> {
        self.services.lock().clone()
    }

    /// Restarts everything that ends by itself, until dropped.
    pub(crate) async fn keep_up(&self, console: &Arc<Console>) {
        let mut tasks = JoinSet::new();
        for service in self.services() {
            tasks.spawn(keep_one_up(Unit::Service(service), Arc::clone(console)));
        }
        if let Some(stack) = self.stack.get() {
            for unit in [Unit::Redis, Unit::Postgres, Unit::Kafka] {
                tasks.spawn(keep_one_up(unit(Arc::clone(stack)), Arc::clone(console)));
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Stops the services, the last one started first, then the servers. Another signal kills what
    /// is left.
    pub(crate) async fn stop(&self, console: &Console, signals: &mut Signals) {
        let stopping = async {
            for service in self.services().iter().rev() {
                let name = service.name();
                if let Err(error) = console.step(&format!("stop {name}"), service.stop()).await {
                    console.line(&format!("       {error}"));
                }
            }
            if let Some(stack) = self.stack.get()
                && let Err(error) = console.step("stop the servers", stack.stop()).await
            {
                console.line(&format!("       {error}"));
            }
        };
        tokio::select! {
            () = stopping => {}
            () = signals.next() => {
                console.line("  second signal: killing what is left");
                self.kill().await;
            }
        }
    }

    async fn kill(&self) {
        let mut kills = JoinSet::new();
        for service in self.services() {
            kills.spawn(async move { service.kill9().await });
        }
        if let Some(stack) = self.stack.get().cloned() {
            kills.spawn(async move {
                let (redis, postgres, kafka) = (stack.redis(), stack.postgres(), stack.kafka());
                // A server that is not ours refuses, as it should.
                let _ = tokio::join!(redis.kill9(), postgres.kill9(), kafka.kill9());
                Ok(())
            });
        }
        while kills.join_next().await.is_some() {}
    }
}

/// One process to keep running.
enum Unit {
    Service(Arc<Service>),
    Redis(Arc<Stack>),
    Postgres(Arc<Stack>),
    Kafka(Arc<Stack>),
}

impl Unit {
    fn name(&self) -> String {
        match self {
            Self::Service(service) => service.name(),
            Self::Redis(_) => "redis".to_owned(),
            Self::Postgres(_) => "postgres".to_owned(),
            Self::Kafka(_) => "kafka".to_owned(),
        }
    }

    fn ended(&self) -> Option<String> {
        match self {
            Self::Service(service) => service.ended(),
            Self::Redis(stack) => stack.redis().ended(),
            Self::Postgres(stack) => stack.postgres().ended(),
            Self::Kafka(stack) => stack.kafka().ended(),
        }
    }

    async fn start(&self) -> Result<(), StackError> {
        match self {
            Self::Service(service) => service.start_again().await,
            Self::Redis(stack) => stack.redis().start().await,
            Self::Postgres(stack) => stack.postgres().start().await,
            Self::Kafka(stack) => stack.kafka().start().await,
        }
    }
}

async fn keep_one_up(unit: Unit, console: Arc<Console>) {
    let name = unit.name();
    let mut pause = Duration::ZERO;
    let mut started = Instant::now();
    loop {
        sleep(LOOK_EVERY).await;
        let Some(status) = unit.ended() else { continue };
        if started.elapsed() > STABLE {
            pause = Duration::ZERO;
        }
        console.line(&format!("  {name} ended ({status}); restarting it in {pause:?}"));
        sleep(pause).await;
        pause = (pause * 2).clamp(Duration::from_secs(1), MAX_PAUSE);
        started = Instant::now();
        match console.step(&format!("restart {name}"), unit.start()).await {
            Ok(()) => {}
            Err(error) => console.line(&format!("       {error}")),
        }
    }
}
