//! Topics under the configured prefix.

use shared::{config::KafkaSettings, messages::topics};

/// Full names of our topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics {
    /// What happened in each line.
    pub queue_events: String,
    /// Orders to be placed.
    pub order_commands: String,
    /// What became of each order.
    pub order_events: String,
    /// Records that could not be understood.
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
}
