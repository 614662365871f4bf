//! A room's header, its limits and how they change.

use crate::{
    Queue, QueueError,
    keys::{ROOMS, lane_names},
    script::LineScript,
    wire::Reader,
};
use shared::{
    drops::{CloseReason, DropMode},
    ids::{DropId, VariantId},
    tickets::Epoch,
};
use std::collections::HashMap;

static ROOM: LineScript = LineScript::unguarded("room", include_str!("../lua/room.lua"));
static CONFIGURE: LineScript = LineScript::open("configure", include_str!("../lua/configure.lua"));
static REMOVE: LineScript = LineScript::open("remove room", include_str!("../lua/clear.lua"));

/// What is known of a room without looking at its tickets.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomHeader {
    /// Generation of the room's state.
    pub epoch: Epoch,
    /// Number of its last event.
    pub evn: u64,
    /// Whether it can be used.
    pub state: RoomState,
    /// Whether this run of the server is the one it was built on; if not, it must be rebuilt.
    pub trusted: bool,
    /// Limits and mode.
    pub config: RoomConfig,
    /// Until when only old tickets may come back, microseconds of Redis time; 0 for no grace.
    pub grace_until_us: i64,
    /// The time of Redis, microseconds.
    pub now_us: i64,
}

/// Whether a room can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomState {
    /// It can.
    Open,
    /// It is being rebuilt.
    Rebuilding,
}

/// Limits, mode and times of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomConfig {
    /// What the room may do.
    pub mode: DropMode,
    /// Admissions per second; fractions are allowed.
    pub admission_rate_per_second: f64,
    /// Admitted and unfinished tickets, at most.
    pub occupancy_cap: u32,
    /// Waiting tickets, at most.
    pub capacity: u32,
    /// From when on one may join, microseconds since 1970.
    pub opens_at_us: i64,
    /// Until when one may join and be admitted; `None` for no end.
    pub closes_at_us: Option<i64>,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: u32,
    /// What can be bought.
    pub variants: Vec<VariantId>,
    /// The operator's words for those who wait.
    pub message: Option<String>,
    /// Why the line ended, once it has.
    pub ended: Option<CloseReason>,
    /// `limits_version` of the drop's row; an older one never replaces a newer one.
    pub version: i64,
}

/// What [`Queue::configure`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigChange {
    /// When, microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event.
    pub evn: u64,
    /// Whether the given version was stored; `false` if a newer one was there.
    pub applied: bool,
    /// Whether mode, rate, cap or message changed, which is an event.
    pub changed: bool,
}

impl RoomConfig {
    /// The rate as Redis holds it: the shortest text that gives the same number back.
    pub(crate) fn rate(&self) -> String {
        self.admission_rate_per_second.to_string()
    }

    /// What shoppers and replicas are told of; a change of it is an event.
    pub(crate) fn label(&self) -> String {
        let rate_micro = (self.admission_rate_per_second * 1e6).round() as u64;
        let message = self.message.as_deref().unwrap_or_default();
        format!("{}|{rate_micro}|{}|{message}", self.mode, self.occupancy_cap)
    }

    /// All fields but version, label and rate, each with its value.
    pub(crate) fn fields(&self) -> Vec<String> {
        let variants: Vec<_> = self.variants.iter().map(ToString::to_string).collect();
        let closes_at = self.closes_at_us.map(|at| at.to_string()).unwrap_or_default();
        [
            ("mode", self.mode.to_string()),
            ("cap", self.occupancy_cap.to_string()),
            ("capacity", self.capacity.to_string()),
            ("opens_at", self.opens_at_us.to_string()),
            ("closes_at", closes_at),
            ("max_units", self.max_units_per_ticket.to_string()),
            ("variants", variants.join(",")),
            ("message", self.message.clone().unwrap_or_default()),
        ]
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect()
    }
}

