//! The names of all keys. Nothing else makes one.

use shared::{
    ids::DropId,
    tickets::{Epoch, Lane},
};

/// The lanes of a room, the first served first.
pub const LANES: [Lane; 1] = [Lane(0)];

/// The set of drops that have a room.
pub const ROOMS: &str = "sluice:rooms";

/// The keys of one drop. All have one hash tag, so every script stays in one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropKeys {
    tag: String,
}
