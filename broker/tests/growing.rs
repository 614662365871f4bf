//! Topics that grow on a real broker.

use broker::{LogConsumer, LogInfo, PartitionReader, Producer, Topics, admin};
use std::time::Duration;
use testkit::{TestTopics, wait_until};

const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn clients_from_before_use_partitions_that_were_added() {
    let topics = TestTopics::create().await;
    let settings = topics.settings();
    let names = Topics::new(settings);
    let log = LogInfo::new(settings).unwrap();
    let before = log.partitions().await.unwrap();
    let producer = Producer::new(settings).unwrap();
    let consumer = LogConsumer::new(settings).unwrap();
    // They know the topic as it is.
    producer.produce(&names.order_commands, Some(0), b"key", b"x").await.unwrap();
    let mut reader = PartitionReader::open(&consumer, &names.order_commands, 0, 0).await.unwrap();
    assert_eq!(reader.read_batch(1, SOON).await.unwrap().len(), 1);
    let last = i32::try_from(before[&names.order_commands]).unwrap();
    let refused = producer.produce(&names.order_commands, Some(last), b"key", b"x").await;
    let refused = refused.unwrap_err();
    assert!(refused.is_unknown_topic() && !refused.is_out_of_range(), "{refused:?}");
    assert!(!refused.is_about_the_record());

    for _ in 0..2 {
        admin::ensure_partitions(settings, u16::try_from(last).unwrap() + 3).await.unwrap();
    }

    let after = wait_until("more partitions", SOON, async || {
        let after = log.partitions().await.ok()?;
        names.of_drops().iter().all(|name| after[*name] > before[*name]).then_some(after)
    })
    .await;
    for name in names.of_drops() {
        assert_eq!(after[name], before[name] + 3);
    }
    assert_eq!(after[&names.order_events], before[&names.order_events], "keys choose there");
    let written = wait_until("a leader of the new partition", SOON, async || {
        producer.produce(&names.order_commands, Some(last), b"key", b"y").await.ok()
    })
    .await;
    assert_eq!(written.partition, last);
    let mut reader =
        PartitionReader::open(&consumer, &names.order_commands, last, 0).await.unwrap();
    let read = reader.read_batch(1, SOON).await.unwrap();
    assert_eq!(read[0].payload.as_deref(), Some(&b"y"[..]));
    assert_eq!(log.ends(&names.order_commands, &[last, last + 90]).await.unwrap().len(), 1);
}
