//! One cost: of the whole run, and of one sold order.

use serde::{Deserialize, Serialize};

/// A cost of the whole run, and the share of one sold order in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CostFigure {
    /// Of the whole run.
    pub total: f64,
    /// The total divided by the orders that shoppers saw confirmed; `None` when there were none.
    pub per_sold: Option<f64>,
}

/// Which calls Postgres has counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountedCalls {
    /// Statements that clients sent, counted by `pg_stat_statements`.
    Statements,
    /// Transactions, where that extension is missing.
    Transactions,
}

impl CostFigure {
    pub(crate) fn new(total: f64, n_sold: u64) -> Self {
        let per_sold = (n_sold > 0).then(|| total / n_sold as f64);
        Self { total, per_sold }
    }
}

impl CountedCalls {
    /// Returns what is counted, in the plural.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Statements => "statements",
            Self::Transactions => "transactions",
        }
    }
}

/// Writes a figure with about three significant digits.
pub(crate) fn text(value: Option<f64>) -> String {
    match value {
        None => "not measured".to_owned(),
        Some(value) if value.fract() == 0.0 || value.abs() >= 100.0 => format!("{value:.0}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_sold_has_no_share() {
        assert_eq!(CostFigure::new(270.0, 100).per_sold, Some(2.7));
        assert_eq!(CostFigure::new(270.0, 0).per_sold, None);
    }

    #[test]
    fn figures_have_the_digits_that_matter() {
        let values = [Some(1_234.56), Some(12.34), Some(1.234), Some(0.04), Some(3.0), None];
        let texts = ["1235", "12.3", "1.23", "0.04", "3", "not measured"];
        assert_eq!(values.map(text), texts);
    }
}
