//! Room events, which feed every replica and the log.
//!
//! Each entry of the stream is read by itself. One that cannot be read (of a kind that a newer
//! release writes, or damaged) ends the batch of its own room, and is nothing to other rooms. The
//! caller decides what it means: a replica is restored behind it, the log stops before it.

use crate::{DropKeys, Queue, QueueError, wire::Reader};
use redis::{Cmd, Value, from_redis_value};
use shared::{
    ids::DropId,
    line::{ChainHash, Configured, Epoch, EventPoint, RoomEvent},
};
use std::collections::HashMap;

/// How what a reader of events gets is called in errors.
pub(crate) const READ: Reader = Reader("read events");

/// A stream entry: its id, and its fields as they came. Reading them here would make one that is
/// damaged spoil the whole reply.
pub(crate) type Entry = (String, Value);

type Fields = HashMap<String, Vec<u8>>;

/// A room event as Redis has it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Where in the room's history it stands.
    pub point: EventPoint,
    /// When it happened, in microseconds of Redis time.
    pub at_us: i64,
    /// What happened.
    pub event: RoomEvent,
}

/// Events of one room, in order.
#[derive(Debug)]
pub struct EventBatch {
    /// All, or those before the first that cannot be read.
    pub events: Vec<StoredEvent>,
    /// The first that cannot be read. What stands behind it is not in the batch.
    pub unreadable: Option<UnreadableEvent>,
}

/// A room event that cannot be read.
#[derive(Debug)]
pub struct UnreadableEvent {
    /// Where in the room's history it stands; `None` if its id is not one of ours.
    pub point: Option<EventPoint>,
    /// Its kind as Redis has it; empty if it has none.
    pub kind: String,
    /// What cannot be read.
    pub error: QueueError,
}

impl EventBatch {
    /// Asks for up to `count` events behind `after`, without waiting for any.
    pub(crate) fn query(drop_id: DropId, after: EventPoint, count: u32) -> Cmd {
        let mut command = redis::cmd("XRANGE");
        command.arg(DropKeys::new(drop_id).events());
        command.arg(format!("({after}")).arg("+").arg("COUNT").arg(count);
        command
    }

    pub(crate) fn read(read: Reader, entries: Vec<Entry>) -> Self {
        let mut events = Vec::with_capacity(entries.len());
        for (id, fields) in entries {
            // Fields that are no hash count as missing.
            let fields: Fields = from_redis_value(fields).unwrap_or_default();
            match stored_event(read, &id, &fields) {
                Ok(event) => events.push(event),
                Err(error) => {
                    let unreadable = UnreadableEvent::new(read, &id, &fields, error);
                    return Self { events, unreadable: Some(unreadable) };
                }
            }
        }
        Self { events, unreadable: None }
    }

    /// Returns the events, for a caller that must not pass over any.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError::Malformed`] when one of them cannot be read.
    pub fn complete(self) -> Result<Vec<StoredEvent>, QueueError> {
        match self.unreadable {
            Some(unreadable) => Err(unreadable.error),
            None => Ok(self.events),
        }
    }
}

impl UnreadableEvent {
    fn new(read: Reader, id: &str, fields: &Fields, error: QueueError) -> Self {
        let kind = fields.get("k").map(Vec::as_slice).unwrap_or_default();
        let kind = String::from_utf8_lossy(kind).into_owned();
        Self { point: point(read, id).ok(), kind, error }
    }
}

impl Queue {
    /// Reads up to `count` events behind `after`, as far as they can be read. Works during a
    /// rebuild too.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn events_after(
        &self,
        drop_id: DropId,
        after: EventPoint,
        count: u32,
    ) -> Result<EventBatch, QueueError> {
        let read = Reader("events after");
        let command = EventBatch::query(drop_id, after, count);
        let entries: Vec<Entry> = self.command(read.0, &command).await?;
        Ok(EventBatch::read(read, entries))
    }
}

fn stored_event(read: Reader, id: &str, fields: &Fields) -> Result<StoredEvent, QueueError> {
    let field = |name: &str| fields.get(name).map(Vec::as_slice).unwrap_or_default();
    Ok(StoredEvent {
        point: point(read, id)?,
        at_us: read.value(read.text(field("at"))?)?,
        event: event(read, read.text(field("k"))?, field("d"), read.text(field("r"))?)?,
    })
}

/// Reads an id, `<epoch>-<evn>`.
fn point(read: Reader, id: &str) -> Result<EventPoint, QueueError> {
    let (epoch, evn) = id.split_once('-').ok_or_else(|| read.wrong(id))?;
    Ok(EventPoint { epoch: Epoch(read.value(epoch)?), evn: read.value(evn)? })
}

fn event(read: Reader, kind: &str, data: &[u8], reason: &str) -> Result<RoomEvent, QueueError> {
    Ok(match kind {
        "J" => RoomEvent::Joined { tickets: read.rows(data)? },
        "X" => RoomEvent::Attached { tickets: read.rows(data)? },
        "M" => RoomEvent::Missed { tickets: read.rows(data)? },
        "R" => RoomEvent::Returned { tickets: read.rows(data)? },
        "L" => RoomEvent::Left { tickets: read.marks(data)? },
        "A" => RoomEvent::Admitted { tickets: read.marks(data)? },
        "C" => RoomEvent::Closed { reason: read.value(reason)?, tickets: read.marks(data)? },
        "E" => RoomEvent::Ended { reason: read.value(reason)? },
        "G" => RoomEvent::Configured(configured(read, read.text(data)?)?),
        "B" => begun(read, read.text(data)?)?,
        _ => return Err(read.wrong(kind)),
    })
}

/// Reads `mode|rate in millionths|cap|message`, where the mode may be followed by `@` and the moment
/// until which it is said to last; the message may contain any character.
fn configured(read: Reader, data: &str) -> Result<Configured, QueueError> {
    let mut parts = data.splitn(4, '|');
    let mode = parts.next().unwrap_or_default();
    let (mode, until) = mode.split_once('@').map_or((mode, None), |(mode, at)| (mode, Some(at)));
    Ok(Configured {
        mode: read.value(mode)?,
        mode_until_us: until.map(|at| read.value(at)).transpose()?,
        admission_rate_micro: read.next(&mut parts)?,
        occupancy_cap: read.next(&mut parts)?,
        message: parts.next().filter(|text| !text.is_empty()).map(str::to_owned),
    })
}

/// Reads `epoch|evn|hash`, or nothing for a drop's first epoch.
fn begun(read: Reader, data: &str) -> Result<RoomEvent, QueueError> {
    let Some((point, hash)) = data.rsplit_once('|') else {
        return Ok(RoomEvent::Begun { follows: None, follows_hash: ChainHash::default() });
    };
    let mut parts = point.split('|');
    let follows = EventPoint { epoch: Epoch(read.next(&mut parts)?), evn: read.next(&mut parts)? };
    let follows_hash = serde_json::from_value(hash.into()).map_err(|_| read.wrong(hash))?;
    Ok(RoomEvent::Begun { follows: Some(follows), follows_hash })
}
