//! The mutants by name, and what each of them needs.

use shared::text_enum;

text_enum! {
    /// A step done the wrong way; the text names its data file.
    Mutant {
        /// The drain takes tickets out of the line and forgets them until Kafka has them.
        PopThenProduce = "pop_then_produce",
        /// The processor's offset moves on before the work is done.
        AutoCommit = "auto_commit",
        /// Nothing keeps a ticket from having two orders.
        NoUniqueTicket = "no_unique_ticket",
        /// Admission counts within fixed seconds.
        FixedWindow = "fixed_window",
        /// Stock is read, then written, without a lock between.
        ReadThenWrite = "read_then_write",
        /// Orders are written whether or not there was stock for them.
        BlindInsert = "blind_insert",
        /// A script works for a caller of an older epoch.
        NoEpochCheck = "no_epoch_check",
        /// A capture without a certain answer is made again under a new key.
        NewPaymentKey = "new_payment_key",
        /// An order can expire while its money is being taken.
        NoPivot = "no_pivot",
        /// A shown position is one too low.
        WrongPosition = "wrong_position",
        /// Order events count as published before Kafka has them.
        MarkBeforeAck = "mark_before_ack",
        /// The relay goes by the number of the last journal row that it has seen.
        JournalByNumber = "journal_by_number",
        /// Sold units leave the reserved ones and go nowhere.
        SoldNotCounted = "sold_not_counted",
        /// The line never hears that units came back.
        NoUnitsBack = "no_units_back",
        /// The index that allows a customer one unit does not see the orders.
        UnwatchedOrders = "unwatched_orders",
        /// ADMIT takes the last in line first.
        LastFirst = "last_first",
        /// A join writes no room event.
        SilentJoin = "silent_join",
        /// Each tab gets a ticket of its own.
        TicketPerTab = "ticket_per_tab",
        /// What the order rate lets through is not taken off.
        PaceStandsStill = "pace_stands_still",
        /// Limits change without an audit row.
        UnauditedLimits = "unaudited_limits",
        /// A repeated payment is refused, whatever its key.
        NoIdempotencyKey = "no_idempotency_key",
        /// Those who wait hear the end of the line seconds later.
        LateEnd = "late_end",
        /// FINISH leaves the ticket's slot taken.
        KeptSlot = "kept_slot",
        /// The reconciler waits for a command that Kafka never had.
        WaitsForEver = "waits_for_ever",
        /// A seller is shown any drop, whoever sells it.
        OpenBooks = "open_books",
        /// The drain takes its pause for seconds.
        DrainDozes = "drain_dozes",
        /// All lanes have as many turns as another.
        EqualTurns = "equal_turns",
        /// A pass lets a second browser in.
        PassForTwo = "pass_for_two",
        /// Who listens near the front is not marked as being there.
        UnseenListeners = "unseen_listeners",
        /// Whoever is inside takes two places.
        TwoPlacesEach = "two_places_each",
    }
}

text_enum! {
    /// What a mutant and its control have in common; the text names its data file in `terms/`.
    Term {
        /// ADMIT does not look at the stock.
        NoStockTerm = "no_stock_term",
        /// The reconciler produces nothing again.
        NoReproduce = "no_reproduce",
        /// The drain produces each command twice, as an at-least-once producer may.
        ProduceTwice = "produce_twice",
        /// The processor does not keep to the order rate by itself: the drop's row alone does.
        NoPacer = "no_pacer",
        /// Money is never given back.
        NoRefund = "no_refund",
        /// The transaction of the pivot takes a tenth of a second more.
        SlowPivot = "slow_pivot",
    }
}

text_enum! {
    /// A binary that can be built from the copy; the text names it. A mutant is in one of the services,
    /// the next release in all of them.
    ServiceBinary {
        /// Moves tickets from the line to a paid order.
        Worker = "worker",
        /// Keeps the line.
        Admission = "admission",
        /// Shows and sells.
        StorefrontApi = "storefront-api",
        /// Brings the schema up to date.
        Sluice = "sluice",
        /// Judges what came of a run.
        Crowd = "crowd",
    }
}

impl Mutant {
    /// Returns the service that is built with it.
    #[must_use]
    pub const fn service(self) -> ServiceBinary {
        match self {
            Self::WrongPosition
            | Self::SilentJoin
            | Self::TicketPerTab
            | Self::LateEnd
            | Self::UnseenListeners => ServiceBinary::Admission,
            Self::UnauditedLimits | Self::NoIdempotencyKey | Self::OpenBooks | Self::PassForTwo => {
                ServiceBinary::StorefrontApi
            }
            Self::PopThenProduce
            | Self::AutoCommit
            | Self::NoUniqueTicket
            | Self::FixedWindow
            | Self::ReadThenWrite
            | Self::BlindInsert
            | Self::NoEpochCheck
            | Self::NewPaymentKey
            | Self::NoPivot
            | Self::MarkBeforeAck
            | Self::JournalByNumber
            | Self::SoldNotCounted
            | Self::NoUnitsBack
            | Self::UnwatchedOrders
            | Self::LastFirst
            | Self::PaceStandsStill
            | Self::KeptSlot
            | Self::WaitsForEver
            | Self::DrainDozes
            | Self::EqualTurns
            | Self::TwoPlacesEach => ServiceBinary::Worker,
        }
    }

    /// Returns the terms under which it does harm. They are those of the worker, in its own run and
    /// in its control's.
    #[must_use]
    pub const fn terms(self) -> &'static [Term] {
        match self {
            Self::AutoCommit | Self::NoEpochCheck => &[Term::NoReproduce],
            Self::NoUniqueTicket => &[Term::ProduceTwice],
            Self::ReadThenWrite | Self::BlindInsert => &[Term::NoStockTerm],
            Self::PaceStandsStill => &[Term::NoPacer],
            Self::NoPivot => &[Term::NoRefund],
            Self::JournalByNumber => &[Term::SlowPivot],
            Self::PopThenProduce
            | Self::FixedWindow
            | Self::NewPaymentKey
            | Self::WrongPosition
            | Self::MarkBeforeAck
            | Self::SoldNotCounted
            | Self::NoUnitsBack
            | Self::UnwatchedOrders
            | Self::LastFirst
            | Self::SilentJoin
            | Self::TicketPerTab
            | Self::UnauditedLimits
            | Self::NoIdempotencyKey
            | Self::LateEnd
            | Self::KeptSlot
            | Self::WaitsForEver
            | Self::OpenBooks
            | Self::DrainDozes
            | Self::EqualTurns
            | Self::PassForTwo
            | Self::UnseenListeners
            | Self::TwoPlacesEach => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_of_mutants_in_the_worker() {
        for mutant in Mutant::ALL.iter().filter(|one| one.service() != ServiceBinary::Worker) {
            assert!(mutant.terms().is_empty(), "{mutant} would be built without its terms");
        }
    }
}
