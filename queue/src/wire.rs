//! The texts that scripts take and return: tickets, scores, outcomes.

use crate::QueueError;
use shared::{
    drops::CloseReason,
    line::{
        Intent, JoinedTicket, Lane, LineState, LiveState, LogPosition, Score, StockFigure,
        TicketScore,
    },
};
use std::str::FromStr;

/// Reads texts for one operation, so that errors can name it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader(pub(crate) &'static str);

/// Writes a ticket as events and scripts carry it:
/// `ticket|account|lane|variant|units|score|joined_ms`.
pub(crate) fn ticket_row(ticket: &JoinedTicket) -> String {
    format!(
        "{}|{}|{}|{}|{}|{}|{}",
        ticket.ticket_id,
        ticket.shopper_id,
        ticket.lane.0,
        ticket.intent.variant_id,
        ticket.intent.units,
        ticket.score.raw(),
        ticket.joined_at_ms
    )
}

/// Writes a log position as leases hold it.
pub(crate) fn position_text(position: &LogPosition) -> String {
    format!("{}|{}|{}", position.generation, position.partition, position.offset)
}

/// Adds stock figures as scripts take them: how many, then four arguments each.
pub(crate) fn push_stock(args: &mut Vec<String>, stock: &[StockFigure]) {
    args.push(stock.len().to_string());
    for figure in stock {
        args.push(figure.variant_id.to_string());
        args.push(figure.version.to_string());
        args.push(figure.available.to_string());
        args.push(figure.reserved.to_string());
    }
}

impl Reader {
    /// Creates the error for a text that cannot be read.
    pub(crate) fn wrong(self, text: &str) -> QueueError {
        QueueError::malformed(self.0, format!("{text:?}"))
    }

    pub(crate) fn value<T: FromStr>(self, text: &str) -> Result<T, QueueError> {
        text.parse().map_err(|_| self.wrong(text))
    }

    /// Parses the next of a row's parts.
    pub(crate) fn next<'t, T: FromStr>(
        self,
        parts: &mut impl Iterator<Item = &'t str>,
    ) -> Result<T, QueueError> {
        let text = parts.next().ok_or_else(|| self.wrong("a short row"))?;
        self.value(text)
    }

    pub(crate) fn score(self, raw: u64) -> Result<Score, QueueError> {
        Score::from_raw(raw).ok_or_else(|| self.wrong(&raw.to_string()))
    }

    /// Reads a ticket; see [`ticket_row`].
    pub(crate) fn ticket(self, row: &str) -> Result<JoinedTicket, QueueError> {
        let mut parts = row.split('|');
        let parts = &mut parts;
        Ok(JoinedTicket {
            ticket_id: self.next(parts)?,
            shopper_id: self.next(parts)?,
            lane: Lane(self.next(parts)?),
            intent: Intent { variant_id: self.next(parts)?, units: self.next(parts)? },
            score: self.score(self.next(parts)?)?,
            joined_at_ms: self.next(parts)?,
        })
    }

    /// Reads tickets, one per line.
    pub(crate) fn tickets(self, rows: &str) -> Result<Vec<JoinedTicket>, QueueError> {
        rows.lines().map(|row| self.ticket(row)).collect()
    }

    /// Reads known tickets, one per line: `ticket|lane|score`.
    pub(crate) fn scores(self, rows: &str) -> Result<Vec<TicketScore>, QueueError> {
        let score = |row: &str| {
            let mut parts = row.split('|');
            Ok(TicketScore {
                ticket_id: self.next(&mut parts)?,
                lane: Lane(self.next(&mut parts)?),
                score: self.score(self.next(&mut parts)?)?,
            })
        };
        rows.lines().map(score).collect()
    }

    /// Reads where a live ticket is; `None` for another word.
    pub(crate) fn live_state(word: &str) -> Option<LiveState> {
        match word {
            "waiting" | "missed" => Some(LiveState::Waiting),
            "in_flight" => Some(LiveState::InFlight { extended: false }),
            "extended" => Some(LiveState::InFlight { extended: true }),
            "held" => Some(LiveState::Held),
            _ => None,
        }
    }

    /// Reads where a ticket is, its end included.
    pub(crate) fn status(self, text: &str) -> Result<LineState, QueueError> {
        Ok(match text {
            "waiting" => LineState::Waiting,
            "missed" => LineState::Missed,
            "in_flight" => LineState::InFlight { extended: false },
            "extended" => LineState::InFlight { extended: true },
            "held" => LineState::Held,
            "finished" => LineState::Finished,
            "left" => LineState::Left,
            "unknown" => LineState::Unknown,
            _ => {
                let reason = text.strip_prefix("closed|").ok_or_else(|| self.wrong(text))?;
                LineState::Closed(self.value::<CloseReason>(reason)?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{ids::*, line::Epoch};

    #[test]
    fn a_ticket_survives_its_row() {
        let ticket = JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            score: Score::new(Epoch(3), 7),
            intent: Intent { variant_id: VariantId::generate(), units: 2 },
            joined_at_ms: 1_700_000_000_000,
        };
        assert_eq!(Reader("test").ticket(&ticket_row(&ticket)).unwrap(), ticket);
        assert!(Reader("test").ticket("a|b").is_err());
    }
}
