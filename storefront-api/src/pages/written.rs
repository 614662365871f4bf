//! Moments and prices as a page has them before its script runs, which writes them as its reader is used to.

use database::selling::drops::DropVariant;
use iso_currency::Currency;
use jiff::Timestamp;

/// Writes a moment for readers in any zone.
pub(crate) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Writes the price of what a drop sells, from the lowest to the highest where they differ.
pub(super) fn price_range(variants: &[DropVariant]) -> String {
    let by_price = |variant: &&DropVariant| variant.price_minor;
    let ends = variants.iter().min_by_key(by_price).zip(variants.iter().max_by_key(by_price));
    let Some((lowest, highest)) = ends else { return String::new() };
    let from = price(lowest.price_minor, &lowest.currency);
    if lowest.price_minor == highest.price_minor {
        return from;
    }
    format!("{from}–{}", price(highest.price_minor, &highest.currency))
}

/// Writes an amount of minor units with as many digits behind the point as its currency has.
pub(crate) fn price(minor: i64, code: &str) -> String {
    let currency = Currency::from_code(code);
    let digits = usize::from(currency.and_then(Currency::exponent).unwrap_or(2));
    let symbol = currency.map_or_else(|| code.to_owned(), |known| known.symbol().to_string());
    let all = format!("{minor:0>width$}", width = digits + 1);
    let (whole, part) = all.split_at(all.len() - digits);
    let point = if digits == 0 { "" } else { "." };
    format!("{symbol}{}{point}{part}", in_thousands(whole))
}

fn in_thousands(whole: &str) -> String {
    let mut grouped = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ids::VariantId;

    #[test]
    fn a_price_has_the_digits_of_its_currency() {
        assert_eq!(price(48_000, "KRW"), "₩48,000");
        assert_eq!(price(1_234_567, "EUR"), "€12,345.67");
        assert_eq!(price(5, "EUR"), "€0.05");
        assert_eq!(price(999, "KRW"), "₩999");
    }

    #[test]
    fn several_prices_are_told_from_the_lowest_to_the_highest() {
        let variant = |price_minor| DropVariant {
            id: VariantId::generate(),
            name: "Brass".into(),
            price_minor,
            currency: "EUR".into(),
            units_offered: 1,
            units_available: 1,
            units_reserved: 0,
        };
        assert_eq!(price_range(&[variant(500)]), "€5.00");
        assert_eq!(price_range(&[variant(500), variant(500)]), "€5.00");
        assert_eq!(price_range(&[variant(900), variant(500), variant(700)]), "€5.00–€9.00");
    }
}
