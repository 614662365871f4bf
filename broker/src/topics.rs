//! Topics under the configured prefix.

use shared::{config::KafkaSettings, messages::topics};

/// Full names of our topics; what each holds is described in [`shared::messages::topics`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics {
    /// Each drop's events in its own partition.
    pub queue_events: String,
    /// Each drop's commands in its own partition.
    pub order_commands: String,
    /// Partitioned by order.
    pub order_events: String,
    /// A single partition.
    pub dead_letters: String,
}

impl Topics {
    /// Puts the prefix before each name.
    #[must_use]
    pub fn new(settings: &KafkaSettings) -> Self {
        let named = |name: &str| format!("{}{name}", settings.topic_prefix);
        Self {
            queue_events: named(topics::QUEUE_EVENTS),
            order_commands: named(topics::ORDER_COMMANDS),
            order_events: named(topics::ORDER_EVENTS),
            dead_letters: named(topics::DEAD_LETTERS),
        }
    }
    /// Returns those in which each drop has a partition of its own, the same one in both.
    #[must_use]
    pub fn of_drops(&self) -> [&str; 2] {
        [&self.queue_events, &self.order_commands]
    }
}
