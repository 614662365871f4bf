//! Wrong variants of the steps that matter, so that the check can be seen to catch each of them.
//!
//! Only with the feature `mutants`, which no release has: without it [`is`] and [`has`] are
//! `false` at compile time and nothing of this is left. `SLUICE_MUTANT` chooses one variant,
//! `SLUICE_MUTANT_TERMS` (comma separated) the terms that a run with and without it share.

use crate::text_enum;

text_enum! {
    /// A step done the way that loses, doubles or oversells.
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
    }
}

text_enum! {
    /// What a mutant and its control have in common.
    Term {
        /// ADMIT does not look at the stock.
        NoStockTerm = "no_stock_term",
        /// The reconciler produces nothing again.
        NoReproduce = "no_reproduce",
        /// The drain produces each command twice, as an at-least-once producer may.
        ProduceTwice = "produce_twice",
    }
}

/// Whether this process does a step the given wrong way.
#[must_use]
pub fn is(mutant: Mutant) -> bool {
    cfg!(feature = "mutants") && chosen("SLUICE_MUTANT").any(|name| name == mutant.as_str())
}

/// Whether a term is in force.
#[must_use]
pub fn has(term: Term) -> bool {
    cfg!(feature = "mutants") && chosen("SLUICE_MUTANT_TERMS").any(|name| name == term.as_str())
}

#[expect(clippy::disallowed_methods, reason = "test-only, and no setting of a release")]
fn chosen(variable: &str) -> impl Iterator<Item = String> {
    let names = std::env::var(variable).unwrap_or_default();
    names.split(',').map(str::to_owned).collect::<Vec<_>>().into_iter()
}
