//! What a room says to everybody in it: whether it moves, until when it does not, and a message.

use jiff::Timestamp;
use shared::{
    drop_message::DropMessage,
    drops::DropMode,
    line::{Configured, RoomConfig},
};
use std::sync::Arc;

/// What everybody in a room is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoomNotice {
    /// What the seller or an operator lets the room do.
    pub(crate) mode: DropMode,
    /// When maintenance is said to end.
    pub(crate) until: Option<Timestamp>,
    /// The seller's or an operator's message.
    pub(crate) message: Option<Arc<DropMessage>>,
}

impl RoomNotice {
    /// Returns what a room says that has nothing but its mode to tell.
    pub(crate) const fn of_mode(mode: DropMode) -> Self {
        Self { mode, until: None, message: None }
    }

    /// `message` is as the line keeps it.
    fn new(mode: DropMode, until_us: Option<i64>, message: Option<&str>) -> Self {
        let until = until_us.and_then(|at| Timestamp::from_microsecond(at).ok());
        let message = message.map(|kept| Arc::new(DropMessage::read(kept)));
        Self { mode, until, message }
    }
}

impl From<&Configured> for RoomNotice {
    fn from(configured: &Configured) -> Self {
        let message = configured.message.as_deref();
        Self::new(configured.mode, configured.mode_until_us, message)
    }
}

impl From<&RoomConfig> for RoomNotice {
    fn from(config: &RoomConfig) -> Self {
        Self::new(config.mode, config.mode_until_us, config.message.as_deref())
    }
}
