//! Pictures of products, drops and themes: which there are, and what shows them. Their files are elsewhere.
//!
//! | file | holds |
//! |---|---|
//! | `picture` | a picture, and what may show one |
//! | `held` | changing the pictures of one seller, one change at a time |
//! | `shown` | which picture a product, a drop or a theme shows |
//! | `logo` | the logo of a theme |
//! | `error` | why one was not changed |

mod error;
mod held;
mod logo;
mod picture;
mod shown;

pub use error::ChangePictureError;
pub use held::{HeldPictures, MAX_PICTURES, hold};
pub use picture::{Picture, PictureOf};
