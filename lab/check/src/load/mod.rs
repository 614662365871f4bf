//! Gathers the evidence, once the system has settled.

mod kafka;
mod ledger;
mod postgres;
mod room;
mod stories;
mod tries;

use std::time::Duration;

use anyhow::Context;
use shared::{
    ids::{DropId, VariantId},
    messages::topics,
};

use super::{evidence::Evidence, options::CheckOptions};
use crate::{history, json_lines, probes::TenantProbe};
use postgres::PostgresReader;

/// Reads everything about the run's drop.
///
/// # Errors
///
/// Returns an error that names the source that cannot be read.
pub(crate) async fn evidence(options: &CheckOptions) -> anyhow::Result<Evidence> {
    let entries = history::read(&options.history)?;
    let (seed, drop_of_run) = stories::run_of(&entries);
    let drop_id: DropId =
        options.drop.or(drop_of_run).context("the history names no drop; pass one with --drop")?;
    let topic = |name: &str| format!("{}{name}", options.topic_prefix);
    let mut postgres = PostgresReader::connect(&options.database).await?;
    postgres.wait_settled(drop_id, Duration::from_secs(options.settle_seconds)).await?;
    let tables = postgres.read(drop_id, &topic(topics::ORDER_COMMANDS)).await?;
    let variants: Vec<VariantId> = tables.inventory.iter().map(|row| row.variant_id).collect();
    let redis = match &options.redis {
        Some(url) => Some(room::dump(url, drop_id, &variants).await?),
        None => None,
    };

    let dump = async |name: &str| kafka::dump(&options.kafka, topic(name)).await;
    let events = dump(topics::QUEUE_EVENTS).await?;
    let commands = dump(topics::ORDER_COMMANDS).await?;
    let order_events = dump(topics::ORDER_EVENTS).await?;
    let elsewhere = kafka::tickets_elsewhere(&events, &commands, &order_events, drop_id);
    let mut owners = tables.owners;
    owners.extend(kafka::owners_of(&order_events, drop_id));
    let events = kafka::events_of(&events, drop_id);
    let published = kafka::order_events_of(&order_events, drop_id);

    let shoppers = stories::stories(&entries);
    let tickets = stories::tickets(&shoppers, &events, &tables.orders);
    let provider = ledger::read(&options.psp_ledger, options.psp_api_key.as_deref()).await?;
    let provider = provider.into_iter().filter(|entry| tickets.contains(&entry.reference));
    Ok(Evidence {
        seed,
        shoppers,
        refused_tries: tries::refused(&entries),
        faults: options.faults.as_deref().map(json_lines::read).transpose()?.unwrap_or_default(),
        probes: probes_of(options, drop_id)?,
        elsewhere,
        owners,
        events,
        commands: kafka::commands_of(&commands, drop_id),
        order_events: published.by_order,
        last_event_us: published.last_us,
        drop: tables.drop,
        lanes: tables.lanes,
        boundaries: tables.boundaries,
        inventory: tables.inventory,
        moves: tables.moves,
        journal: tables.journal,
        orders: tables.orders,
        transitions: tables.transitions,
        usage: tables.usage,
        payments: tables.payments,
        ledger: tables.ledger,
        audit: tables.audit,
        dead_orders: tables.dead_orders,
        provider: provider.collect(),
        redis,
    })
}

/// Returns how those were answered who asked for this drop's things.
fn probes_of(options: &CheckOptions, drop_id: DropId) -> anyhow::Result<Vec<TenantProbe>> {
    let Some(path) = &options.probes else { return Ok(Vec::new()) };
    let mut probes: Vec<TenantProbe> = json_lines::read(path)?;
    probes.retain(|probe| probe.drop_id == drop_id);
    Ok(probes)
}
