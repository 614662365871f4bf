//! A seller's products.

use crate::{
    ApiError, App,
    extract::{
        Body, CurrentSeller, Faults, IdempotencyKey, Page, PageQuery, PageRequest, ResourceId,
        Validate,
    },
    routes::{
        picture::PictureResponse,
        ranges::{MAX_PRICE_MINOR, MAX_UNITS},
    },
};
use axum::{extract::State, http::StatusCode};
use database::selling::catalogue::{self, NewProduct, NewVariant, Product, Variant};
use edge::{Json, Path, Problem};
use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::ids::{ProductId, VariantId};
use utoipa::ToSchema;

const MAX_VARIANTS: usize = 100;

/// A product to create.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductInput {
    /// Up to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Court sneaker")]
    name: String,
    /// Up to 5000 characters.
    #[serde(default)]
    #[schema(max_length = 5000)]
    description: String,
    /// What can be bought: 1 to 100 variants.
    #[schema(min_items = 1, max_items = 100)]
    variants: Vec<VariantInput>,
}

/// A variant to create.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VariantInput {
    /// Up to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Size 42")]
    name: String,
    /// Price of one unit in minor units, from 0 to 100 000 000 000.
    #[schema(minimum = 0, maximum = 100_000_000_000_i64, example = 12900)]
    price_minor: i64,
    /// ISO 4217 code.
    #[schema(min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$", example = "EUR")]
    currency: String,
    /// Units in stock, from 0 to 10 000 000.
    #[schema(minimum = 0, maximum = 10_000_000, example = 500)]
    stock: i32,
}

/// A product with its variants.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProductResponse {
    id: ProductId,
    name: String,
    description: String,
    /// Null until it has one.
    picture: Option<PictureResponse>,
    created_at: Timestamp,
    variants: Vec<VariantResponse>,
}

/// A variant of a product: what can be bought.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct VariantResponse {
    id: VariantId,
    name: String,
    /// Price of one unit, in minor units.
    price_minor: i64,
    /// ISO 4217 code.
    currency: String,
    /// Units that no drop has taken.
    stock: i32,
}

impl Validate for ProductInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/name", &self.name, 200);
        faults.optional_text("/description", &self.description, 5000);
        if self.variants.is_empty() || self.variants.len() > MAX_VARIANTS {
            faults.add("/variants", format!("must have 1 to {MAX_VARIANTS} entries"));
        }
        for (index, variant) in self.variants.iter().enumerate().take(MAX_VARIANTS) {
            let field = |name: &str| format!("/variants/{index}/{name}");
            faults.text(&field("name"), &variant.name, 200);
            faults.within(&field("price_minor"), variant.price_minor, &(0..=MAX_PRICE_MINOR));
            faults.within(&field("stock"), variant.stock, &(0..=MAX_UNITS));
            if Currency::from_code(&variant.currency).is_none() {
                faults.add(field("currency"), "must be an ISO 4217 code, such as EUR");
            }
        }
        faults
    }
}

impl ProductInput {
    fn into_new(self, id: ProductId, seller: CurrentSeller) -> NewProduct {
        let variant = |variant: VariantInput| NewVariant {
            name: variant.name,
            price_minor: variant.price_minor,
            currency: variant.currency,
            stock: variant.stock,
        };
        NewProduct {
            id,
            seller_id: seller.id,
            name: self.name,
            description: self.description,
            variants: self.variants.into_iter().map(variant).collect(),
        }
    }
}

impl From<Product> for ProductResponse {
    fn from(product: Product) -> Self {
        Self {
            id: product.id,
            name: product.name,
            description: product.description,
            picture: product.picture.map(PictureResponse::from),
            created_at: product.created_at,
            variants: product.variants.into_iter().map(VariantResponse::from).collect(),
        }
    }
}

impl From<Variant> for VariantResponse {
    fn from(variant: Variant) -> Self {
        Self {
            id: variant.id,
            name: variant.name,
            price_minor: variant.price_minor,
            currency: variant.currency,
            stock: variant.stock,
        }
    }
}

/// Creates a product with its variants.
#[utoipa::path(post, path = "/v1/seller/products", tag = "seller",
    security(("seller_key" = [])), request_body = ProductInput,
    params(IdempotencyKey),
    responses((status = 201, body = ProductResponse), Problem))]
#[tracing::instrument(name = "handler.products.create", skip_all)]
pub(crate) async fn create(
    State(app): State<App>,
    seller: CurrentSeller,
    ResourceId(id): ResourceId,
    Body(input): Body<ProductInput>,
) -> Result<(StatusCode, Json<ProductResponse>), ApiError> {
    let product = input.into_new(id.into(), seller);
    catalogue::create_product(&app.seller_pools.of(seller.id)?, &product, &seller.actor()).await?;
    Ok((StatusCode::CREATED, Json(find(&app, seller, product.id).await?)))
}

/// Lists the seller's products, newest first.
#[utoipa::path(get, path = "/v1/seller/products", tag = "seller",
    security(("seller_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<ProductResponse>), Problem))]
#[tracing::instrument(name = "handler.products.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    seller: CurrentSeller,
    page: PageRequest<ProductId>,
) -> Result<Json<Page<ProductResponse>>, ApiError> {
    let rows = catalogue::list_products(
        &app.seller_pools.of(seller.id)?,
        seller.id,
        page.before,
        page.rows(),
    )
    .await?;
    Ok(Json(page.page(rows, |row| row.id, ProductResponse::from)))
}

/// Shows a product of the seller.
#[utoipa::path(get, path = "/v1/seller/products/{product_id}", tag = "seller",
    security(("seller_key" = [])), params(("product_id" = ProductId, Path)),
    responses((status = 200, body = ProductResponse), Problem))]
#[tracing::instrument(name = "handler.products.show", skip_all)]
pub(crate) async fn show(
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    seller: CurrentSeller,
) -> Result<Json<ProductResponse>, ApiError> {
    Ok(Json(find(&app, seller, product_id).await?))
}

/// Reads a product of the seller as it is now.
pub(super) async fn find(
    app: &App,
    seller: CurrentSeller,
    product_id: ProductId,
) -> Result<ProductResponse, ApiError> {
    let found =
        catalogue::find_product(&app.seller_pools.of(seller.id)?, seller.id, product_id).await?;
    Ok(found.ok_or(ApiError::ProductNotFound)?.into())
}
