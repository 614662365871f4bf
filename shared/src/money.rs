//! Amounts of money: whole minor units of a currency, never a float.

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

/// An amount in the minor units of its currency (cents; won, which has none).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// How many minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// The price of `units` pieces; `None` when it does not fit.
    #[must_use]
    pub fn times(self, units: u32) -> Option<Self> {
        let amount_minor = self.amount_minor.checked_mul(i64::from(units))?;
        Some(Self { amount_minor, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_that_does_not_fit_is_refused() {
        let price = Money { amount_minor: i64::MAX, currency: Currency::KRW };
        assert_eq!(price.times(2), None);
    }
}
