//! Consumers for reading ranges, each lent to one reader at a time. To make one takes threads,
//! connections and the metadata of all partitions of a topic: far more than most ranges do.

use crate::{BrokerError, LogConsumer};
use parking_lot::Mutex;
use shared::config::KafkaSettings;
use std::{sync::Arc, time::Duration};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep},
};

/// A consumer that nobody wants for this long is closed.
const IDLE: Duration = Duration::from_secs(10);

/// Where readers of ranges get their consumers; clones share them.
#[derive(Clone)]
pub struct RangeConsumers(Arc<Shared>);

struct Shared {
    settings: KafkaSettings,
    /// With the time since when each is idle, the longest first.
    idle: Mutex<Vec<(Instant, LogConsumer)>>,
}

/// A consumer of one reader, which goes back when that ends.
pub(crate) struct LentConsumer {
    consumers: RangeConsumers,
    consumer: LogConsumer,
    is_sound: bool,
}

impl RangeConsumers {
    /// None is there before the first is needed.
    #[must_use]
    pub fn new(settings: &KafkaSettings) -> Self {
        Self(Arc::new(Shared { settings: settings.clone(), idle: Mutex::default() }))
    }

    /// Lends the consumer that was used last, or a new one.
    pub(crate) fn lend(&self) -> Result<LentConsumer, BrokerError> {
        let idle = self.0.idle.lock().pop();
        let consumer = match idle {
            Some((_, consumer)) => consumer,
            None => LogConsumer::of_ranges(&self.0.settings)?,
        };
        Ok(LentConsumer { consumers: self.clone(), consumer, is_sound: true })
    }

    /// Keeps a consumer for the next reader, and closes it if there is none soon. Without a runtime
    /// the process ends.
    fn take_back(&self, consumer: LogConsumer) {
        let Ok(runtime) = Handle::try_current() else { return };
        self.0.idle.lock().push((Instant::now(), consumer));
        let shared = Arc::downgrade(&self.0);
        runtime.spawn(async move {
            sleep(IDLE).await;
            // Closed behind the lock: that takes its time.
            drop(shared.upgrade().map(|shared| shared.take_idle(IDLE)));
        });
    }
}

impl Shared {
    /// Takes those that are idle for so long, at least.
    fn take_idle(&self, time: Duration) -> Vec<LogConsumer> {
        let mut idle = self.idle.lock();
        let n_unwanted = idle.partition_point(|(since, _)| since.elapsed() >= time);
        idle.drain(..n_unwanted).map(|(_, consumer)| consumer).collect()
    }
}

impl LentConsumer {
    pub(crate) const fn consumer(&self) -> &LogConsumer {
        &self.consumer
    }

    /// Something went wrong with it: it is not lent again.
    pub(crate) const fn give_up(&mut self) {
        self.is_sound = false;
    }
}

impl Drop for LentConsumer {
    fn drop(&mut self) {
        if self.is_sound {
            self.consumers.take_back(self.consumer.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl RangeConsumers {
        fn n_idle(&self) -> usize {
            self.0.idle.lock().len()
        }
    }

    #[tokio::test]
    async fn a_consumer_is_lent_again_and_closed_when_nobody_wants_it() {
        let broker = [("SLUICE_KAFKA__BROKERS".to_owned(), "127.0.0.1:1")];
        let consumers = RangeConsumers::new(&testkit::settings(broker).kafka);
        let (first, mut second) = (consumers.lend().unwrap(), consumers.lend().unwrap());
        second.give_up();
        drop((first, second));
        assert_eq!(consumers.n_idle(), 1, "what is broken does not come back");

        let again = consumers.lend().unwrap();
        assert_eq!(consumers.n_idle(), 0);
        drop(again);
        assert!(consumers.0.take_idle(IDLE).is_empty(), "it may be wanted soon");
        assert_eq!(consumers.0.take_idle(Duration::ZERO).len(), 1);
    }
}
