//! How the pages of sellers' drops look: a theme of all of them, and what one of them has of its own.
//!
//! | file | holds |
//! |---|---|
//! | `theme` | a theme, and whose it is |
//! | `read` | finding one: as its seller set it, or as a drop's page shows it |
//! | `set` | setting one; its logo is a picture ([`super::pictures`]) |

mod read;
mod set;
mod theme;

pub use read::{find, find_shown};
pub use set::set;
pub use theme::{Theme, ThemeOf, ThemeStyle, Wording};
