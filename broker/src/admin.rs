//! Topics and their partitions: created where they are missing, added where there are too few.

use crate::{BrokerError, LogInfo, Topics, settings};
use rdkafka::{
    admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication, TopicResult},
    client::DefaultClientContext,
    error::{KafkaError, RDKafkaErrorCode},
};
use shared::{config::KafkaSettings, messages::topics};
use std::{collections::HashMap, time::Duration};

const TIMEOUT: Duration = Duration::from_secs(9);
/// With so many copies, each record can be on two brokers while one is away.
const REPLICATION_TO_LOSE_ONE: i32 = 3;

type Admin = AdminClient<DefaultClientContext>;

/// Creates our topics where they are missing, with as many copies as the settings say, and adds
/// partitions where there are fewer than the settings say.
///
/// # Errors
///
/// Returns [`BrokerError`] when the broker does not answer, or cannot do it.
pub async fn ensure_topics(settings: &KafkaSettings) -> Result<(), BrokerError> {
    ensure_partitions(settings, settings.partitions.get()).await
}

/// The same, with at least `n_partitions` in the topics where each drop has one of its own. Other
/// topics never grow, since the key of a record chooses its partition there.
///
/// The embedded broker takes no such requests; its owner has created all that there will be, so
/// only what is missing is asked for.
///
/// # Errors
///
/// Returns [`BrokerError`] when the broker does not answer, or cannot do it.
pub async fn ensure_partitions(
    settings: &KafkaSettings,
    n_partitions: u16,
) -> Result<(), BrokerError> {
    let existing = LogInfo::new(settings)?.partitions().await?;
    let n_partitions = n_partitions.max(settings.partitions.get());
    let wanted = topics::all(&settings.topic_prefix, n_partitions);
    let replication = i32::from(settings.replication.get());
    let missing: Vec<_> = wanted
        .iter()
        .filter(|(name, _)| !existing.contains_key(name))
        .map(|(name, partitions)| new_topic(name, *partitions, replication))
        .collect();
    let topics = Topics::new(settings);
    let too_small = too_small(&topics, &existing, n_partitions.into());
    if missing.is_empty() && too_small.is_empty() {
        return Ok(());
    }
    let admin: Admin = settings::client(settings)
        .create()
        .map_err(BrokerError::during("create an admin client"))?;
    create(&admin, &missing).await?;
    grow(&admin, &too_small).await
}

/// Returns the topics that have too few partitions for `n_partitions` drops.
fn too_small<'a>(
    topics: &'a Topics,
    existing: &HashMap<String, usize>,
    n_partitions: usize,
) -> Vec<NewPartitions<'a>> {
    let names = topics.of_drops().into_iter();
    names
        .filter(|name| existing.get(*name).is_some_and(|n_existing| *n_existing < n_partitions))
        .map(|name| NewPartitions::new(name, n_partitions))
        .collect()
}

async fn create(admin: &Admin, topics: &[NewTopic<'_>]) -> Result<(), BrokerError> {
    if topics.is_empty() {
        return Ok(());
    }
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT));
    let results = admin.create_topics(topics, &options).await;
    let results = results.map_err(BrokerError::during("create topics"))?;
    done_by_anybody("create a topic", results, RDKafkaErrorCode::TopicAlreadyExists)
}

async fn grow(admin: &Admin, topics: &[NewPartitions<'_>]) -> Result<(), BrokerError> {
    if topics.is_empty() {
        return Ok(());
    }
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT));
    let results = admin.create_partitions(topics, &options).await;
    let results = results.map_err(BrokerError::during("add partitions"))?;
    for topic in topics {
        let (topic, n_partitions) = (topic.topic_name, topic.new_partition_count);
        tracing::info!(topic, n_partitions, "{topic} is to have {n_partitions} partitions");
    }
    // A topic that has as many already answers that the number is not valid.
    done_by_anybody("add partitions to a topic", results, RDKafkaErrorCode::InvalidPartitions)
}

/// Returns what failed, unless somebody else has done it.
fn done_by_anybody(
    operation: &'static str,
    results: Vec<TopicResult>,
    done: RDKafkaErrorCode,
) -> Result<(), BrokerError> {
    results.into_iter().try_for_each(|result| match result {
        Ok(_) => Ok(()),
        Err((_, code)) if code == done => Ok(()),
        Err((_, code)) => Err(BrokerError::new(operation, KafkaError::AdminOp(code))),
    })
}

/// Kept forever: a room is rebuilt from them, and they prove the line's history.
fn new_topic(name: &str, partitions: i32, replication: i32) -> NewTopic<'_> {
    let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(replication))
        .set("retention.ms", "-1")
        .set("retention.bytes", "-1")
        .set("cleanup.policy", "delete");
    if replication < REPLICATION_TO_LOSE_ONE {
        return topic;
    }
    topic.set("min.insync.replicas", "2")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics() -> Topics {
        let [queue_events, order_commands, order_events, dead_letters] =
            ["queue-events", "order-commands", "order-events", "dead-letters"].map(str::to_owned);
        Topics { queue_events, order_commands, order_events, dead_letters }
    }

    #[test]
    fn only_topics_that_have_a_partition_per_drop_grow() {
        let existing = [("queue-events", 5), ("order-commands", 3), ("order-events", 1)];
        let existing = HashMap::from(existing.map(|(name, n)| (name.to_owned(), n)));
        let topics = topics();
        let grown = |n| -> Vec<_> {
            let too_small = too_small(&topics, &existing, n);
            too_small.iter().map(|to| (to.topic_name, to.new_partition_count)).collect()
        };
        assert!(grown(3).is_empty());
        assert_eq!(grown(5), [("order-commands", 5)]);
        assert_eq!(grown(6), [("queue-events", 6), ("order-commands", 6)]);
    }

    #[test]
    fn two_brokers_must_have_a_record_where_one_of_three_may_be_lost() {
        let in_sync = |replication| {
            let NewTopic { replication, config, .. } = new_topic("t", 4, replication);
            let TopicReplication::Fixed(copies) = replication else { return None };
            let wanted = config.iter().find(|(key, _)| *key == "min.insync.replicas");
            Some((copies, wanted.map(|(_, n)| (*n).to_owned())))
        };
        assert_eq!(in_sync(1), Some((1, None)));
        assert_eq!(in_sync(2), Some((2, None)), "with both of two, one that is away stops us");
        assert_eq!(in_sync(3), Some((3, Some("2".to_owned()))));
        assert_eq!(in_sync(5), Some((5, Some("2".to_owned()))));
    }
}
