//! Pages for browsers without scripts: forms in place of calls, and pages that reload themselves. Behind
//! them is what the API does, with its limits, so that nobody is better off with one or the other.
//!
//! The line itself is admission's: `/drops/{id}/line`.
//!
//! | file | holds |
//! |---|---|
//! | `enter` | the way from a drop's form into its line |
//! | `order` | an order as a page |
//! | `act` | what is done about an order |
//! | `filling` | what the gaps of these pages are filled with |
//! | `answer` | a page as it goes out |

mod act;
mod answer;
mod enter;
mod filling;
mod order;

use crate::{App, run_to_completion};
use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use edge::{SecurityHeaders, headers};

/// Allows our own style, and forms to ourselves.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Serves the pages, and takes their forms.
pub(crate) fn router(app: &App) -> Router {
    let policy = SecurityHeaders::with_csp(CONTENT_SECURITY_POLICY);
    Router::new()
        .route("/drops/{drop_id}/enter", post(enter::enter))
        .route("/orders/{order_id}/plain", get(order::show))
        .route("/orders/{order_id}/plain/pay", post(act::pay))
        .route("/orders/{order_id}/plain/units", post(act::choose))
        .route("/orders/{order_id}/plain/release", post(act::release))
        .layer(from_fn(to_the_end))
        .layer(from_fn_with_state(policy, headers::set))
        .with_state(app.clone())
}

/// What a form asks for goes on when its browser hangs up.
async fn to_the_end(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let work = async move { Ok(next.run(request).await) };
    run_to_completion::run(&method, work).await.into_response()
}
