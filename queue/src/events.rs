//! Room events, which feed every replica and the log.

use crate::{DropKeys, Queue, QueueError, wire::Reader};
use shared::{
    ids::DropId,
    line::{ChainHash, Configured, Epoch, EventPoint, RoomEvent},
};
use std::collections::HashMap;

/// Events kept in the stream behind the log's cursor: more than happen between two reads.
const EVENTS_KEPT: u64 = 10_000;

/// A stream entry: its id and its fields.
pub(crate) type Entry = (String, HashMap<String, String>);

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

impl Queue {
    /// Reads up to `count` events behind `after`. Works during a rebuild too.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn events_after(
        &self,
        drop_id: DropId,
        after: EventPoint,
        count: u32,
    ) -> Result<Vec<StoredEvent>, QueueError> {
        let read = Reader("events after");
        let mut command = redis::cmd("XRANGE");
        command.arg(DropKeys::new(drop_id).events());
        command.arg(format!("({after}")).arg("+").arg("COUNT").arg(count);
        let entries: Vec<Entry> = self.command(read.0, &command).await?;
        entries.iter().map(|entry| stored_event(read, entry)).collect()
    }

    /// Deletes events that the log has, up to and including `through`, except the latest
    /// [`EVENTS_KEPT`]: room replicas read them too, and one that is between two reads when an
    /// event is logged and trimmed would not notice it before the next. Returns how many it
    /// deleted.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn trim_events(
        &self,
        drop_id: DropId,
        through: EventPoint,
    ) -> Result<u64, QueueError> {
        let evn = (through.evn + 1).saturating_sub(EVENTS_KEPT);
        let first_kept = EventPoint { evn, ..through };
        let mut command = redis::cmd("XTRIM");
        command.arg(DropKeys::new(drop_id).events()).arg("MINID").arg(first_kept.to_string());
        self.command("trim events", &command).await
    }
}

pub(crate) fn stored_event(read: Reader, entry: &Entry) -> Result<StoredEvent, QueueError> {
    let (id, fields) = entry;
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    Ok(StoredEvent {
        point: point(read, id)?,
        at_us: read.value(field("at"))?,
        event: event(read, field("k"), field("d"), field("r"))?,
    })
}

/// Reads an id, `<epoch>-<evn>`.
pub(crate) fn point(read: Reader, id: &str) -> Result<EventPoint, QueueError> {
    let (epoch, evn) = id.split_once('-').ok_or_else(|| read.wrong(id))?;
    Ok(EventPoint { epoch: Epoch(read.value(epoch)?), evn: read.value(evn)? })
}

fn event(read: Reader, kind: &str, data: &str, reason: &str) -> Result<RoomEvent, QueueError> {
    Ok(match kind {
        "J" => RoomEvent::Joined { tickets: read.tickets(data)? },
        "X" => RoomEvent::Attached { tickets: read.tickets(data)? },
        "L" => RoomEvent::Left { tickets: read.scores(data)? },
        "A" => RoomEvent::Admitted { tickets: read.scores(data)? },
        "C" => RoomEvent::Closed { reason: read.value(reason)?, tickets: read.scores(data)? },
        "E" => RoomEvent::Ended { reason: read.value(reason)? },
        "G" => RoomEvent::Configured(configured(read, data)?),
        "B" => begun(read, data)?,
        _ => return Err(read.wrong(kind)),
    })
}

/// Reads `mode|rate in millionths|cap|message`; the message may contain any character.
fn configured(read: Reader, data: &str) -> Result<Configured, QueueError> {
    let mut parts = data.splitn(4, '|');
    Ok(Configured {
        mode: read.next(&mut parts)?,
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
