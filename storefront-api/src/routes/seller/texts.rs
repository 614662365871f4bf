//! Editing what shoppers read.

use super::{
    drops::{self, SellerDropResponse},
    products::{self, ProductResponse},
};
use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller, Faults, Validate},
};
use axum::extract::State;
use database::selling::{
    drops::{DropTexts, edit},
    product_texts::{self, ProductTexts},
};
use edge::{Json, Path, Problem};
use serde::Deserialize;
use shared::ids::{DropId, ProductId};
use utoipa::ToSchema;

/// New texts of a drop; a text that is left out stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DropTextsInput {
    /// Up to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Friday drop, second chance")]
    title: Option<String>,
    /// Up to 5000 characters.
    #[schema(max_length = 5000)]
    description: Option<String>,
}

/// New texts of a product; a text that is left out stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductTextsInput {
    /// Up to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Court sneaker, 2027")]
    name: Option<String>,
    /// Up to 5000 characters.
    #[schema(max_length = 5000)]
    description: Option<String>,
}

impl Validate for DropTextsInput {
    fn faults(&self) -> Faults {
        faults(("/title", self.title.as_deref()), self.description.as_deref())
    }
}

impl Validate for ProductTextsInput {
    fn faults(&self) -> Faults {
        faults(("/name", self.name.as_deref()), self.description.as_deref())
    }
}

fn faults((field, heading): (&str, Option<&str>), description: Option<&str>) -> Faults {
    let mut faults = Faults::default();
    if let Some(heading) = heading {
        faults.text(field, heading, 200);
    }
    if let Some(description) = description {
        faults.optional_text("/description", description, 5000);
    }
    if heading.is_none() && description.is_none() {
        faults.add("", "must change at least one text");
    }
    faults
}

/// Changes title or description of a drop that is not over. Shoppers see it within a second or two.
#[utoipa::path(patch, path = "/v1/seller/drops/{drop_id}", tag = "seller",
    security(("seller_key" = [])), request_body = DropTextsInput,
    params(("drop_id" = DropId, Path)),
    responses((status = 200, body = SellerDropResponse), Problem))]
#[tracing::instrument(name = "handler.texts.edit_drop", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn edit_drop(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Body(input): Body<DropTextsInput>,
) -> Result<Json<SellerDropResponse>, ApiError> {
    let (title, description) = (input.title.as_deref(), input.description.as_deref());
    let texts = DropTexts { title, description };
    edit(&app.seller_pools.of(seller.id)?, seller.id, drop_id, texts, &seller.actor()).await?;
    Ok(Json(drops::find(&app, seller, drop_id).await?))
}

/// Changes name or description of a product.
#[utoipa::path(patch, path = "/v1/seller/products/{product_id}", tag = "seller",
    security(("seller_key" = [])), request_body = ProductTextsInput,
    params(("product_id" = ProductId, Path)),
    responses((status = 200, body = ProductResponse), Problem))]
#[tracing::instrument(name = "handler.texts.edit_product", skip_all)]
pub(crate) async fn edit_product(
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    seller: CurrentSeller,
    Body(input): Body<ProductTextsInput>,
) -> Result<Json<ProductResponse>, ApiError> {
    let (name, description) = (input.name.as_deref(), input.description.as_deref());
    let texts = ProductTexts { name, description };
    if !product_texts::edit(
        &app.seller_pools.of(seller.id)?,
        seller.id,
        product_id,
        texts,
        &seller.actor(),
    )
    .await?
    {
        return Err(ApiError::ProductNotFound);
    }
    Ok(Json(products::find(&app, seller, product_id).await?))
}
