//! Pictures of products and drops: which there are, and what shows them. Their files are elsewhere.
//!
//! | file | holds |
//! |---|---|
//! | `picture` | a picture, and what may show one |
//! | `held` | changing the pictures of one seller, one change at a time |
//! | `error` | why one was not changed |

mod error;
mod held;
mod picture;

pub use error::ChangePictureError;
pub use held::{HeldPictures, MAX_PICTURES, hold};
pub use picture::{Picture, PictureOf};
