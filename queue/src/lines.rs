//! Which lines a room has: one for each lane and variant.
//!
//! A script is told all its keys, so its caller has to know the room's variants. They are looked up
//! once and kept; a script that sees others in the room refuses (error SHAPE), and they are looked
//! up again.

use crate::{DropKeys, LANES, QueueError, wire::Reader};
use shared::ids::{DropId, VariantId};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

/// Drops whose variants are kept, at most.
const MAX_KNOWN: usize = 4096;

/// The variants that have lines in a room, in the order of its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RoomLines(Vec<VariantId>);

/// The lines of the drops that were used lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownLines(Arc<Mutex<HashMap<DropId, Arc<RoomLines>>>>);

impl RoomLines {
    pub(crate) fn of(variants: BTreeSet<VariantId>) -> Self {
        Self(variants.into_iter().collect())
    }

    pub(crate) fn variants(&self) -> &[VariantId] {
        &self.0
    }

    /// Reads the variants as Redis has them.
    pub(crate) fn unpacked(read: Reader, packed: &[u8]) -> Result<Self, QueueError> {
        Ok(Self(read.ids(packed)?))
    }

    /// Returns the variants as a script takes them, and as `ep` has them.
    pub(crate) fn packed(&self) -> Vec<u8> {
        self.0.iter().flat_map(|id| *id.as_bytes()).collect()
    }

    /// Returns the keys of those who wait, one for each line.
    pub(crate) fn waiting(&self, keys: &DropKeys) -> impl Iterator<Item = String> {
        let of_lane = move |lane| self.0.iter().map(move |variant| keys.waiting(lane, *variant));
        LANES.into_iter().flat_map(of_lane)
    }

    /// Returns the keys of those who are absent, one for each line.
    pub(crate) fn missed(&self, keys: &DropKeys) -> impl Iterator<Item = String> {
        let of_lane = move |lane| self.0.iter().map(move |variant| keys.missed(lane, *variant));
        LANES.into_iter().flat_map(of_lane)
    }
}

impl KnownLines {
    pub(crate) fn get(&self, drop_id: DropId) -> Option<Arc<RoomLines>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&drop_id).map(Arc::clone)
    }

    pub(crate) fn keep(&self, drop_id: DropId, lines: &Arc<RoomLines>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN && !known.contains_key(&drop_id) {
            known.clear();
        }
        known.insert(drop_id, Arc::clone(lines));
    }

    pub(crate) fn forget(&self, drop_id: DropId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&drop_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_survive_their_bytes() {
        let lines = RoomLines::of((0..3).map(|_| VariantId::generate()).collect());
        let read = Reader("test");
        assert_eq!(RoomLines::unpacked(read, &lines.packed()).unwrap(), lines);
        assert!(RoomLines::unpacked(read, &[1; 17]).is_err());
    }

    #[test]
    fn only_so_many_drops_are_kept() {
        let known = KnownLines::default();
        for _ in 0..=MAX_KNOWN {
            known.keep(DropId::generate(), &Arc::default());
        }
        assert_eq!(known.0.lock().unwrap().len(), 1);
    }
}
