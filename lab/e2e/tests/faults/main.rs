//! Trouble on the way between two processes, servers that stand still, and full disks: one test at a
//! time.
//!
//! | module | holds |
//! |---|---|
//! | `redis` | Redis stands still, is slow, or is at the end of a narrow line |
//! | `masters` | Redis is several servers: another one becomes the master, a busy slot moves |
//! | `kafka` | the broker stands still, is half open, is slow |
//! | `postgres` | Postgres hangs, is slow, has a locked row; an answer to `COMMIT` is lost |
//! | `partitions` | two parts do not hear each other, in one direction or both |
//! | `disks` | the disk of Redis is full, that of Postgres |
//! | `proxied` | a world with a proxy on each way |
//! | `people` | shoppers, and what they must be told |
//! | `small_disk` | a disk that can be filled |

#![expect(
    clippy::print_stdout,
    reason = "what was not checked is said, and figures are worth a line"
)]

mod disks;
mod kafka;
mod masters;
mod partitions;
mod people;
mod postgres;
mod proxied;
mod redis;
#[path = "../common/runs.rs"]
mod runs;
mod small_disk;

use std::sync::LazyLock;
use tokio::sync::Mutex;

/// Tests of one process run at once; each has its own servers, and two cores are few.
static MACHINE: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);
