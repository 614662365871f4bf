//! Shows drops and orders to shoppers, and lets sellers and operators run them.
//!
//! | module | holds |
//! |---|---|
//! | `app` | what every handler can reach |
//! | [`router`] | all routes with the layers around them |
//! | `routes` | the handlers, by who asks: shopper, browser without scripts, seller, operator, console, payment provider, protected site, and sites that were built on the retired waiting room |
//! | `extract` | who is asking, checked bodies, pages of lists |
//! | `key_lookup` | whose an API key is, or a console's session |
//! | `public_reads` | what everybody may see, cached for a second |
//! | `pass_states` | whether passes are good, cached for less than a second |
//! | `doors` | which lines give no answer, for sites that let some people in then |
//! | `pictures` | pictures of products, drops and themes: taken in, made smaller, kept, shown |
//! | `calendar` | calendar files |
//! | `proofs` | what work a new guest has to do |
//! | `site` | where on a protected site people may be sent |
//! | `seller_pools` | connections on behalf of one seller each |
//! | `batches` | what is asked at the same moment, done together |
//! | `etag` | whether a browser has what it asks for |
//! | `error` | the one table from failure to status and code |
//! | `idempotency` | `Idempotency-Key`: a repeated request is answered, not repeated |
//! | `run_to_completion` | changes go on when their caller hangs up |
//! | `time_limit` | reads do not wait for ever |
//! | `docs` | `/openapi.json`, `/openapi-aws.json` and `/docs` |
//! | `pages` | the shop's pages and the consoles', served from memory |
//! | [`openapi`] | the API's documents, made from the handlers |
//! | `serve` | the life of the process |

mod app;
mod batches;
mod calendar;
mod docs;
mod doors;
mod error;
mod etag;
mod extract;
mod idempotency;
mod key_lookup;
pub mod openapi;
mod pages;
mod pass_states;
mod pictures;
mod proofs;
mod public_reads;
pub mod router;
mod routes;
mod run_to_completion;
mod seller_pools;
mod serve;
mod time_limit;

pub use app::App;
pub(crate) use error::ApiError;
pub use serve::run;
