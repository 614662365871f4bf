//! A step that only a wrong drain takes; see [`shared::mutants`].

use crate::{Queue, QueueError, script::LineScript};
use shared::{
    ids::{DropId, TicketId},
    tickets::Epoch,
};

const FORGET_SOURCE: &str = "--[[
Forgets the leases of tickets, as a line does that pops.

KEYS[1]  ep      hash
KEYS[2]  inf     zset
KEYS[3]  lease   hash
KEYS[4]  flight  hash
ARGV[1]  epoch
ARGV[2..] tickets
]]
for i = 2, #ARGV do land(ARGV[i]) end
return 0
";

static FORGET: LineScript = LineScript::open("forget leases", FORGET_SOURCE);

impl Queue {
    /// Forgets the leases of tickets that were let in. For mutants in tests only.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn forget_leases(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[TicketId],
    ) -> Result<(), QueueError> {
        let mut args = vec![epoch.to_string()];
        args.extend(tickets.iter().map(ToString::to_string));
        let _: i64 = self.run(&FORGET, drop_id, &args).await?;
        Ok(())
    }
}
