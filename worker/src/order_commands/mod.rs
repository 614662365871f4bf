//! An admitted ticket as a signed command in its drop's partition.

use crate::app::App;
use broker::{BrokerError, Delivery};
use database::selling::scheduling::LiveDrop;
use shared::{
    credentials::Mac,
    ids::TicketId,
    line::{AdmittedTicket, Extension, LogPosition},
    messages::{OrderCommand, PlaceOrder},
};

/// A command on its way to Kafka.
pub(crate) struct SentCommand {
    ticket_id: TicketId,
    delivery: Delivery,
}

/// Hands the commands of tickets over for writing, in their order. When one cannot be taken, those
/// before it are on their way all the same.
pub(crate) async fn send(
    app: &App,
    flash_drop: &LiveDrop,
    admitted: &[AdmittedTicket],
) -> Result<Vec<SentCommand>, BrokerError> {
    let mut sent = Vec::with_capacity(admitted.len());
    for admitted in admitted {
        let payload = serde_json::to_vec(&command(app, flash_drop, admitted))
            .expect("a command has no map with odd keys");
        let ticket_id = admitted.ticket.ticket_id;
        let (topic, key) = (&app.topics.order_commands, ticket_id.as_bytes());
        let partition = Some(flash_drop.partition);
        let delivery = app.producer.send(topic, partition, key, &payload).await?;
        sent.push(SentCommand { ticket_id, delivery });
    }
    Ok(sent)
}

fn command(app: &App, flash_drop: &LiveDrop, admitted: &AdmittedTicket) -> OrderCommand {
    let ticket = &admitted.ticket;
    let command = PlaceOrder {
        ticket_id: ticket.ticket_id,
        drop_id: flash_drop.id,
        shopper_id: ticket.shopper_id,
        lane: ticket.lane,
        variant_id: ticket.intent.variant_id,
        units: ticket.intent.units,
        epoch: flash_drop.epoch,
        score: ticket.score,
        admitted_at_us: admitted.admitted_at_us,
        mac: Mac::default(),
    };
    OrderCommand::V1(command.signed(&app.command_keys))
}

/// Waits for Kafka's acknowledgements. Returns the positions of those that came, and how many did
/// not.
pub(crate) async fn acknowledged(
    generation: i64,
    sent: Vec<SentCommand>,
) -> (Vec<Extension>, usize) {
    let (mut written, mut n_unknown) = (Vec::with_capacity(sent.len()), 0);
    for SentCommand { ticket_id, delivery } in sent {
        match delivery.acknowledged().await {
            Ok(record) => written.push(Extension {
                ticket_id,
                position: LogPosition {
                    generation,
                    partition: record.partition,
                    offset: record.offset,
                },
            }),
            Err(_) => n_unknown += 1,
        }
    }
    (written, n_unknown)
}
