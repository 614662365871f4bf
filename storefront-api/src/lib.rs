//! Shows drops and orders to shoppers, and lets sellers and operators run them.
//!
//! | module | holds |
//! |---|---|
//! | [`app`] | what every handler can reach |
//! | [`router`] | all routes with the layers around them |
//! | [`routes`] | the handlers, by who asks: shopper, seller, operator, payment provider |
//! | [`extract`] | who is asking, checked bodies, pages of lists |
//! | [`error`] | the one table from failure to status and code |
//! | [`idempotency`] | `Idempotency-Key`: a repeated request is answered, not repeated |
//! | [`uncut`] | changes that go on when their caller hangs up |
//! | [`pages`] | the shopper's pages, from memory |
//! | [`openapi`] | the API's document, made from the handlers |

pub mod app;
pub mod error;
pub mod extract;
pub mod idempotency;
pub mod openapi;
pub mod pages;
pub mod router;
pub mod routes;
mod serve;
pub mod uncut;

pub use app::App;
pub use error::ApiError;
pub use serve::run;
