//! The API of the retired "Virtual Waiting Room on AWS", for sites that were built on it. Their event is
//! a drop whose seller counts people in by hand, and each of their requests is a ticket of its line.
//!
//! It has a document of its own, `/openapi-aws.json`: its paths, its fields and its answers are the retired
//! one's, down to `{"error": …}`. Both are there if the installation has a key for its tokens.
//!
//! | file | holds |
//! |---|---|
//! | `assign` | the way into the line |
//! | `numbers` | one's own number, the one being served, how many wait |
//! | `expiry` | how long somebody whose turn it is may take |
//! | `tokens` | their tokens, and the key that verifies them |
//! | `sessions` | what the site's server says of sessions, and asks about them |
//! | `counter` | counting people in, and beginning anew |
//! | `room` | the room that a request names, and where somebody stands in its line |
//! | `input`, `answer` | what callers send; what they get when there is nothing else |
//! | `document` | what the document says of the bodies |

mod answer;
mod assign;
mod counter;
mod document;
mod expiry;
mod input;
mod numbers;
mod room;
mod sessions;
mod tokens;

use crate::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use document::describe_bodies;

/// Paths at which the pages of any site ask, without a key. The others are for a site's own server.
pub(crate) const PUBLIC: [&str; 7] = [
    "/aws/assign_queue_num",
    "/aws/generate_token",
    "/aws/public_key",
    "/aws/queue_num",
    "/aws/queue_pos_expiry",
    "/aws/serving_num",
    "/aws/waiting_num",
];

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(assign::assign_queue_num))
        .routes(routes!(tokens::generate_token))
        .routes(routes!(tokens::public_key))
        .routes(routes!(numbers::queue_num))
        .routes(routes!(expiry::queue_pos_expiry))
        .routes(routes!(numbers::serving_num))
        .routes(routes!(numbers::waiting_num))
        .routes(routes!(tokens::generate_token_of_site))
        .routes(routes!(sessions::update_session))
        .routes(routes!(counter::increment_serving_counter))
        .routes(routes!(counter::reset_initial_state))
        .routes(routes!(sessions::expired_tokens))
        .routes(routes!(sessions::num_active_tokens))
}
