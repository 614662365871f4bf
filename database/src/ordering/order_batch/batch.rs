//! What goes into a batch and what comes out of it.

use crate::{
    journal::JournalId,
    ordering::{inventory::DropStock, order::EndedOrder},
};
use shared::{
    ids::DropId, lifecycle::TicketState, line::TicketKey, messages::PlaceOrder, text_enum,
};
use std::time::Duration;

/// Records of one partition of `order-commands`, in their order.
#[derive(Clone, Debug)]
pub struct OrderBatch {
    /// The topic, with its prefix.
    pub topic: String,
    /// Number of the partition, from 0.
    pub partition: i32,
    /// Generation of the log they were read from.
    pub generation: i64,
    /// The offset that Postgres must still have; another one means that somebody was faster.
    pub expected_offset: i64,
    /// The instance that processes them, for the operators' view.
    pub owner: String,
    /// Neighbours in the log, the lowest offset first.
    pub records: Vec<BatchRecord>,
}

/// A record as it was read and understood.
#[derive(Clone, Debug)]
pub struct BatchRecord {
    /// Its offset in the partition.
    pub offset: i64,
    /// SHA-256 by which the log is recognized.
    pub fingerprint: Vec<u8>,
    /// Its bytes, kept whole if it turns out to be dead.
    pub payload: Vec<u8>,
    /// What it says.
    pub content: RecordContent,
}

/// What a record says.
#[derive(Clone, Debug)]
pub enum RecordContent {
    /// A command whose MAC is ours.
    Command(PlaceOrder),
    /// Something that can't be processed.
    Dead {
        /// The stable code.
        reason: DeadReason,
        /// The reason in words.
        detail: String,
        /// The command, if it could be read and its MAC is ours: then its ticket ends as `dead`.
        command: Option<PlaceOrder>,
    },
}

text_enum! {
    /// Why a record was put aside.
    DeadReason {
        /// Not JSON, or not in our form.
        Malformed = "malformed",
        /// A version that this release does not know.
        UnknownVersion = "unknown_version",
        /// Not made by a drain of ours.
        BadMac = "bad_mac",
        /// Its drop does not exist or has another partition.
        ForeignDrop = "foreign_drop",
        /// Processing it fails each time.
        Failed = "failed",
    }
}

/// How a batch ended.
#[derive(Clone, Debug)]
pub enum BatchOutcome {
    /// Another processor has moved the offset on; nothing was changed.
    Late,
    /// The records up to `next_offset` are processed.
    Done(BatchDone),
}

/// What a batch has done.
#[derive(Clone, Debug, Default)]
pub struct BatchDone {
    /// Where to go on reading.
    pub next_offset: i64,
    /// Records taken: fewer than given when the order rate allowed no more.
    pub n_taken: usize,
    /// Orders that are new.
    pub n_placed: usize,
    /// Records whose order was there already.
    pub n_duplicates: usize,
    /// Records of an epoch that is over.
    pub n_passed_over: usize,
    /// Records put aside.
    pub n_dead: usize,
    /// How long until the next record may pass, if the order rate stopped this batch.
    pub wait: Option<Duration>,
    /// Tickets that have an order row now; the line must be told (SETTLE).
    pub settled: Vec<SettledTicket>,
    /// Orders that ended at once (FINISH after SETTLE).
    pub ended: Vec<EndedOrder>,
    /// Stock as it is after the batch.
    pub stock: Vec<DropStock>,
    /// Journal rows whose line part is to be acknowledged once the line was told of all this.
    pub journal: Vec<JournalId>,
}

/// A ticket with an order row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettledTicket {
    /// The drop whose line must be told.
    pub drop_id: DropId,
    /// What finds it in the line.
    pub ticket: TicketKey,
    /// The state of its order.
    pub state: TicketState,
}
