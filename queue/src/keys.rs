//! The names of all keys; nothing else builds one.

use shared::{
    ids::{DropId, VariantId},
    line::{Epoch, Lane},
};

/// The set of drops that have a room. It has no hash tag, so no script touches it.
pub(crate) const ROOMS: &str = "sluice:rooms";

/// Returns the key of a proof of work that was accepted; its tag puts it anywhere in a cluster.
pub(crate) fn proof(id: &str) -> String {
    format!("{{{id}}}:proof")
}

/// Matches the hints of all drops.
pub(crate) const ALL_HINTS: &str = "{*}:hints";

/// Matches the wakes of all drops.
pub(crate) const ALL_WAKES: &str = "{*}:wake";

/// The keys of one drop. All have one hash tag, so every script stays in one slot.
///
/// Members, fields and values are packed; see `lua/line.lua` for a record, a lease and what events
/// hold. An id is its 16 bytes.
///
/// | name | kind | holds |
/// |---|---|---|
/// | `ep` | hash | epoch, run_id, replid, state, evn, grace, bytes (of the epoch's events), lines (their variants and lanes) |
/// | `cfg` | hash | limits, mode, times, variants, lanes with their shares, which numbers may come in, why it ended |
/// | `seq` | string | last number of the epoch |
/// | `w:<lane>:<variant>` | zset | accounts that wait for this variant in this lane, by epoch·2^40 + number |
/// | `missed:<lane>:<variant>` | zset | likewise, those absent near the front |
/// | `here` | zset | ticket, by when it was seen near the front last; see `lua/presence.lua` |
/// | `front` | hash | how far the front of each line reaches, and since when somebody watches |
/// | `intent` | hash | account → record of its live ticket, until its order is over |
/// | `inf` | zset | tickets in flight, by lease deadline |
/// | `lease` | hash | ticket → lease, which has the record as well |
/// | `flight` | hash | variant → units in flight |
/// | `occ` | hash | ticket → account, of admitted and unfinished tickets, those in flight included |
/// | `fin:<epoch>` | bits | two a number: live, left, closed, ordered |
/// | `why` | hash | ticket → why it was closed, if not for the room's own reason |
/// | `tat` | string | theoretical arrival time of the admission rate |
/// | `turns` | hash | how far each lane has got, in a room with several |
/// | `stock` | hash | variant → version, available, reserved |
/// | `memo` | list | recent requests of ADMIT with their answers |
/// | `ev` | stream | room events, `<epoch>-<evn>` |
/// | `tally` | hash | how many joined, left, were closed, ordered |
/// | `cool` | zset | accounts whose hold ran out unpaid, by when they may join again |
/// | `ev` | sharded channel | an event was appended |
/// | `hints` | channel | what happened to tickets |
/// | `wake` | channel | somebody may be let in now who could not before |
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

    /// Returns the key with this name in a script's header, if it is not of a family.
    #[must_use]
    pub fn named(&self, name: &str) -> String {
        format!("{}{name}", self.tag)
    }

    /// Returns the key of those who wait for a variant in a lane.
    #[must_use]
    pub fn waiting(&self, lane: Lane, variant_id: VariantId) -> String {
        format!("{}w:{}:{variant_id}", self.tag, lane.0)
    }

    /// Returns the key of those absent near the front of a line.
    #[must_use]
    pub fn missed(&self, lane: Lane, variant_id: VariantId) -> String {
        format!("{}missed:{}:{variant_id}", self.tag, lane.0)
    }

    /// Returns the key of the bits of those who are over.
    #[must_use]
    pub fn finished(&self, epoch: Epoch) -> String {
        format!("{}fin:{epoch}", self.tag)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_of_a_drop_share_its_tag() {
        let (drop_id, variant_id) = (DropId::generate(), VariantId::generate());
        let keys = DropKeys::new(drop_id);
        let line = keys.waiting(Lane(0), variant_id);
        assert_eq!(line, format!("{{{drop_id}}}:w:0:{variant_id}"));
        assert_eq!(keys.finished(Epoch(3)), format!("{{{drop_id}}}:fin:3"));
        assert_eq!(DropKeys::drop_of(&keys.events()), Some(drop_id));
    }
}
