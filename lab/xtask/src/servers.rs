//! The servers with schema and topics, each step shown.

use std::sync::Arc;

use anyhow::Context;
use shared::config::{KafkaMode, KafkaSettings, Settings as ServiceSettings};
use stack::{Fleet, Stack};
use tokio::sync::OnceCell;

use crate::{console::Console, settings::Settings};

/// Starts the servers. They are in `running` even if one of them fails.
pub(crate) async fn start(
    console: &Console,
    settings: &Settings,
    running: &OnceCell<Arc<Stack>>,
) -> anyhow::Result<Arc<Stack>> {
    let options = &settings.options;
    let stack = console.step("programs and Kafka's jars", Stack::prepare(options)).await?;
    let stack = Arc::clone(running.get_or_init(async || Arc::new(stack)).await);
    tokio::try_join!(
        console.step("Redis", stack.start_redis(options)),
        console.step("Postgres", stack.start_postgres(options)),
        console.step(kafka_title(&stack), stack.start_kafka(options)),
    )?;
    Ok(stack)
}

/// Brings the schema and the topics up to date.
pub(crate) async fn prepare_data(
    console: &Console,
    stack: &Stack,
    fleet: &Fleet,
) -> anyhow::Result<()> {
    let kafka = ServiceSettings::from_vars(fleet.service_env())?.kafka;
    console.step("schema", migrate(fleet)).await?;
    console.step("topics", create_topics(stack, &kafka)).await
}

async fn migrate(fleet: &Fleet) -> anyhow::Result<()> {
    fleet.migrate().await.context(
        "cannot bring the schema up to date; if an applied migration was changed, \
         `./scripts/stack wipe` starts over",
    )
}

async fn create_topics(stack: &Stack, settings: &KafkaSettings) -> anyhow::Result<()> {
    stack.kafka().create_embedded_topics(&settings.topic_prefix, settings.partitions.get())?;
    Ok(broker::admin::ensure_topics(settings).await?)
}

fn kafka_title(stack: &Stack) -> &'static str {
    if stack.kafka().mode() == KafkaMode::Embedded {
        "EMBEDDED broker (its log is not durable)"
    } else {
        "Kafka"
    }
}
