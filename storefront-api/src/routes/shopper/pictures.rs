//! The files of pictures.

use crate::{ApiError, App, etag::is_known, pictures::PictureFile};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use edge::{Path, Problem};

/// A file of another content has another name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Shows a file of a picture: `<id>-<width>.jpg`, as drops and products name it in `urls`.
#[utoipa::path(get, path = "/v1/pictures/{file}", tag = "shopper",
    params(("file" = String, Path)),
    responses((status = 200, content(("image/jpeg"))), (status = 304), Problem))]
#[tracing::instrument(name = "handler.pictures.show", skip_all)]
pub(crate) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = PictureFile::parse(&name).ok_or(ApiError::PictureNotFound)?;
    let bytes = app.pictures.read(&file).await?;
    let etag = format!("\"{file}\"");
    let is_known = is_known(&headers, &etag);
    let kept = [(header::CACHE_CONTROL, FOR_EVER.to_owned()), (header::ETAG, etag)];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Ok((kept, [(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response())
}
