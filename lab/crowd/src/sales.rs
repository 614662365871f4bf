//! How fast a run sold.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::plot;

/// Orders that shoppers saw confirmed, over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SalesPace {
    /// How many in each second, from the first arrival to the last sale.
    pub per_second: Vec<u64>,
    /// The average between the first sale and the last; `None` with fewer than two.
    pub mean_per_second: Option<f64>,
}

impl SalesPace {
    /// Takes the time of each sale, counted from the first arrival.
    pub(crate) fn new(sold_after: &[Duration]) -> Self {
        let (Some(first), Some(last)) = (sold_after.iter().min(), sold_after.iter().max()) else {
            return Self::default();
        };
        let mut per_second = vec![0; second(*last) + 1];
        for after in sold_after {
            per_second[second(*after)] += 1;
        }
        let seconds = (*last - *first).as_secs_f64();
        let mean_per_second = (seconds > 0.0).then(|| (sold_after.len() - 1) as f64 / seconds);
        Self { per_second, mean_per_second }
    }

    /// Returns how many were sold in the second with the most sales.
    #[must_use]
    pub fn busiest_per_second(&self) -> u64 {
        self.per_second.iter().copied().max().unwrap_or_default()
    }
}

impl fmt::Display for SalesPace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.per_second.is_empty() {
            return write!(f, "nothing was sold");
        }
        write!(f, "sold per second: {} at most", self.busiest_per_second())?;
        if let Some(mean) = self.mean_per_second {
            write!(f, ", {mean:.1} on average from the first sale to the last")?;
        }
        let (lines, seconds) = plot::bars(&self.per_second);
        for line in lines {
            write!(f, "\n{line}")?;
        }
        write!(f, "\none column is {seconds} s")
    }
}

fn second(after: Duration) -> usize {
    usize::try_from(after.as_secs()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sales_fall_into_seconds() {
        let sold_after = [2_900, 1_100, 2_100, 4_100].map(Duration::from_millis);
        let pace = SalesPace::new(&sold_after);
        assert_eq!(pace.per_second, [0, 1, 2, 0, 1]);
        assert_eq!((pace.mean_per_second, pace.busiest_per_second()), (Some(1.0), 2));
        assert!(
            pace.to_string().starts_with("sold per second: 2 at most, 1.0 on average"),
            "{pace}"
        );
    }

    #[test]
    fn one_sale_has_no_pace() {
        let pace = SalesPace::new(&[Duration::from_millis(500)]);
        assert_eq!((pace.per_second.as_slice(), pace.mean_per_second), (&[1][..], None));
        assert_eq!(SalesPace::new(&[]).to_string(), "nothing was sold");
    }
}
