//! The servers with schema and topics, each step shown.

use std::sync::Arc;

use anyhow::Context;
use stack::{Secrets, Stack, fleet::Env};
use tokio::sync::OnceCell;

use crate::{console::Console, settings::Settings};

/// Starts the servers; what was started by the time of a failure is in `running`.
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
    secrets: &Secrets,
    given: &Env,
) -> anyhow::Result<()> {
    let mut env = stack.endpoints().env();
    env.extend(secrets.env().clone());
    env.extend(given.clone());
    env.extend(stack.endpoints().env());
    let settings = shared::config::Settings::from_vars(env)?;
    console.step("schema", migrate(&settings)).await?;
    console.step("topics", create_topics(stack, &settings)).await
}

async fn migrate(settings: &shared::config::Settings) -> anyhow::Result<()> {
    let pool = database::connect(&settings.database)?;
    let migrated = database::migrate(&pool).await;
    pool.close().await;
    migrated.context(
        "cannot bring the schema up to date; where an applied migration was changed, \
         `./scripts/stack wipe` starts over",
    )
}

async fn create_topics(stack: &Stack, settings: &shared::config::Settings) -> anyhow::Result<()> {
    let kafka = &settings.kafka;
    match stack.kafka().as_embedded() {
        Some(broker) => broker.create_topics(&kafka.topic_prefix, kafka.partitions.get())?,
        None => broker::admin::ensure_topics(kafka).await?,
    }
    Ok(())
}

fn kafka_title(stack: &Stack) -> &'static str {
    if stack.kafka().as_embedded().is_some() {
        "EMBEDDED broker (its log is not durable)"
    } else {
        "Kafka"
    }
}
