//! A colour, and its contrast with another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An opaque colour of a page, written as `#0b6670`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// A text that is no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a colour such as #0b6670")]
pub struct NotColour;

impl Colour {
    /// As bright as a page gets.
    pub const WHITE: Self = Self::new(255, 255, 255);
    /// As dark as a page gets.
    pub const BLACK: Self = Self::new(0, 0, 0);

    /// Makes a colour of its parts, in the space of sRGB.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Returns the contrast ratio of WCAG 2, from 1 for the same colour to 21 for black and white.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Returns the colour with so many percent of another in it, at most 100.
    #[must_use]
    pub fn mixed(self, other: Self, percent: u8) -> Self {
        let percent = u32::from(percent.min(100));
        let mix = |own: u8, other: u8| {
            let sum = u32::from(own) * (100 - percent) + u32::from(other) * percent;
            ((sum + 50) / 100) as u8
        };
        Self::new(
            mix(self.red, other.red),
            mix(self.green, other.green),
            mix(self.blue, other.blue),
        )
    }

    /// Relative luminance, as WCAG 2.2 defines it.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl FromStr for Colour {
    type Err = NotColour;

    fn from_str(text: &str) -> Result<Self, NotColour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(NotColour)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotColour);
        }
        let [_, red, green, blue] =
            u32::from_str_radix(digits, 16).map_err(|_| NotColour)?.to_be_bytes();
        Ok(Self::new(red, green, blue))
    }
}

impl TryFrom<String> for Colour {
    type Error = NotColour;

    fn try_from(text: String) -> Result<Self, NotColour> {
        text.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn a_colour_has_six_digits_and_comes_back_in_small_letters() {
        assert_eq!(colour("#0B6670").to_string(), "#0b6670");
        assert_eq!(serde_json::to_string(&colour("#0b6670")).unwrap(), "\"#0b6670\"");
        for text in ["", "#", "0b6670", "#0b667", "#0b66700", "#0b667g", "#+b6670", "red", "#ÄÄÄ"]
        {
            assert_eq!(text.parse::<Colour>(), Err(NotColour), "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag_whichever_colour_comes_first() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        assert!((Colour::WHITE.contrast(Colour::WHITE) - 1.0).abs() < 1e-9);
        // The grey that is known for just reaching 4.5 on white, and the one that just does not.
        assert!(colour("#767676").contrast(Colour::WHITE) >= 4.5);
        assert!(Colour::WHITE.contrast(colour("#777777")) < 4.5);
    }

    #[test]
    fn a_mixture_goes_from_the_one_colour_to_the_other() {
        let (white, dark) = (Colour::WHITE, colour("#0b6670"));
        assert_eq!(white.mixed(dark, 0), white);
        assert_eq!(white.mixed(dark, 100), dark);
        assert_eq!(white.mixed(dark, 200), dark);
        assert_eq!(white.mixed(Colour::BLACK, 50), colour("#808080"));
    }
}
