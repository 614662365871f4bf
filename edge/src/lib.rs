//! What every HTTP listener of Sluice has, so that no service answers in a way of its own.
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | the accept loop: header timeouts, connection caps, soft stop |
//! | [`layers`] | the layers around a router, in their order |
//! | [`problem`] | errors as RFC 9457 problem+json with a stable code |
//! | [`extract`] | JSON bodies, paths and queries whose faults are problems |
//! | [`session`] | who is asking |
//! | [`origin`] | which pages may ask, and CORS |
//! | [`limit`] | how often one may ask, in bounded memory |
//! | [`headers`] | security headers |
//! | [`request_id`] | one id per request, in the answer, its problem and the log |
//! | [`observe`] | a span and a time per request |
//! | [`health`] | `/healthz`, `/readyz`, `/metrics` |

pub mod extract;
pub mod headers;
pub mod health;
pub mod layers;
pub mod limit;
pub mod observe;
pub mod origin;
pub mod problem;
pub mod request_id;
pub mod server;
pub mod session;

pub use extract::{Json, Path, Query};
pub use headers::SecurityHeaders;
pub use health::Readiness;
pub use layers::Edge;
pub use limit::KeyedLimiter;
pub use origin::AllowedOrigins;
pub use problem::{FieldError, Problem};
pub use server::{PeerAddr, ServeOptions, serve};
pub use session::{CurrentShopper, SESSION_COOKIE, SessionVerifier};
