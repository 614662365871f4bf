//! The drop that somebody wants to join, looked at before anything else of the request.

use crate::app::App;
use axum::{extract::FromRequestParts, http::request::Parts};
use edge::{Path, Problem};
use shared::ids::DropId;

/// The drop that the path names, which has a place left for one more join.
///
/// It stands before the session and the body: at ten times the rated load nine of ten are refused, and
/// whoever is pays for neither. Nothing is taken here; the join does that once it was read, so that a body
/// which comes slowly keeps no place from anybody.
pub(crate) struct JoinedDrop(pub(crate) DropId);

impl FromRequestParts<App> for JoinedDrop {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Path(drop_id) = Path::<DropId>::from_request_parts(parts, app).await?;
        app.join_load.check(&drop_id)?;
        Ok(Self(drop_id))
    }
}
