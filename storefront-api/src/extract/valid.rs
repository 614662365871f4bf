//! Checks of values that have the right type.

use crate::ApiError;
use axum::http::StatusCode;
use edge::Problem;
use std::{fmt::Display, ops::RangeInclusive};

/// A body that can check itself.
pub trait Validate {
    /// Everything that is wrong with the values.
    fn faults(&self) -> Faults {
        Faults::default()
    }
}

/// What is wrong with a request, with the places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<(String, String)>);

impl Faults {
    /// Adds a fault.
    pub fn add(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        self.0.push((field.into(), detail.into()));
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Wants a number between two others.
    pub fn within<T: PartialOrd + Display + Copy>(
        &mut self,
        field: &str,
        value: T,
        range: &RangeInclusive<T>,
    ) {
        // A number that is none (NaN) is in no range.
        if !range.contains(&value) {
            self.add(field, format!("must be from {} to {}", range.start(), range.end()));
        }
    }

    /// Wants a text with something in it.
    pub fn text(&mut self, field: &str, value: &str, max_chars: usize) {
        if value.trim().is_empty() {
            self.add(field, "must not be empty");
        }
        self.optional_text(field, value, max_chars);
    }

    /// Wants a text that may be empty.
    pub fn optional_text(&mut self, field: &str, value: &str, max_chars: usize) {
        if value.chars().count() > max_chars {
            self.add(field, format!("must have at most {max_chars} characters"));
        }
        // Postgres takes no NUL; other control characters have no place in a name either.
        if value.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.add(field, "must not have control characters");
        }
    }
}

impl From<Faults> for ApiError {
    fn from(faults: Faults) -> Self {
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields")
            .detail("Some values cannot be taken.");
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
