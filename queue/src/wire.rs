//! Reading what scripts return: packed tickets, scores, words. See `args` for the sizes.

use crate::{
    QueueError,
    args::{LEASE, MARK, POSITION, RECORD, ROW},
};
use redis::Value;
use shared::{
    drops::CloseReason,
    ids::{ShopperId, TicketId, VariantId},
    line::{
        AdmittedTicket, Intent, JoinedTicket, Lane, LaneShare, Lease, LineState, LiveState,
        LogPosition, Score, TicketScore,
    },
};
use std::str::FromStr;
use uuid::Uuid;

/// Reads replies of one operation, so that errors can name it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader(pub(crate) &'static str);

impl Reader {
    /// Creates the error for a text that cannot be read.
    pub(crate) fn wrong(self, text: &str) -> QueueError {
        QueueError::malformed(self.0, format!("{text:?}"))
    }

    /// Creates the error for bytes that cannot be read.
    pub(crate) fn wrong_bytes(self, bytes: &[u8]) -> QueueError {
        self.wrong(&String::from_utf8_lossy(bytes))
    }

    pub(crate) fn wrong_value(self, value: &Value) -> QueueError {
        self.wrong(&format!("{value:?}"))
    }

    pub(crate) fn value<T: FromStr>(self, text: &str) -> Result<T, QueueError> {
        text.parse().map_err(|_| self.wrong(text))
    }

    pub(crate) fn text(self, bytes: &[u8]) -> Result<&str, QueueError> {
        std::str::from_utf8(bytes).map_err(|_| self.wrong_bytes(bytes))
    }

    /// Reads the lanes beside the normal one, with commas between.
    pub(crate) fn lanes(self, text: &str) -> Result<Vec<LaneShare>, QueueError> {
        text.split(',').filter(|lane| !lane.is_empty()).map(|lane| self.value(lane)).collect()
    }

