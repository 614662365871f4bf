//! What work is divided by.

use crate::app::App;
use database::selling::scheduling::EpochState;
use shared::ids::DropId;
use std::{fmt::Display, hash::Hash};

/// Names a piece of work that one instance at a time does.
pub(crate) trait WorkKey: Clone + Eq + Hash + Display + Send + 'static {
    /// Whether it stays with the instance that has it now, even if that one has more than its share.
    fn stays(&self, _: &App) -> bool {
        false
    }
}

impl WorkKey for DropId {
    /// A room that is being built would be built again from the start by the next instance.
    fn stays(&self, app: &App) -> bool {
        let is_rebuilt = |state| state == EpochState::Rebuilding;
        app.drops.find(*self).is_some_and(|flash_drop| is_rebuilt(flash_drop.epoch_state))
    }
}

/// A partition.
impl WorkKey for i32 {}

/// Work that is not divided.
impl WorkKey for &'static str {}
