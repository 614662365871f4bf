//! How a seller's pages may look: colours of their own, in which everybody can still read.
//!
//! | file | holds |
//! |---|---|
//! | `colour` | a colour, and its contrast with another |
//! | `palette` | the colours of a page that follow from the two that a seller chooses |

mod colour;
mod palette;

pub use colour::{Colour, NotColour};
pub use palette::{AccentColours, BandColours, SchemeColours, TooFaint};
