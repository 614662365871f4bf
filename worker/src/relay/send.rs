//! Records on their way to Kafka.

use crate::{app::App, causes::with_causes};
use broker::{BrokerError, Delivery};

/// A record to send.
pub(super) struct Waiting {
    /// Names what the record is about.
    pub(super) key: String,
    pub(super) payload: String,
}

/// A record that was sent, if it could be.
pub(super) struct Sent {
    key: String,
    delivery: Result<Delivery, BrokerError>,
}

/// Hands a record over for writing.
pub(super) async fn send(app: &App, topic: &str, record: Waiting) -> Sent {
    let Waiting { key, payload } = record;
    let delivery = app.producer.send(topic, None, key.as_bytes(), payload.as_bytes()).await;
    Sent { key, delivery }
}

impl Sent {
    /// Waits until Kafka has the record. One that no broker takes must not hold up all others, so
    /// it counts as written.
    pub(super) async fn written(self) -> Result<(), BrokerError> {
        let written = match self.delivery {
            Ok(delivery) => delivery.acknowledged().await.map(drop),
            Err(error) => Err(error),
        };
        match written {
            Err(error) if error.is_about_the_record() => {
                let (key, error) = (self.key, with_causes(error));
                tracing::error!(key, error, "cannot publish the record of {key}; going on without");
                Ok(())
            }
            written => written,
        }
    }
}
