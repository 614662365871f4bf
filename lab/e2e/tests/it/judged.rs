//! What a run must be able to judge.

use check::Requirement;
use shared::invariants::Invariant;

/// Ends that even a small run has for certain.
pub(crate) const FEW_ENDS: usize = 5;

/// What every run must be able to judge, on so many cases at least; and what follows from its kind.
/// `most` are the cases of rules about each ticket, `n_ends` those of END-1.
pub(crate) fn required(
    most: usize,
    n_ends: usize,
    of_its_kind: &[(Invariant, usize)],
) -> Vec<Requirement> {
    let of_all = [
        (Invariant::Order1, most),
        (Invariant::Order2, most),
        (Invariant::Order3, most),
        (Invariant::Queue1, most),
        (Invariant::Queue2, most),
        (Invariant::Queue3, most),
        (Invariant::Rate1, most),
        (Invariant::Rate2, most),
        (Invariant::Pos1, most),
        (Invariant::Rest1, most),
        (Invariant::End1, n_ends),
        (Invariant::Live2, 1),
    ];
    let all = of_all.iter().chain(of_its_kind);
    all.map(|(invariant, n_cases)| Requirement::new(*invariant, *n_cases)).collect()
}

/// What a sale that ends sold out has beside its line.
pub(crate) const fn of_sale(most: usize) -> [(Invariant, usize); 5] {
    [
        (Invariant::Stock1, most),
        (Invariant::Stock2, most),
        (Invariant::Stock3, 1),
        (Invariant::Pay1, most),
        (Invariant::Pay2, most),
    ]
}
