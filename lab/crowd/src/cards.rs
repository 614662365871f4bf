//! Which cards the crowd pays with.

use std::str::FromStr;

use rand::Rng;

/// Weighted cards, written `approve=80,decline=5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardMix(Vec<(String, u32)>);

/// The card of those who try another one: they take one that works.
pub(crate) const OTHER_CARD: &str = "pm_card_approve";

impl CardMix {
    /// Mostly good days, with a few of each kind of trouble.
    pub(crate) const DEFAULT: &str = "approve=77,decline=4,hang=2,500_before=3,500_after=3,late=2,\
                                      capture_hang=2,capture_decline=1,duplicate_callbacks=2,\
                                      out_of_order_callbacks=1,oversized=1,redirect=1,garbage=1";

    /// Draws the name of a payment method.
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> String {
        let total = self.0.iter().map(|(_, weight)| weight).sum::<u32>().max(1);
        let mut at = rng.random_range(0..total);
        for (card, weight) in &self.0 {
            if at < *weight {
                return format!("pm_card_{card}");
            }
            at -= weight;
        }
        "pm_card_approve".to_owned()
    }
}

impl Default for CardMix {
    fn default() -> Self {
        Self::DEFAULT.parse().expect("the default mix is well-formed")
    }
}

impl FromStr for CardMix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = |part: &str| {
            let (card, weight) =
                part.split_once('=').ok_or_else(|| format!("`{part}` has no weight"))?;
            let weight =
                weight.parse().map_err(|_| format!("the weight of `{part}` is not a number"))?;
            Ok((card.trim().to_owned(), weight))
        };
        let cards = text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(parse);
        Ok(Self(cards.collect::<Result<_, String>>()?))
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn the_weights_are_kept() {
        let mix: CardMix = "approve=3, decline=1".parse().unwrap();
        let mut rng = StdRng::seed_from_u64(7);
        let n_declined = (0..4_000).filter(|_| mix.draw(&mut rng) == "pm_card_decline").count();
        assert!((900..1_100).contains(&n_declined), "{n_declined}");
        assert!("approve".parse::<CardMix>().is_err());
    }
}
