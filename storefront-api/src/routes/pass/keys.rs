//! The public halves of the keys of passes.

use crate::App;
use axum::{
    extract::State,
    http::{HeaderName, header},
};
use edge::{Json, Problem};
use serde_json::Value;

/// A key is there for longer than this before it signs, so that nobody meets a pass of a key that
/// they do not know.
const KEPT_FOR: &str = "public, max-age=60";

/// Returns the keys that verify passes, as a JSON Web Key Set. Fetch it anew once a minute, and when
/// a pass names a key that is not in it.
#[utoipa::path(get, path = "/v1/passes/keys.json", tag = "gate",
    responses((status = 200, body = Value), Problem))]
pub(crate) async fn show(State(app): State<App>) -> ([(HeaderName, &'static str); 1], Json<Value>) {
    ([(header::CACHE_CONTROL, KEPT_FOR)], Json(app.pass_keys.jwks()))
}
