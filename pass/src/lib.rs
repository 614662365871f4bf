//! For shops that Sluice keeps the line of: verifies passes, and lets nobody in without one.
//!
//! A visitor whose turn it is comes to `/.sluice/enter` with a pass in the address. It is swapped at
//! Sluice, once, for a token of the visit, which the browser keeps in a cookie of the shop's own host.
//! Everybody else is sent to the waiting page, and comes back to the same place.
//!
//! ```
//! # fn shop() -> Result<axum::Router, pass::SetupError> {
//! use axum::{Extension, Router, routing::get};
//! use pass::{PassLayer, SiteSettings, Visitor};
//!
//! async fn hall(Extension(visitor): Extension<Visitor>) -> String {
//!     format!("You may stay until {}", visitor.expires_at)
//! }
//!
//! let drop_id = "0198f1de-0000-7000-8000-000000000000".parse().expect("an id");
//! let settings = SiteSettings::new("https://line.example", drop_id, "sk_...");
//! let shop = Router::new().route("/", get(hall)).layer(PassLayer::new(&settings)?);
//! # Ok(shop)
//! # }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `settings` | the site, and how it reaches Sluice |
//! | `layer` | the middleware, for anything that is built on `tower` |
//! | `gate` | what becomes of a request: inside, to the line, in by a pass, out |
//! | `verifier` | a site's verifier, for shops that are not |
//! | `claims`, `refusal` | what a token says; why it is refused |
//! | `token` | the form of a token, its signature and what it must say |
//! | `key_set`, `remote_keys` | the public keys, and where they come from |
//! | `sluice` | what only Sluice knows: whether a pass was used already, or taken back |
//! | `recheck` | how often it is asked whether a visit goes on |
//! | `cookie`, `return_path`, `clock` | the cookie of a visit, places on the site, the time |
//!
//! A token proves who made it and until when it counts. That a pass is used once holds where it is
//! swapped, and that it was not taken back, where Sluice is asked again.

mod claims;
mod clock;
mod cookie;
mod gate;
mod key_set;
mod layer;
mod recheck;
mod refusal;
mod remote_keys;
mod return_path;
mod settings;
mod sluice;
mod token;
mod verifier;

pub use claims::{TokenUse, Visitor};
pub use layer::{PassLayer, PassService};
pub use refusal::Refusal;
pub use settings::{SetupError, SiteSettings};
pub use verifier::SiteVerifier;