/// Reads the reply of `room.lua`.
fn header(read: Reader, reply: &[String]) -> Result<RoomHeader, QueueError> {
    let Some(([now_us, epoch, state, evn, grace, trusted], fields)) = reply.split_first_chunk()
    else {
        return Err(read.wrong("a short reply"));
    };
    let fields = fields.chunks_exact(2).map(|pair| (pair[0].as_str(), pair[1].as_str()));
    Ok(RoomHeader {
        epoch: Epoch(read.value(epoch)?),
        evn: read.value(evn)?,
        state: if state == "open" { RoomState::Open } else { RoomState::Rebuilding },
        trusted: trusted == "1",
        config: config(read, &fields.collect())?,
        grace_until_us: read.value(grace)?,
        now_us: read.value(now_us)?,
    })
}

/// Reads the limits. A room whose first rebuild goes on has none yet; it stands still.
fn config(read: Reader, fields: &HashMap<&str, &str>) -> Result<RoomConfig, QueueError> {
    let get = |name: &str, none: &'static str| *fields.get(name).unwrap_or(&none);
    let given = |name: &str| Some(get(name, "")).filter(|text| !text.is_empty());
    let variants = get("variants", "").split(',').filter(|id| !id.is_empty());
    Ok(RoomConfig {
        mode: read.value(get("mode", "stopped"))?,
        admission_rate_per_second: read.value(get("rate", "0"))?,
        occupancy_cap: read.value(get("cap", "0"))?,
        capacity: read.value(get("capacity", "0"))?,
        opens_at_us: read.value(get("opens_at", "0"))?,
        closes_at_us: given("closes_at").map(|at| read.value(at)).transpose()?,
        max_units_per_ticket: read.value(get("max_units", "0"))?,
        variants: variants.map(|id| read.value(id)).collect::<Result<_, _>>()?,
        message: given("message").map(str::to_owned),
        ended: given("ended").map(|reason| read.value(reason)).transpose()?,
        version: read.value(get("version", "0"))?,
    })
}

impl Queue {
    /// Looks up a room; `None` if Redis has none of this drop.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when Redis does not answer.
    pub async fn room(&self, drop_id: DropId) -> Result<Option<RoomHeader>, QueueError> {
        let reply: Option<Vec<String>> = self.run(&ROOM, drop_id, []).await?;
        reply.map(|reply| header(Reader(ROOM.operation), &reply)).transpose()
    }

    /// Lists the drops that have a room.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when Redis does not answer.
    pub async fn rooms(&self) -> Result<Vec<DropId>, QueueError> {
        let mut command = redis::cmd("SMEMBERS");
        command.arg(ROOMS);
        let rooms: Vec<String> = self.command("rooms", &command).await?;
        rooms.iter().map(|id| Reader("rooms").value(id)).collect()
    }

    /// Brings limits, mode and times to a room. A changed rate keeps the share of the bucket
    /// that is used. `ended` is not touched.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn configure(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        config: &RoomConfig,
    ) -> Result<ConfigChange, QueueError> {
        let mut args =
            vec![epoch.to_string(), config.version.to_string(), config.label(), config.rate()];
        args.extend(config.fields());
        let reply: Vec<String> = self.run(&CONFIGURE, drop_id, args).await?;
        let read = Reader(CONFIGURE.operation);
        let [at_us, evn, applied, changed] = reply.as_slice() else {
            return Err(read.wrong("a short reply"));
        };
        Ok(ConfigChange {
            at_us: read.value(at_us)?,
            evn: read.value(evn)?,
            applied: applied == "1",
            changed: changed == "1",
        })
    }

    /// Forgets a room whose drop is over and settled.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn remove_room(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        let args = [epoch.to_string(), lane_names(), "1".to_owned()];
        self.run::<()>(&REMOVE, drop_id, &args).await?;
        let mut command = redis::cmd("SREM");
        command.arg(ROOMS).arg(drop_id.to_string());
        self.command("remove room", &command).await
    }
}
