//! A room's header, its limits and how they change.

use crate::{
    Queue, QueueError,
    keys::{ROOMS, lane_names},
    room_fields,
    script::LineScript,
    wire::Reader,
};
use shared::{
    ids::DropId,
    line::{ConfigChange, Epoch, RoomConfig, RoomHeader, RoomState},
};
use std::collections::HashMap;

static ROOM: LineScript = LineScript::unguarded("room", include_str!("../lua/room.lua"));
static CONFIGURE: LineScript = LineScript::open("configure", include_str!("../lua/configure.lua"));
static REMOVE: LineScript = LineScript::unguarded("remove room", include_str!("../lua/clear.lua"));

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

/// Reads the limits. A room in its first rebuild has none yet; it stands still.
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
    /// Looks up a room; `None` if Redis has none for this drop.
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

    /// Sets a room's limits, mode and times. A new rate keeps the share of the bucket in use.
    /// `ended` is not touched.
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
        let mut args = vec![
            epoch.to_string(),
            config.version.to_string(),
            room_fields::label(config),
            room_fields::rate(config),
        ];
        args.extend(room_fields::all(config));
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

    /// Removes the room of a drop that is over and settled, whichever run of the server has built it,
    /// or what is left of it. Can be repeated.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError::Epoch`] if the stored epoch is higher; then nothing is removed.
    pub async fn remove_room(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        let args = [epoch.to_string(), lane_names(), "1".to_owned()];
        self.run::<()>(&REMOVE, drop_id, &args).await?;
        // Last, so that the list names the room for as long as anything of it is there.
        let mut command = redis::cmd("SREM");
        command.arg(ROOMS).arg(drop_id.to_string());
        self.command("remove room", &command).await
    }
}
