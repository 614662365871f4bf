//! What every HTTP listener of Sluice has in common, so that all services respond alike.
//!
//! | module | holds |
//! |---|---|
//! | `listen` | a listener with room for a crowd |
//! | [`server`] | the accept loop: deadlines, caps, soft stop |
//! | `client_stream` | a connection's bytes, with a deadline for writes |
//! | [`slots`] | how much of a listener one address takes |
//! | [`page`] | pages in the language of their reader |
//! | [`peer`] | the client at the other end |
//! | [`proxies`], `proxy_header` | whom a request is from, where proxies stand in between |
//! | [`descriptors`] | the limit of open files |
//! | [`layers`] | the one layer around a router, and the order of what it does |
//! | [`fault_page`] | what people see of a fault of ours |
//! | [`problem`] | errors as RFC 9457 problem+json with a stable code |
//! | [`extract`] | JSON bodies, paths and queries that reject with a problem |
//! | [`session`] | which shopper is asking |
//! | [`possession`] | proof that whoever asks has the key that a session or a ticket is bound to |
//! | [`ticket`] | where a browser or a program has its ticket |
//! | [`origin`] | which pages may ask, and CORS |
//! | [`limit`] | how often a caller may ask, in bounded memory |
//! | [`overload`] | how many requests of a kind may be under way |
//! | [`headers`] | security headers |
//! | [`request_id`] | one id per request, in the response, its problem and the log |
//! | `observe` | a span and a duration per request |
//! | [`health`] | `/healthz`, `/readyz`, `/metrics` |

mod client_stream;
pub mod descriptors;
pub mod extract;
pub mod fault_page;
pub mod headers;
pub mod health;
pub mod layers;
pub mod limit;
mod listen;
mod observe;
pub mod origin;
pub mod overload;
pub mod page;
pub mod peer;
pub mod possession;
pub mod problem;
pub mod proxies;
mod proxy_header;
pub mod request_id;
pub mod server;
pub mod session;
pub mod slots;
pub mod ticket;

pub use client_stream::ClientStream;
pub use extract::{Json, Path, Query};
pub use fault_page::FaultPage;
pub use headers::SecurityHeaders;
pub use health::Readiness;
pub use layers::Edge;
pub use limit::KeyedLimiter;
pub use listen::listen;
pub use origin::AllowedOrigins;
pub use overload::{LoadLimit, UnderWay};
pub use peer::PeerAddr;
pub use possession::PossessionVerifier;
pub use problem::Problem;
pub use proxies::TrustedProxies;
pub use server::{ServeOptions, serve};
pub use session::{CurrentShopper, SESSION_COOKIE, SessionVerifier};
pub use slots::Slot;
