//! The events of the journal, published in the order of each order.
//!
//! An order's next event is sent once the one before it is written, so a batch goes out in waves:
//! the first event of each order, then the second, and so on. Where an event is not written, what
//! comes behind it for the orders of its row waits with it.

use super::send::{self, Waiting};
use crate::{app::App, pause::pause_point};
use broker::BrokerError;
use database::journal::{self, Consumer, JournalId, WaitingRow};
use shared::{
    ids::OrderId,
    messages::{OrderChanged, OrderEvent},
    telemetry::CounterName,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Journal rows published together: as many as wait, up to this. A row has up to 500 events.
const BATCH: i64 = 200;

/// An event, and the place of its row in the batch.
type Event<'a> = (usize, &'a OrderChanged);

/// Publishes the events of rows that wait, those of a drop oldest first; drops take turns. Returns how
/// many rows were done with.
pub(super) async fn publish_events(app: &App) -> anyhow::Result<usize> {
    let rows = journal::waiting_events(&app.pool, BATCH).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut publication = Publication::of(&rows);
    for wave in waves(&rows) {
        publication.send(app, wave).await;
    }
    let (done, failure) = publication.end();
    journal::acknowledge(&app.pool, Consumer::Events, &done).await?;
    match failure {
        Some(error) => Err(error.into()),
        None => Ok(done.len()),
    }
}

/// Puts events behind those of the same order that come before them.
fn waves(rows: &[WaitingRow]) -> Vec<Vec<Event<'_>>> {
    let (mut waves, mut n_before) = (Vec::<Vec<_>>::new(), HashMap::<OrderId, usize>::new());
    for (at, row) in rows.iter().enumerate() {
        for event in &row.events {
            let n = n_before.entry(event.order_id).or_default();
            if waves.len() == *n {
                waves.push(Vec::new());
            }
            waves[*n].push((at, event));
            *n += 1;
        }
    }
    waves
}

/// How far a batch is.
struct Publication<'a> {
    rows: &'a [WaitingRow],
    /// Rows with an event that is not written.
    failed: BTreeSet<usize>,
    /// Orders of those rows.
    held_up: HashSet<OrderId>,
    failure: Option<BrokerError>,
}

impl<'a> Publication<'a> {
    fn of(rows: &'a [WaitingRow]) -> Self {
        Self { rows, failed: BTreeSet::new(), held_up: HashSet::new(), failure: None }
    }

    /// Sends a wave, all at once, and waits until each event is written or has failed.
    async fn send(&mut self, app: &App, wave: Vec<Event<'_>>) {
        let mut sent = Vec::with_capacity(wave.len());
        for (at, event) in wave {
            if self.held_up.contains(&event.order_id) {
                self.fail(at);
                continue;
            }
            let payload = serde_json::to_string(&OrderEvent::V1(event.clone()))
                .expect("an event has no map with odd keys");
            let (topic, key) = (&app.topics.order_events, event.order_id.to_string());
            sent.push((at, send::send(app, topic, Waiting { key, payload }).await));
        }
        pause_point!("relay.after_produce");
        let mut n_written = 0;
        for (at, sent) in sent {
            match sent.written().await {
                Ok(()) => n_written += 1,
                Err(error) => {
                    self.fail(at);
                    self.failure = Some(error);
                }
            }
        }
        pause_point!("relay.after_ack");
        CounterName::EventsPublished.get().increment(n_written);
    }

    /// Nothing of its orders may overtake a row.
    fn fail(&mut self, at: usize) {
        if self.failed.insert(at) {
            self.held_up.extend(self.rows[at].events.iter().map(|event| event.order_id));
        }
    }

    /// Returns the rows whose events are all written, and what went wrong with another.
    fn end(self) -> (Vec<JournalId>, Option<BrokerError>) {
        let rows = self.rows.iter().enumerate();
        let done = rows.filter(|(at, _)| !self.failed.contains(at));
        (done.map(|(_, row)| row.journal_id).collect(), self.failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        ids::{DropId, SellerId, VariantId},
        lifecycle::TicketState,
        messages::order_event_id,
    };

    fn event(order_id: OrderId, sequence: i64) -> OrderChanged {
        OrderChanged {
            event_id: order_event_id(order_id, sequence),
            order_id,
            sequence,
            drop_id: DropId::generate(),
            seller_id: SellerId::generate(),
            variant_id: VariantId::generate(),
            units: 1,
            amount_minor: 1,
            currency: "EUR".into(),
            state: TicketState::Reserved,
            reason: None,
            at_us: 0,
        }
    }

    fn row(id: i64, events: &[(OrderId, i64)]) -> WaitingRow {
        let events = events.iter().map(|(order_id, sequence)| event(*order_id, *sequence));
        WaitingRow { journal_id: JournalId(id), events: events.collect() }
    }

    #[test]
    fn an_event_goes_out_behind_the_one_before_it() {
        let (a, b) = (OrderId::generate(), OrderId::generate());
        let rows = [row(1, &[(a, 1), (b, 1)]), row(2, &[(a, 2), (a, 3)]), row(3, &[(b, 2)])];
        let waves: Vec<Vec<_>> = waves(&rows)
            .into_iter()
            .map(|wave| wave.into_iter().map(|(at, event)| (at, event.sequence)).collect())
            .collect();
        assert_eq!(waves, [vec![(0, 1), (0, 1)], vec![(1, 2), (2, 2)], vec![(1, 3)]]);
    }

    #[test]
    fn what_comes_behind_a_row_that_failed_waits_with_it() {
        let (a, b, c) = (OrderId::generate(), OrderId::generate(), OrderId::generate());
        let rows = [row(1, &[(a, 1), (b, 1)]), row(2, &[(b, 2), (c, 1)]), row(3, &[(c, 2)])];
        let mut publication = Publication::of(&rows);
        publication.fail(0);
        assert!(publication.held_up.contains(&b), "an order of the same row");
        assert_eq!(publication.end().0, [JournalId(2), JournalId(3)]);
    }
}
