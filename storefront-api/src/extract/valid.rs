//! Checks of values whose types are right.

use crate::ApiError;
use axum::http::StatusCode;
use edge::Problem;
use std::{fmt::Display, ops::RangeInclusive};

/// A body that checks its own values.
pub(crate) trait Validate {
    /// Returns everything that is wrong.
    fn faults(&self) -> Faults {
        Faults::default()
    }
}

/// What is wrong with a request: each fault's field, as a JSON pointer, and what is wrong there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults(Vec<(String, String)>);

impl Faults {
    pub(crate) fn add(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        self.0.push((field.into(), detail.into()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Requires a number within a range, both ends included.
    pub(crate) fn within<T: PartialOrd + Display + Copy>(
        &mut self,
        field: &str,
        value: T,
        range: &RangeInclusive<T>,
    ) {
        // NaN is in no range.
        if !range.contains(&value) {
            self.add(field, format!("must be from {} to {}", range.start(), range.end()));
        }
    }

    /// Requires a text that isn't blank.
    pub(crate) fn text(&mut self, field: &str, value: &str, max_chars: usize) {
        if value.trim().is_empty() {
            self.add(field, "must not be empty");
        }
        self.optional_text(field, value, max_chars);
    }

    /// Requires a text that may be blank.
    pub(crate) fn optional_text(&mut self, field: &str, value: &str, max_chars: usize) {
        if value.chars().count() > max_chars {
            self.add(field, format!("must have at most {max_chars} characters"));
        }
        // Postgres accepts no NUL; other control characters don't belong in a text either.
        if value.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.add(field, "must not contain control characters");
        }
    }
}

impl From<Faults> for ApiError {
    fn from(faults: Faults) -> Self {
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields")
            .detail("Some values aren't valid.");
        let problem = faults
            .0
            .into_iter()
            .fold(problem, |problem, (field, detail)| problem.error(field, detail));
        problem.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_none_are_refused() {
        let mut faults = Faults::default();
        faults.within("/rate", f64::NAN, &(0.001..=10.0));
        faults.within("/rate", f64::INFINITY, &(0.001..=10.0));
        assert_eq!(faults.0.len(), 2);
    }

    #[test]
    fn a_blank_text_is_empty() {
        let mut faults = Faults::default();
        faults.text("/title", " \n", 10);
        faults.text("/title", "Sneakers\u{0}", 10);
        assert_eq!(faults.0.len(), 2);
    }
}
