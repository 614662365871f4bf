//! The API of the retired "Virtual Waiting Room on AWS", for sites that were built on it. Their event is
//! a drop whose seller counts people in by hand, and each of their requests is a ticket of its line.
//!
//! It is not part of the API's document: its paths, its fields and its answers are the retired one's, down
//! to `{"error": …}`. It is there if the installation has a key for its tokens.
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

mod answer;
mod assign;
mod counter;
mod expiry;
mod input;
mod numbers;
mod room;
mod sessions;
mod tokens;

use crate::App;
use axum::{
    Router,
    routing::{get, post},
};

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

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/aws/assign_queue_num", post(assign::assign_queue_num))
        .route("/aws/generate_token", post(tokens::generate_token))
        .route("/aws/public_key", get(tokens::public_key))
        .route("/aws/queue_num", get(numbers::queue_num))
        .route("/aws/queue_pos_expiry", get(expiry::queue_pos_expiry))
        .route("/aws/serving_num", get(numbers::serving_num))
        .route("/aws/waiting_num", get(numbers::waiting_num))
        .route("/aws/api/generate_token", post(tokens::generate_token_of_site))
        .route("/aws/api/update_session", post(sessions::update_session))
        .route("/aws/api/increment_serving_counter", post(counter::increment_serving_counter))
        .route("/aws/api/reset_initial_state", post(counter::reset_initial_state))
        .route("/aws/api/expired_tokens", get(sessions::expired_tokens))
        .route("/aws/api/num_active_tokens", get(sessions::num_active_tokens))
}
