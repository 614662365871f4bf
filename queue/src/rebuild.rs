//! The steps of a rebuild but for the loading of the line; their order is up to the caller.
//!
//! `begin` needs a greater epoch than the stored one, every later step needs that epoch and a room
//! that is being rebuilt. Each step can be repeated.

use crate::{
    Queue, QueueError,
    args::{self, Args},
    keys::ROOMS,
    room_fields,
    script::LineScript,
};
use shared::{
    ids::DropId,
    line::{Epoch, Follows, RoomConfig, StockFigure},
};
use std::time::Duration;

static BEGIN: LineScript = LineScript::unguarded("begin", include_str!("../lua/begin.lua"));
static STOCK: LineScript =
    LineScript::rebuilding("restore stock", include_str!("../lua/restore_stock.lua"));
static OPEN: LineScript = LineScript::rebuilding("open", include_str!("../lua/open.lua"));

impl Queue {
    /// Begins a rebuild, or a drop's first room: from now on every script of an older epoch is
    /// refused. What survived stays.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError::Epoch`] if the stored epoch is not lower.
    pub async fn begin(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        // First, so that no room exists that the list does not name.
        let mut command = redis::cmd("SADD");
        command.arg(ROOMS).arg(drop_id.to_string());
        self.command::<()>(BEGIN.operation, &command).await?;
        self.run(&BEGIN, drop_id, epoch, &Args::none()).await
    }

    /// Replaces the stock, whatever was there.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_stock(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        stock: &[StockFigure],
    ) -> Result<(), QueueError> {
        let mut args = Args::none();
        for figure in stock {
            args.push(*figure.variant_id.as_bytes());
            args.push_text(args::figure(figure));
        }
        self.run(&STOCK, drop_id, epoch, &args).await
    }

    /// Opens the room with an empty bucket and the epoch's first event; for `grace`, only earlier
    /// tickets may come back.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn open(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        config: &RoomConfig,
        follows: Option<Follows>,
        grace: Duration,
    ) -> Result<(), QueueError> {
        let follows = follows
            .map(|Follows { point, hash }| format!("{}|{}|{hash:?}", point.epoch, point.evn));
        let mut args = Args::none()
            .text(grace.as_micros())
            .text(follows.unwrap_or_default())
            .text("version")
            .text(config.version)
            .text("label")
            .text(room_fields::label(config))
            .text("rate")
            .text(room_fields::rate(config));
        room_fields::push_all(&mut args, config);
        if let Some(reason) = config.ended {
            args.push_text("ended");
            args.push_text(reason);
        }
        self.run(&OPEN, drop_id, epoch, &args).await
    }
}
