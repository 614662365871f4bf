//! The names of all keys; nothing else builds one.

use shared::{ids::DropId, line::Lane};

/// The lanes of a room, the first served first.
pub const LANES: [Lane; 1] = [Lane(0)];

/// The set of drops that have a room. It has no hash tag, so no script touches it.
pub(crate) const ROOMS: &str = "sluice:rooms";

/// Matches the channels of all drops.
pub(crate) const ALL_HINTS: &str = "{*}:hints";

/// The keys of one drop. All have one hash tag, so every script stays in one slot.
///
/// | name | kind | holds |
/// |---|---|---|
/// | `ep` | hash | epoch, run_id, state, evn, grace |
/// | `cfg` | hash | limits, mode, times, variants, why it ended |
/// | `seq` | string | last number of the epoch |
/// | `w:<lane>` | zset | those who wait, by epoch·2^40 + number |
/// | `missed` | zset | those absent near the front |
/// | `intent` | hash | ticket → account, lane, variant, units, score, joined_ms |
/// | `own` | hash | account → its live ticket |
/// | `inf` | zset | in flight, by lease deadline |
/// | `lease` | hash | ticket → log position, units, variant, admitted_us |
/// | `flight` | hash | variant → units in flight |
/// | `occ` | set | admitted and unfinished tickets, those in flight included |
/// | `fin:<epoch>` | bits | two a number: live, left, closed, ordered |
/// | `why` | hash | ticket → why it was closed, if not for the room's own reason |
/// | `tat` | string | theoretical arrival time of the admission rate |
/// | `stock` | hash | variant → version, available, reserved |
/// | `memo` | list | recent requests of ADMIT with their answers |
/// | `ev` | stream | room events, `<epoch>-<evn>` |
/// | `tally` | hash | how many joined, left, were closed, ordered |
/// | `hints` | channel | what happened to tickets |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropKeys {
    tag: String,
}

impl DropKeys {
    /// Creates the names of a drop's keys.
    #[must_use]
    pub fn new(drop_id: DropId) -> Self {
        Self { tag: format!("{{{drop_id}}}:") }
    }

    /// Returns the key with this name in a script's header; `w:` and `fin:` are prefixes.
    #[must_use]
    pub fn named(&self, name: &str) -> String {
        format!("{}{name}", self.tag)
    }

    /// Returns the key of the room events.
    #[must_use]
    pub fn events(&self) -> String {
        self.named("ev")
    }

    /// Returns the channel of the hints.
    #[must_use]
    pub fn hints(&self) -> String {
        self.named("hints")
    }

    /// Returns the drop that a key or channel belongs to.
    #[must_use]
    pub fn drop_of(key: &str) -> Option<DropId> {
        key.strip_prefix('{')?.split_once('}')?.0.parse().ok()
    }
}

/// The lanes as scripts take them.
pub(crate) fn lane_names() -> String {
    LANES.map(|lane| lane.0.to_string()).join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_of_a_drop_share_its_tag() {
        let drop_id = DropId::generate();
        let keys = DropKeys::new(drop_id);
        assert_eq!(keys.named("w:0"), format!("{{{drop_id}}}:w:0"));
        assert_eq!(DropKeys::drop_of(&keys.events()), Some(drop_id));
    }
}
