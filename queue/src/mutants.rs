//! Wrong variants of the line's scripts; see [`shared::mutants`].

use crate::{Queue, QueueError, script::LineScript};
use shared::{
    ids::{DropId, TicketId},
    mutants::{self, Mutant},
    tickets::Epoch,
};
use std::borrow::Cow;

/// Turns the rate rule of ADMIT into a count within fixed seconds.
const FIXED_WINDOW: [(&str, &str); 3] = [
    (
        "math.max(1, math.ceil(rate * 0.1))",
        "rate\nlocal start = math.floor(now / 1000000) * 1000000",
    ),
    ("math.max(stored_tat, now) or now + full", "math.max(stored_tat, start) or start"),
    ("(full - (tat - now))", "(full - (tat - start))"),
];

/// A script as the chosen mutant has it; without one, as it is.
pub(crate) fn changed(operation: &str, source: &'static str) -> Cow<'static, str> {
    if operation != "admit" || !mutants::is(Mutant::FixedWindow) {
        return source.into();
    }
    let mut changed = source.to_owned();
    for (right, wrong) in FIXED_WINDOW {
        assert!(changed.contains(right), "the mutant must follow the script: {right}");
        changed = changed.replace(right, wrong);
    }
    changed.into()
}

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