    /// Parses the next of a row's parts.
    pub(crate) fn next<'t, T: FromStr>(
        self,
        parts: &mut impl Iterator<Item = &'t str>,
    ) -> Result<T, QueueError> {
        let text = parts.next().ok_or_else(|| self.wrong("a short row"))?;
        self.value(text)
    }

    pub(crate) fn id<T: From<Uuid>>(self, bytes: &[u8]) -> Result<T, QueueError> {
        Uuid::from_slice(bytes).map(T::from).map_err(|_| self.wrong_bytes(bytes))
    }

    /// Reads ids, one behind the other.
    pub(crate) fn ids<T: From<Uuid>>(self, bytes: &[u8]) -> Result<Vec<T>, QueueError> {
        bytes.chunks(16).map(|id| self.id(id)).collect()
    }

    pub(crate) fn score(self, raw: u64) -> Result<Score, QueueError> {
        Score::from_raw(raw).ok_or_else(|| self.wrong(&raw.to_string()))
    }

    /// Reads scores, one behind the other.
    pub(crate) fn packed_scores(self, bytes: &[u8]) -> Result<Vec<Score>, QueueError> {
        bytes.chunks(8).map(|raw| self.score(u64::from_be_bytes(self.array(raw)?))).collect()
    }

    /// Reads an account's ticket.
    pub(crate) fn ticket(
        self,
        shopper_id: ShopperId,
        record: &[u8],
    ) -> Result<JoinedTicket, QueueError> {
        let record: &[u8; RECORD] = record.try_into().map_err(|_| self.wrong_bytes(record))?;
        let variant_id: VariantId = self.id(&record[16..32])?;
        let units = u32::from_be_bytes(self.array(&record[33..37])?);
        Ok(JoinedTicket {
            ticket_id: self.id(&record[..16])?,
            shopper_id,
            lane: Lane(record[32]),
            score: self.score(u64::from_be_bytes(self.array(&record[37..45])?))?,
            intent: Intent { variant_id, units },
            joined_at_ms: i64::from_be_bytes(self.array(&record[45..])?),
        })
    }

    /// Reads an account with its ticket.
    pub(crate) fn row(self, row: &[u8]) -> Result<JoinedTicket, QueueError> {
        let (account, record) = row.split_at_checked(16).ok_or_else(|| self.wrong_bytes(row))?;
        self.ticket(self.id(account)?, record)
    }

    /// Reads rows, one behind the other.
    pub(crate) fn rows(self, rows: &[u8]) -> Result<Vec<JoinedTicket>, QueueError> {
        rows.chunks(ROW).map(|row| self.row(row)).collect()
    }

    /// Reads known tickets, one behind the other: ticket 16, lane 1, score 8.
    pub(crate) fn marks(self, marks: &[u8]) -> Result<Vec<TicketScore>, QueueError> {
        let mark = |mark: &[u8]| {
            let mark: &[u8; MARK] = mark.try_into().map_err(|_| self.wrong_bytes(mark))?;
            Ok(TicketScore {
                ticket_id: self.id::<TicketId>(&mark[..16])?,
                lane: Lane(mark[16]),
                score: self.score(u64::from_be_bytes(self.array(&mark[17..])?))?,
            })
        };
        marks.chunks(MARK).map(mark).collect()
    }

    /// Reads a lease with its deadline.
    pub(crate) fn lease(self, deadline_us: i64, lease: &[u8]) -> Result<Lease, QueueError> {
        let lease: &[u8; LEASE] = lease.try_into().map_err(|_| self.wrong_bytes(lease))?;
        let (position, rest) = lease.split_at(POSITION);
        let (admitted_at_us, row) = rest.split_at(8);
        let position = LogPosition {
            generation: i64::from_be_bytes(self.array(&position[1..9])?),
            partition: i32::from_be_bytes(self.array(&position[9..13])?),
            offset: i64::from_be_bytes(self.array(&position[13..])?),
        };
        let admitted_at_us = i64::from_be_bytes(self.array(admitted_at_us)?);
        let ticket = AdmittedTicket { ticket: self.row(row)?, admitted_at_us };
        Ok(Lease { ticket, deadline_us, position: (lease[0] == 1).then_some(position) })
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

    fn array<const N: usize>(self, bytes: &[u8]) -> Result<[u8; N], QueueError> {
        bytes.try_into().map_err(|_| self.wrong_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;
    use shared::line::{Epoch, InFlightTicket};

    const READ: Reader = Reader("test");

    fn ticket() -> JoinedTicket {
        JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(3),
            score: Score::new(Epoch(3), 7),
            intent: Intent { variant_id: VariantId::generate(), units: 2 },
            joined_at_ms: 1_700_000_000_000,
        }
    }

    fn row(ticket: &JoinedTicket) -> Vec<u8> {
        [ticket.shopper_id.as_bytes().as_slice(), &args::record(ticket)].concat()
    }

    #[test]
    fn tickets_survive_their_rows() {
        let tickets = [ticket(), ticket()];
        let rows = [row(&tickets[0]), row(&tickets[1])].concat();
        assert_eq!(READ.rows(&rows).unwrap(), tickets);
        assert!(READ.rows(&rows[1..]).is_err());
        assert!(READ.rows(&[]).unwrap().is_empty());
    }

    #[test]
    fn a_lease_has_its_position_once_kafka_has_the_command() {
        let position = LogPosition { generation: 2, partition: 5, offset: 1 << 40 };
        let ticket = ticket();
        let packed = args::lease(&InFlightTicket { ticket, admitted_at_us: 11, position });
        let lease = READ.lease(9, &packed).unwrap();
        let admitted = AdmittedTicket { ticket, admitted_at_us: 11 };
        assert_eq!(lease, Lease { ticket: admitted, deadline_us: 9, position: Some(position) });

        let unsent = [[0; POSITION].as_slice(), &packed[POSITION..]].concat();
        assert_eq!(READ.lease(9, &unsent).unwrap().position, None);
    }

    #[test]
    fn a_mark_has_the_lane_and_the_score() {
        let ticket = ticket();
        let record = args::record(&ticket);
        let mark = [&record[..16], &record[32..33], &record[37..45]].concat();
        assert_eq!(READ.marks(&mark).unwrap(), [ticket.ticket_score()]);
    }
}
