//! Order commands on their way to Kafka: CPU of the client per command.
//!
//! The subject is what the drain does with a batch: it hands all commands over and then waits for
//! their acknowledgements. The baseline waits for each before it sends the next. Both use the same
//! producer, with the settings of the services, in this process.

use crate::{
    installation::create_topics,
    machine::Machine,
    measure::{Sample, Series},
    options::Options,
    process::own_cpu,
    report::Report,
    target::BenchTarget::AtMost,
};
use anyhow::ensure;
use broker::{Producer, Topics};
use shared::{
    credentials::Mac,
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{Epoch, Lane, Score},
    messages::{OrderCommand, PlaceOrder},
};
use stack::{Stack, StackOptions};
use std::time::Instant;

/// Commands of one batch, as the drain's setting has it.
const BATCH: usize = 500;
/// The partition of the drop.
const PARTITION: Option<i32> = Some(0);

/// Where commands are sent.
struct CommandLog {
    producer: Producer,
    topic: String,
}

/// A command and its key.
type KeyedCommand = (TicketId, Vec<u8>);

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let dir = tempfile::tempdir()?;
    let servers = StackOptions::on_free_ports(dir.path())?.only(false, false, true);
    let stack = Stack::start(servers).await?;
    ensure!(
        stack.kafka().pid().is_some(),
        "the embedded broker is a part of this process; its CPU would count as the client's"
    );
    let settings = testkit::settings(stack.endpoints().env()).kafka;
    create_topics(&stack, &settings).await?;
    let log = CommandLog {
        producer: Producer::new(&settings)?,
        topic: Topics::new(&settings).order_commands,
    };
    let mut report = Report::new("commands", options, Machine::describe(dir.path()));
    let mut single = Series::new("one command, awaited, at a time");
    let mut batched = Series::new(format!("batches of {BATCH}"));
    // A topic's leader is known, and connections are made, before anything counts.
    log.single(&commands(BATCH)?).await?;
    let (n_single, n_batched) = options.pick((1_000, 20_000), (5_000, 200_000));
    for _ in 0..options.rounds() {
        single.samples.push(log.single(&commands(n_single)?).await?);
        batched.samples.push(log.batched(&commands(n_batched)?).await?);
    }
    let name = "CPU of the Kafka client per order command: batched / one at a time";
    report.figure(name, batched.cost_ratio(&single), Some(AtMost(0.04)));
    report.series.extend([single, batched]);
    report.notes.push("CPU of this process: the client with its threads, and nothing else".into());
    Ok(report)
}

impl CommandLog {
    async fn single(&self, commands: &[KeyedCommand]) -> anyhow::Result<Sample> {
        let (cpu, started) = (own_cpu()?, Instant::now());
        for (id, payload) in commands {
            self.producer.produce(&self.topic, PARTITION, id.as_bytes(), payload).await?;
        }
        let (wall, used) = (started.elapsed(), own_cpu()?.saturating_sub(cpu));
        Ok(Sample::new(commands.len(), wall, Some(used)))
    }

    async fn batched(&self, commands: &[KeyedCommand]) -> anyhow::Result<Sample> {
        let (cpu, started) = (own_cpu()?, Instant::now());
        for batch in commands.chunks(BATCH) {
            let mut sent = Vec::with_capacity(batch.len());
            for (id, payload) in batch {
                let sending = self.producer.send(&self.topic, PARTITION, id.as_bytes(), payload);
                sent.push(sending.await?);
            }
            for delivery in sent {
                delivery.acknowledged().await?;
            }
        }
        let (wall, used) = (started.elapsed(), own_cpu()?.saturating_sub(cpu));
        Ok(Sample::new(commands.len(), wall, Some(used)))
    }
}

/// Makes commands of one drop ready; that costs both sides the same and is not counted.
fn commands(n: usize) -> anyhow::Result<Vec<KeyedCommand>> {
    let (drop_id, variant_id) = (DropId::generate(), VariantId::generate());
    (1..=n as u64).map(|number| command(drop_id, variant_id, number)).collect()
}

fn command(drop_id: DropId, variant_id: VariantId, number: u64) -> anyhow::Result<KeyedCommand> {
    let ticket_id = TicketId::generate();
    let order = PlaceOrder {
        ticket_id,
        drop_id,
        shopper_id: ShopperId::generate(),
        lane: Lane(0),
        variant_id,
        units: 1,
        epoch: Epoch(1),
        score: Score::new(Epoch(1), number),
        admitted_at_us: 1_700_000_000_000_000,
        mac: Mac::default(),
    };
    Ok((ticket_id, serde_json::to_vec(&OrderCommand::V1(order))?))
}
