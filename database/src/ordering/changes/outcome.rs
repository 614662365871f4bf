//! What changes of orders mean for the lines.

use crate::{
    journal::JournalId,
    ordering::{inventory::DropStock, order::EndedOrder},
};
use shared::ids::{DropId, TicketId};

/// What a change of orders means for the lines: what to tell, and the stock as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Orders that came to their end.
    pub ended: Vec<EndedOrder>,
    /// Drops and tickets of orders that are reserved again: another card may be tried.
    pub again: Vec<(DropId, TicketId)>,
    /// Stock that has changed, of one drop or several.
    pub stock: Vec<DropStock>,
    /// Journal rows whose line part is to be acknowledged once the line was told of the ends.
    pub journal: Vec<JournalId>,
}
