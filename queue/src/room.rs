//! A room's header, its limits and how they change.

use crate::{
    Queue, QueueError, args::Args, keys::ROOMS, room_fields, script::LineScript, wire::Reader,
};
use shared::{
    ids::DropId,
    line::{
        ConfigChange, Epoch, Presence, RoomConfig, RoomHeader, RoomState, ServedNumbers,
        VariantUnits,
    },
};
use std::collections::HashMap;

static ROOM: LineScript = LineScript::unguarded("room", include_str!("../lua/room.lua"));
static CONFIGURE: LineScript = LineScript::open("configure", include_str!("../lua/configure.lua"));
static LAST_NUMBER: LineScript =
    LineScript::open("last number", include_str!("../lua/last_number.lua"));
static REMOVE: LineScript = LineScript::unguarded("remove room", include_str!("../lua/remove.lua"));

/// Fields of a hash, as they came.
type Fields = HashMap<String, Vec<u8>>;

const READ: Reader = Reader("room");

/// Reads the reply of `room.lua`.
fn header(reply: &[Vec<u8>]) -> Result<RoomHeader, QueueError> {
    let Some((head, rest)) = reply.split_first_chunk::<8>() else {
        return Err(READ.wrong("a short reply"));
    };
    let [now_us, epoch, state, evn, grace, trusted, occupied, n_variants] =
        head.each_ref().map(|part| READ.text(part));
    let n_variants: usize = READ.value(n_variants?)?;
    let Some((units, fields)) = rest.split_at_checked(n_variants.saturating_mul(3)) else {
        return Err(READ.wrong("a short reply"));
    };
    let field = |pair: &[Vec<u8>]| Ok((READ.text(&pair[0])?.to_owned(), pair[1].clone()));
    let fields = fields.chunks_exact(2).map(field).collect::<Result<Fields, QueueError>>()?;
    Ok(RoomHeader {
        epoch: Epoch(READ.value(epoch?)?),
        evn: READ.value(evn?)?,
        state: if state? == "open" { RoomState::Open } else { RoomState::Rebuilding },
        trusted: trusted? == "1",
        config: config(&fields)?,
        units: units.chunks_exact(3).map(variant_units).collect::<Result<_, _>>()?,
        occupied: READ.value(occupied?)?,
        grace_until_us: READ.value(grace?)?,
        now_us: READ.value(now_us?)?,
    })
}

/// Reads what is left of a variant: its id, left, held.
fn variant_units(parts: &[Vec<u8>]) -> Result<VariantUnits, QueueError> {
    Ok(VariantUnits {
        variant_id: READ.id(&parts[0])?,
        left: READ.value(READ.text(&parts[1])?)?,
        held: READ.value(READ.text(&parts[2])?)?,
    })
}

/// Reads which numbers may come in: `after|up to`.
fn served(text: &str) -> Result<ServedNumbers, QueueError> {
    let (after, up_to) = text.split_once('|').ok_or_else(|| READ.wrong(text))?;
    Ok(ServedNumbers { after: READ.value(after)?, up_to: READ.value(up_to)? })
}

/// Reads the limits. A room in its first rebuild has none yet; it stands still.
fn config(fields: &Fields) -> Result<RoomConfig, QueueError> {
    let given = |name: &str| match fields.get(name) {
        Some(bytes) if !bytes.is_empty() => READ.text(bytes).map(Some),
        _ => Ok(None),
    };
    let get = |name: &str, none: &'static str| given(name).map(|text| text.unwrap_or(none));
    let variants = fields.get("variants").map(Vec::as_slice).unwrap_or_default();
    Ok(RoomConfig {
        mode: READ.value(get("mode", "stopped")?)?,
        mode_until_us: given("mode_until")?.map(|at| READ.value(at)).transpose()?,
        admission_rate_per_second: READ.value(get("rate", "0")?)?,
        occupancy_cap: READ.value(get("cap", "0")?)?,
        capacity: READ.value(get("capacity", "0")?)?,
        opens_at_us: READ.value(get("opens_at", "0")?)?,
        closes_at_us: given("closes_at")?.map(|at| READ.value(at)).transpose()?,
        max_units_per_ticket: READ.value(get("max_units", "0")?)?,
        takes_most: get("takes_most", "0")? == "1",
        variants: READ.ids(variants)?,
        has_stock: given("stockless")?.is_none(),
        lanes: READ.lanes(get("lanes", "")?)?,
        manual: given("served")?.map(served).transpose()?,
        members_of: given("members_of")?.map(|id| READ.value(id)).transpose()?,
        invite_only: get("invite_only", "0")? == "1",
        presence: presence(given("presence")?, given("window")?)?,
        message: given("message")?.map(str::to_owned),
        ended: given("ended")?.map(|reason| READ.value(reason)).transpose()?,
        version: READ.value(get("version", "0")?)?,
    })
}

/// Reads how it is told who is absent.
fn presence(ttl_ms: Option<&str>, window: Option<&str>) -> Result<Option<Presence>, QueueError> {
    let (Some(ttl_ms), Some(window)) = (ttl_ms, window) else { return Ok(None) };
    Ok(Some(Presence { ttl_ms: READ.value(ttl_ms)?, window: READ.value(window)? }))
}

impl Queue {
    /// Looks up a room; `None` if Redis has none for this drop.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when Redis does not answer.
    pub async fn room(&self, drop_id: DropId) -> Result<Option<RoomHeader>, QueueError> {
        let reply: Option<Vec<Vec<u8>>> = self.ask(&ROOM, drop_id).await?;
        reply.map(|reply| header(&reply)).transpose()
    }

    /// Returns the last queue number that a room has given; 0 before the first.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn last_number(&self, drop_id: DropId, epoch: Epoch) -> Result<u64, QueueError> {
        self.run(&LAST_NUMBER, drop_id, epoch, &Args::none()).await
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
        let mut args = Args::none()
            .text(config.version)
            .text(room_fields::label(config))
            .text(room_fields::rate(config));
        room_fields::push_all(&mut args, config);
        let (at_us, evn, applied, changed): (i64, u64, bool, bool) =
            self.run(&CONFIGURE, drop_id, epoch, &args).await?;
        Ok(ConfigChange { at_us, evn, applied, changed })
    }

    /// Removes the room of a drop that is over and settled, whichever run of the server has built it,
    /// or what is left of it. Can be repeated.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError::Epoch`] if the stored epoch is higher; then nothing is removed.
    pub async fn remove_room(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        // Those known may be old, and this script does not notice.
        self.look_up_lines(drop_id).await?;
        for step in ["line", "room"] {
            self.run::<()>(&REMOVE, drop_id, epoch, &Args::none().text(step)).await?;
        }
        self.known_lines.forget(drop_id);
        // Last, so that the list names the room for as long as anything of it is there.
        let mut command = redis::cmd("SREM");
        command.arg(ROOMS).arg(drop_id.to_string());
        self.command("remove room", &command).await
    }
}
