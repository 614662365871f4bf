//! The longer runs, with services that are wrong or stand still on purpose: one test at a time.
//!
//! | module | holds |
//! |---|---|
//! | `mutants` | each mutant is caught, and its control passes |
//! | `trials` | what each mutant's run is, and the finding that catches it |
//! | `builds` | what those runs need is built while others go on |
//! | `meanwhile` | what is done to the sale of a trial |
//! | `stale_drain` | of that: a drain that outlives its line |
//! | `crowds` | who comes to that sale, where the usual crowd shows nothing |
//! | `kills` | `kill -9` of a worker in each gap between two steps |
//! | `zombies` | a worker that is frozen in a gap, and wakes up when another one has taken over |
//! | `gaps` | the gaps, and what each must hold |
//! | `gap` | how a worker is held in a gap |
//! | `upgrade` | the next release takes this one's place while it sells |
//!
//! Tests whose names begin with `core_` are the core: every mutant, and a gap of each role.
//! `SLUICE_E2E_GAP=drain.after_ack` and `SLUICE_E2E_MUTANT=auto_commit` try that one alone,
//! and `SLUICE_E2E_MUTANT=upgrade` the upgrade.

#![expect(clippy::print_stdout, reason = "each trial is worth a line")]

mod builds;
#[path = "../common/mod.rs"]
mod common;
mod crowds;
mod gap;
mod gaps;
mod kills;
mod meanwhile;
mod mutants;
mod stale_drain;
mod trials;
mod upgrade;
mod zombies;

use shared::ids::DropId;
use std::sync::LazyLock;
use testkit::World;
use tokio::sync::Mutex;

/// Tests of one process run at once; a crowd needs the machine for itself.
static MACHINE: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);

/// Names the one gap, or the one mutant, that is to be tried.
const GAP: &str = "SLUICE_E2E_GAP";
const MUTANT: &str = "SLUICE_E2E_MUTANT";

/// Whether a trial is to be made: each is, unless another one is asked for.
#[expect(clippy::disallowed_methods, reason = "chooses a test, no setting")]
fn is_asked_for(variable: &str, name: &str) -> bool {
    let is_set = |variable: &str| std::env::var_os(variable).is_some();
    !(is_set(GAP) || is_set(MUTANT)) || std::env::var(variable).is_ok_and(|asked| asked == name)
}

/// Returns the drop that the crowd of a world is in: the newest one.
async fn drop_of_the_crowd(world: &World) -> sqlx::Result<DropId> {
    let newest = sqlx::query_scalar("select id from drops order by id desc limit 1");
    newest.fetch_one(world.database.pool()).await
}
