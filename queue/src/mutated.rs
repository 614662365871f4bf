//! Wrong variants of the line's scripts; see [`shared::mutants`].

use shared::mutants::{self, Mutant};
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
