//! The pictures of a seller's products and drops.

use super::{
    drops::{self, SellerDropResponse},
    products::{self, ProductResponse},
};
use crate::{ApiError, App, extract::CurrentSeller};
use axum::extract::{Request, State};
use database::selling::pictures::PictureOf;
use edge::{Json, Path, Problem};
use shared::ids::{DropId, ProductId};

/// Gives a product a picture, which its drops show, too, unless they have their own. The body is the
/// file, of 8 MiB and 40 million pixels at most; what it is counts, not what it is called. The picture
/// is shown upright and without anything that the file says of it, such as where it was taken.
#[utoipa::path(put, path = "/v1/seller/products/{product_id}/picture", tag = "seller",
    security(("seller_key" = [])), params(("product_id" = ProductId, Path)),
    request_body(content(("image/jpeg"), ("image/png"), ("image/webp"))),
    responses((status = 200, body = ProductResponse), Problem))]
#[tracing::instrument(name = "handler.pictures.put_product", skip_all)]
pub(crate) async fn put_product(
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    seller: CurrentSeller,
    request: Request,
) -> Result<Json<ProductResponse>, ApiError> {
    // A stranger need not send megabytes to hear that there is nothing.
    products::find(&app, seller, product_id).await?;
    change(&app, seller, PictureOf::Product(product_id), Some(request)).await?;
    Ok(Json(products::find(&app, seller, product_id).await?))
}

/// Takes the picture of a product away; if there is none, nothing happens.
#[utoipa::path(delete, path = "/v1/seller/products/{product_id}/picture", tag = "seller",
    security(("seller_key" = [])), params(("product_id" = ProductId, Path)),
    responses((status = 200, body = ProductResponse), Problem))]
#[tracing::instrument(name = "handler.pictures.delete_product", skip_all)]
pub(crate) async fn delete_product(
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    seller: CurrentSeller,
) -> Result<Json<ProductResponse>, ApiError> {
    change(&app, seller, PictureOf::Product(product_id), None).await?;
    Ok(Json(products::find(&app, seller, product_id).await?))
}

/// Gives a drop that is not over a picture, in place of its product's. The body is as for a product.
#[utoipa::path(put, path = "/v1/seller/drops/{drop_id}/picture", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    request_body(content(("image/jpeg"), ("image/png"), ("image/webp"))),
    responses((status = 200, body = SellerDropResponse), Problem))]
#[tracing::instrument(name = "handler.pictures.put_drop", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn put_drop(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    request: Request,
) -> Result<Json<SellerDropResponse>, ApiError> {
    drops::ensure_own(&app, seller, drop_id).await?;
    change(&app, seller, PictureOf::Drop(drop_id), Some(request)).await?;
    Ok(Json(drops::find(&app, seller, drop_id).await?))
}

/// Takes a drop's own picture away, also when it is over; then it shows that of its product.
#[utoipa::path(delete, path = "/v1/seller/drops/{drop_id}/picture", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = SellerDropResponse), Problem))]
#[tracing::instrument(name = "handler.pictures.delete_drop", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn delete_drop(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
) -> Result<Json<SellerDropResponse>, ApiError> {
    change(&app, seller, PictureOf::Drop(drop_id), None).await?;
    Ok(Json(drops::find(&app, seller, drop_id).await?))
}

/// Shows the picture that is in a request, or none.
async fn change(
    app: &App,
    seller: CurrentSeller,
    of: PictureOf,
    upload: Option<Request>,
) -> Result<(), ApiError> {
    let new = match upload {
        Some(request) => Some(app.pictures.receive(seller.id, request).await?),
        None => None,
    };
    let pool = app.seller_pools.of(seller.id)?;
    app.pictures.show(&pool, seller.id, of, new, &seller.actor()).await
}
