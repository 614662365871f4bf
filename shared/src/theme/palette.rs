//! The colours of a page that follow from the two that a seller chooses: the accent, of links and buttons,
//! and the band above the page.
//!
//! Pages are light or dark as their reader's system is, and have a contrast of 4.5:1 for all text (WCAG 2.2,
//! AA). A seller chooses the accent for light pages, and one that is too faint there is refused. For dark
//! pages it is made as much brighter as it has to be.

use super::colour::Colour;

/// What all text needs.
const LEAST_CONTRAST: f64 = 4.5;
/// How much of the accent is in the grounds that go with it, percent.
const IN_TINT: u8 = 8;
const IN_WATER: u8 = 14;

/// What a page of one scheme has beside its accent, as `web/src/common/styles/base.css` says.
struct Grounds {
    /// Behind all.
    ground: Colour,
    /// Of tiles.
    surface: Colour,
    /// Of text on the accent.
    on_accent: Colour,
    /// What the accent is mixed with until it can be read.
    clearer: Colour,
}

const LIGHT: Grounds = Grounds {
    ground: Colour::new(0xf3, 0xf7, 0xf6),
    surface: Colour::WHITE,
    on_accent: Colour::WHITE,
    clearer: Colour::BLACK,
};

const DARK: Grounds = Grounds {
    ground: Colour::new(0x0c, 0x16, 0x18),
    surface: Colour::new(0x14, 0x22, 0x25),
    on_accent: Colour::new(0x06, 0x28, 0x2b),
    clearer: Colour::WHITE,
};

/// An accent that cannot be read on light pages.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "has a contrast of {contrast:.1}:1 with the page and needs 4.5:1; {darker} is as much darker as it \
     has to be"
)]
pub struct TooFaint {
    /// Its lowest contrast with what it stands on.
    pub contrast: f64,
    /// The nearest of its shades that will do.
    pub darker: Colour,
}

/// The accent of a page and what goes with it, in one scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemeColours {
    /// Of links, buttons and what has the focus.
    pub accent: Colour,
    /// Of text on the accent.
    pub on_accent: Colour,
    /// The ground of what stands out.
    pub tint: Colour,
    /// The ground that rises as the line moves.
    pub water: Colour,
}

/// The accent in both schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccentColours {
    /// Of light pages: the accent as it was chosen.
    pub light: SchemeColours,
    /// Of dark ones.
    pub dark: SchemeColours,
}

/// The band above a page, the same in both schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandColours {
    /// Of the band.
    pub band: Colour,
    /// Of text on it.
    pub on_band: Colour,
}

impl AccentColours {
    /// Works out what goes with an accent.
    ///
    /// # Errors
    ///
    /// Returns [`TooFaint`] when it cannot be read on light pages.
    pub fn of(accent: Colour) -> Result<Self, TooFaint> {
        let contrast = LIGHT.least_contrast(accent);
        if contrast < LEAST_CONTRAST {
            return Err(TooFaint { contrast, darker: LIGHT.readable(accent) });
        }
        Ok(Self { light: LIGHT.with(accent), dark: DARK.with(DARK.readable(accent)) })
    }
}

impl BandColours {
    /// Finds the text that can be read on a band. One of black and white always can.
    #[must_use]
    pub fn of(band: Colour) -> Self {
        let is_dark = band.contrast(Colour::WHITE) >= band.contrast(Colour::BLACK);
        Self { band, on_band: if is_dark { Colour::WHITE } else { Colour::BLACK } }
    }
}

impl Grounds {
    fn with(&self, accent: Colour) -> SchemeColours {
        SchemeColours {
            accent,
            on_accent: self.on_accent,
            tint: self.surface.mixed(accent, IN_TINT),
            water: self.surface.mixed(accent, IN_WATER),
        }
    }

    /// Returns the lowest contrast of an accent with what it stands on, and with what stands on it.
    fn least_contrast(&self, accent: Colour) -> f64 {
        let SchemeColours { tint, on_accent, .. } = self.with(accent);
        let others = [self.ground, self.surface, tint, on_accent];
        others.into_iter().map(|other| accent.contrast(other)).fold(f64::INFINITY, f64::min)
    }

    /// Returns the accent, mixed as little as it has to be.
    fn readable(&self, accent: Colour) -> Colour {
        let shades = (0..=100).map(|percent| accent.mixed(self.clearer, percent));
        let mut fit = shades.filter(|shade| self.least_contrast(*shade) >= LEAST_CONTRAST);
        fit.next().unwrap_or(self.clearer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLES: &str = include_str!("../../../web/src/common/styles/base.css");

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    /// Colours from all over the cube.
    fn colours() -> impl Iterator<Item = Colour> {
        let parts = || (0..=255).step_by(15);
        parts().flat_map(move |red| {
            parts().flat_map(move |green| parts().map(move |blue| Colour::new(red, green, blue)))
        })
    }

    /// Returns the value of a colour of the pages, light or dark.
    fn of_pages(name: &str, scheme: usize) -> Colour {
        let rule = STYLES.split(":root {").nth(scheme + 1).unwrap();
        let value = rule.split(&format!("--{name}: ")).nth(1).unwrap();
        match value.split(';').next().unwrap() {
            "#fff" => Colour::WHITE,
            value => colour(value),
        }
    }

    #[test]
    fn it_goes_by_the_colours_that_the_pages_have() {
        for (scheme, grounds) in [LIGHT, DARK].into_iter().enumerate() {
            assert_eq!(of_pages("ground", scheme), grounds.ground);
            assert_eq!(of_pages("surface", scheme), grounds.surface);
            assert_eq!(of_pages("on-accent", scheme), grounds.on_accent);
            let accent = of_pages("accent", scheme);
            assert!(grounds.least_contrast(accent) >= LEAST_CONTRAST, "{accent}");
        }
    }

    #[test]
    fn whatever_accent_is_taken_all_text_beside_it_can_be_read() {
        let (mut n_taken, mut n_refused) = (0, 0);
        for accent in colours() {
            let Ok(AccentColours { light, dark }) = AccentColours::of(accent) else {
                n_refused += 1;
                continue;
            };
            n_taken += 1;
            assert_eq!(light.accent, accent);
            for (scheme, grounds, colours) in [(0, LIGHT, light), (1, DARK, dark)] {
                let least = grounds.least_contrast(colours.accent);
                assert!(least >= LEAST_CONTRAST, "{accent}: {least}");
                for text in ["ink", "soft"].map(|name| of_pages(name, scheme)) {
                    for ground in [colours.tint, colours.water] {
                        assert!(
                            text.contrast(ground) >= LEAST_CONTRAST,
                            "{accent} {text} {ground}"
                        );
                    }
                }
            }
        }
        assert!(n_taken > 500 && n_refused > 500, "{n_taken} {n_refused}");
    }

    #[test]
    fn a_faint_accent_is_refused_with_the_nearest_shade_that_will_do() {
        for accent in colours() {
            let Err(TooFaint { contrast, darker }) = AccentColours::of(accent) else { continue };
            assert!(contrast < LEAST_CONTRAST, "{accent}");
            assert!(AccentColours::of(darker).is_ok(), "{accent}: {darker}");
        }
        let refused = AccentColours::of(colour("#ffcc00")).unwrap_err().to_string();
        assert!(refused.starts_with("has a contrast of 1."), "{refused}");
    }

    #[test]
    fn any_band_has_text_that_can_be_read() {
        for band in colours() {
            let BandColours { on_band, .. } = BandColours::of(band);
            assert!(band.contrast(on_band) >= LEAST_CONTRAST, "{band}");
        }
    }
}
