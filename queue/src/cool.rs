//! Who may not join for a while, since their hold ran out unpaid.

use crate::{Queue, QueueError, args::Args, script::LineScript};
use shared::{
    ids::DropId,
    line::{CoolDown, Epoch},
};

static COOL: LineScript = LineScript::open("cool", include_str!("../lua/cool.lua"));
static RESTORE: LineScript =
    LineScript::rebuilding("restore cool-downs", include_str!("../lua/cool.lua"));

/// Shoppers of one call: few enough that nobody else has to wait long.
const CHUNK: usize = 500;

impl Queue {
    /// Keeps shoppers from joining until their time has come. Tell it before their tickets are
    /// finished: until then they have a live ticket, and get that one back.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn cool(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        cool_downs: &[CoolDown],
    ) -> Result<(), QueueError> {
        self.cool_by(&COOL, drop_id, epoch, cool_downs).await
    }

    /// Does the same in a room that is being rebuilt.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_cool_downs(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        cool_downs: &[CoolDown],
    ) -> Result<(), QueueError> {
        self.cool_by(&RESTORE, drop_id, epoch, cool_downs).await
    }

    async fn cool_by(
        &self,
        script: &'static LineScript,
        drop_id: DropId,
        epoch: Epoch,
        cool_downs: &[CoolDown],
    ) -> Result<(), QueueError> {
        for chunk in cool_downs.chunks(CHUNK) {
            let mut args = Args::none();
            for CoolDown { shopper_id, until_us } in chunk {
                args.push(*shopper_id.as_bytes());
                args.push_text(until_us);
            }
            self.run::<()>(script, drop_id, epoch, &args).await?;
        }
        Ok(())
    }
}
