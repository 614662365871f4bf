//! Which lines a room has: one for each lane and variant.
//!
//! A script is told all its keys, so its caller has to know the room's lines. They are looked up
//! once and kept; a script that sees others in the room refuses (error SHAPE), and they are looked
//! up again.

use crate::{DropKeys, QueueError, wire::Reader};
use shared::{
    ids::{DropId, VariantId},
    line::Lane,
};
use std::{
    collections::{BTreeSet, HashMap},
    iter,
    sync::{Arc, Mutex, PoisonError},
};

/// Drops whose lines are kept, at most.
const MAX_KNOWN: usize = 4096;

/// Size of a packed variant; more than there are lanes, so the length tells them apart.
const PACKED_VARIANT: usize = 16;

/// The lanes and variants that have lines in a room, in the order of its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RoomLines {
    variants: Vec<VariantId>,
    /// Those beside the normal one, by number.
    lanes: Vec<Lane>,
}

/// The lines of the drops that were used lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownLines(Arc<Mutex<HashMap<DropId, Arc<RoomLines>>>>);

impl RoomLines {
    pub(crate) fn of(variants: BTreeSet<VariantId>, lanes: BTreeSet<Lane>) -> Self {
        let beside = |lane: &Lane| *lane != Lane::NORMAL;
        Self {
            variants: variants.into_iter().collect(),
            lanes: lanes.into_iter().filter(beside).collect(),
        }
    }

    /// Reads the variants and lanes as Redis has them.
    pub(crate) fn unpacked(read: Reader, packed: &[u8]) -> Result<Self, QueueError> {
        let (variants, lanes) = packed.split_at(packed.len() - packed.len() % PACKED_VARIANT);
        let are_lanes = lanes.is_sorted_by(|one, next| one < next)
            && lanes.iter().all(|lane| (1..Lane::COUNT).contains(lane));
        if !are_lanes {
            return Err(read.wrong_bytes(packed));
        }
        let lanes = lanes.iter().map(|lane| Lane(*lane)).collect();
        Ok(Self { variants: read.ids(variants)?, lanes })
    }

    /// Returns them as a script takes them, and as `ep` has them: see `lua/keys.lua`.
    pub(crate) fn packed(&self) -> Vec<u8> {
        let variants = self.variants.iter().flat_map(|id| *id.as_bytes());
        variants.chain(self.lanes.iter().map(|lane| lane.0)).collect()
    }

    /// Returns all lines, those of the normal lane first.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Lane, VariantId)> {
        let lanes = iter::once(Lane::NORMAL).chain(self.lanes.iter().copied());
        lanes.flat_map(move |lane| self.variants.iter().map(move |variant_id| (lane, *variant_id)))
    }

    /// Returns the keys of those who wait, one for each line.
    pub(crate) fn waiting(&self, keys: &DropKeys) -> impl Iterator<Item = String> {
        self.all().map(move |(lane, variant_id)| keys.waiting(lane, variant_id))
    }

    /// Returns the keys of those who are absent, one for each line.
    pub(crate) fn missed(&self, keys: &DropKeys) -> impl Iterator<Item = String> {
        self.all().map(move |(lane, variant_id)| keys.missed(lane, variant_id))
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
        let variants: BTreeSet<_> = (0..3).map(|_| VariantId::generate()).collect();
        let read = Reader("test");
        for lanes in [vec![], vec![Lane(2)], vec![Lane(1), Lane(2), Lane(3)]] {
            let lines = RoomLines::of(variants.clone(), lanes.iter().copied().collect());
            assert_eq!(RoomLines::unpacked(read, &lines.packed()).unwrap(), lines);
            assert_eq!(lines.all().count(), 3 * (1 + lanes.len()));
        }
    }

    #[test]
    fn what_follows_the_variants_is_lanes() {
        for lanes in [&[0][..], &[4], &[2, 1], &[1, 1], &[1, 2, 3, 4]] {
            let packed = [&[7; 16][..], lanes].concat();
            assert!(RoomLines::unpacked(Reader("test"), &packed).is_err(), "{lanes:?}");
        }
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
