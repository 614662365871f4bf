//! How the pages of a seller's drops look: of all of them, and of one that differs.

use super::{
    drops,
    theme_input::ThemeInput,
    theme_view::{ColoursResponse, ThemeResponse},
};
use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller},
};
use axum::extract::{Request, State};
use database::selling::{
    pictures::PictureOf,
    themes::{self, ThemeOf, ThemeStyle},
};
use edge::{Json, Path, Problem};
use shared::ids::DropId;

/// Shows the theme of all drops of the seller.
#[utoipa::path(get, path = "/v1/seller/theme", tag = "seller", security(("seller_key" = [])),
    responses((status = 200, body = ThemeResponse), Problem))]
#[tracing::instrument(name = "handler.theme.show", skip_all)]
pub(crate) async fn show(
    State(app): State<App>,
    seller: CurrentSeller,
) -> Result<Json<ThemeResponse>, ApiError> {
    find(&app, seller, None).await
}

/// Sets colours and texts of all drops of the seller. Shoppers see them on the next page that they load.
#[utoipa::path(put, path = "/v1/seller/theme", tag = "seller", security(("seller_key" = [])),
    request_body = ThemeInput, responses((status = 200, body = ThemeResponse), Problem))]
#[tracing::instrument(name = "handler.theme.set", skip_all)]
pub(crate) async fn set(
    State(app): State<App>,
    seller: CurrentSeller,
    Body(input): Body<ThemeInput>,
) -> Result<Json<ThemeResponse>, ApiError> {
    change(&app, seller, None, input).await
}

/// Works out the colours of pages with a theme, for a preview; nothing is kept.
#[utoipa::path(post, path = "/v1/seller/theme/preview", tag = "seller",
    security(("seller_key" = [])), request_body = ThemeInput,
    responses((status = 200, body = ColoursResponse), Problem))]
#[tracing::instrument(name = "handler.theme.preview", skip_all)]
pub(crate) async fn preview(
    _: CurrentSeller,
    Body(input): Body<ThemeInput>,
) -> Json<ColoursResponse> {
    Json(ColoursResponse::of(&ThemeStyle::from(input)))
}

/// Gives all drops of the seller a logo above their pages. The body is as for the picture of a product.
#[utoipa::path(put, path = "/v1/seller/theme/logo", tag = "seller", security(("seller_key" = [])),
    request_body(content(("image/jpeg"), ("image/png"), ("image/webp"))),
    responses((status = 200, body = ThemeResponse), Problem))]
#[tracing::instrument(name = "handler.theme.put_logo", skip_all)]
pub(crate) async fn put_logo(
    State(app): State<App>,
    seller: CurrentSeller,
    request: Request,
) -> Result<Json<ThemeResponse>, ApiError> {
    change_logo(&app, seller, None, Some(request)).await
}

/// Takes the logo of all drops of the seller away; if there is none, nothing happens.
#[utoipa::path(delete, path = "/v1/seller/theme/logo", tag = "seller",
    security(("seller_key" = [])), responses((status = 200, body = ThemeResponse), Problem))]
#[tracing::instrument(name = "handler.theme.delete_logo", skip_all)]
pub(crate) async fn delete_logo(
    State(app): State<App>,
    seller: CurrentSeller,
) -> Result<Json<ThemeResponse>, ApiError> {
    change_logo(&app, seller, None, None).await
}

/// Shows what a drop has of its own; what is null is as in the seller's theme.
#[utoipa::path(get, path = "/v1/seller/drops/{drop_id}/theme", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = ThemeResponse), Problem))]
#[tracing::instrument(name = "handler.theme.show_drop", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show_drop(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
) -> Result<Json<ThemeResponse>, ApiError> {
    drops::ensure_own(&app, seller, drop_id).await?;
    find(&app, seller, Some(drop_id)).await
}

/// Sets colours and texts that a drop has of its own; what is left out is as in the seller's theme.
#[utoipa::path(put, path = "/v1/seller/drops/{drop_id}/theme", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    request_body = ThemeInput, responses((status = 200, body = ThemeResponse), Problem))]
#[tracing::instrument(name = "handler.theme.set_drop", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn set_drop(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Body(input): Body<ThemeInput>,
) -> Result<Json<ThemeResponse>, ApiError> {
    change(&app, seller, Some(drop_id), input).await
}

/// Gives a drop a logo of its own. The body is as for the picture of a product.
#[utoipa::path(put, path = "/v1/seller/drops/{drop_id}/theme/logo", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    request_body(content(("image/jpeg"), ("image/png"), ("image/webp"))),
    responses((status = 200, body = ThemeResponse), Problem))]
#[tracing::instrument(name = "handler.theme.put_drop_logo", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn put_drop_logo(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    request: Request,
) -> Result<Json<ThemeResponse>, ApiError> {
    change_logo(&app, seller, Some(drop_id), Some(request)).await
}

/// Takes a drop's own logo away; then it shows that of the seller's theme.
#[utoipa::path(delete, path = "/v1/seller/drops/{drop_id}/theme/logo", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = ThemeResponse), Problem))]
#[tracing::instrument(name = "handler.theme.delete_drop_logo", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn delete_drop_logo(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
) -> Result<Json<ThemeResponse>, ApiError> {
    change_logo(&app, seller, Some(drop_id), None).await
}

async fn find(
    app: &App,
    seller: CurrentSeller,
    drop_id: Option<DropId>,
) -> Result<Json<ThemeResponse>, ApiError> {
    let of = ThemeOf { seller_id: seller.id, drop_id };
    Ok(Json(themes::find(&app.seller_pools.of(seller.id)?, of).await?.into()))
}

async fn change(
    app: &App,
    seller: CurrentSeller,
    drop_id: Option<DropId>,
    input: ThemeInput,
) -> Result<Json<ThemeResponse>, ApiError> {
    let (pool, of) = (app.seller_pools.of(seller.id)?, ThemeOf { seller_id: seller.id, drop_id });
    if !themes::set(&pool, of, &input.into(), &seller.actor(), "set by its seller").await? {
        return Err(ApiError::DropNotFound);
    }
    find(app, seller, drop_id).await
}

/// Shows the logo that is in a request, or none.
async fn change_logo(
    app: &App,
    seller: CurrentSeller,
    drop_id: Option<DropId>,
    upload: Option<Request>,
) -> Result<Json<ThemeResponse>, ApiError> {
    if let Some(drop_id) = drop_id {
        // A stranger need not send megabytes to hear that there is nothing.
        drops::ensure_own(app, seller, drop_id).await?;
    }
    let new = match upload {
        Some(request) => Some(app.pictures.receive(seller.id, request).await?),
        None => None,
    };
    let pool = app.seller_pools.of(seller.id)?;
    let of = PictureOf::Theme(drop_id);
    app.pictures.show(&pool, seller.id, of, new, &seller.actor()).await?;
    find(app, seller, drop_id).await
}
