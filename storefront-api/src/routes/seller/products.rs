//! A seller's products.

use crate::{
    ApiError, App,
    extract::{Body, Faults, Page, PageQuery, PageRequest, ResourceId, Seller, Validate},
};
use axum::{extract::State, http::StatusCode};
use database::selling::catalogue::{self, NewProduct, NewVariant, Product, Variant};
use edge::{Json, Path, Problem};
use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::ids::ProductId;
use utoipa::ToSchema;
use uuid::Uuid;

const MAX_VARIANTS: usize = 100;
/// Keeps every sum of a drop within 64 bits: units times price stays below 10^18.
const MAX_PRICE_MINOR: i64 = 100_000_000_000;
/// Units of a variant or a drop, at most.
pub(super) const MAX_UNITS: i32 = 10_000_000;

/// A product to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductInput {
    /// Its name, up to 200 characters.
    #[schema(example = "Court sneaker")]
    pub name: String,
    /// Words about it, up to 5000 characters.
    #[serde(default)]
    pub description: String,
    /// What can be bought, 1 to 100.
    pub variants: Vec<VariantInput>,
}

/// A variant to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantInput {
    /// Its name, up to 200 characters.
    #[schema(example = "Size 42")]
    pub name: String,
    /// Price of one, minor units.
    #[schema(example = 12900)]
    pub price_minor: i64,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: String,
    /// How many there are.
    #[schema(example = 500)]
    pub stock: i32,
}

/// A product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductResponse {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Words about it.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// What can be bought.
    pub variants: Vec<VariantResponse>,
}

/// A variant.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VariantResponse {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Price of one, minor units.
    pub price_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Units that no drop has taken.
    pub stock: i32,
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
    fn into_new(self, id: ProductId, seller: &Seller) -> NewProduct {
        let variant = |variant: VariantInput| NewVariant {
            name: variant.name,
            price_minor: variant.price_minor,
            currency: variant.currency,
            stock: variant.stock,
        };
        NewProduct {
            id,
            seller_id: seller.seller_id,
            name: self.name,
            description: self.description,
            variants: self.variants.into_iter().map(variant).collect(),
        }
    }
}

impl From<Product> for ProductResponse {
    fn from(product: Product) -> Self {
        Self {
            id: product.id.as_uuid(),
            name: product.name,
            description: product.description,
            created_at: product.created_at,
            variants: product.variants.into_iter().map(VariantResponse::from).collect(),
        }
    }
}

impl From<Variant> for VariantResponse {
    fn from(variant: Variant) -> Self {
        Self {
            id: variant.id.as_uuid(),
            name: variant.name,
            price_minor: variant.price_minor,
            currency: variant.currency,
            stock: variant.stock,
        }
    }
}

/// Makes a product with its variants.
#[utoipa::path(post, path = "/v1/seller/products", tag = "seller",
    security(("seller_key" = [])), request_body = ProductInput,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = ProductResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.products.create", skip_all)]
pub(crate) async fn create(
    State(app): State<App>,
    seller: Seller,
    ResourceId(id): ResourceId,
    Body(input): Body<ProductInput>,
) -> Result<(StatusCode, Json<ProductResponse>), ApiError> {
    let product = input.into_new(ProductId::from_uuid(id), &seller);
    catalogue::create_product(&app.pool, &product, &seller.actor()).await?;
    Ok((StatusCode::CREATED, Json(find(&app, &seller, product.id).await?)))
}

/// Lists the seller's products, newest first.
#[utoipa::path(get, path = "/v1/seller/products", tag = "seller",
    security(("seller_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<ProductResponse>),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.products.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    seller: Seller,
    page: PageRequest<Uuid>,
) -> Result<Json<Page<ProductResponse>>, ApiError> {
    let rows =
        catalogue::list_products(&app.pool, seller.seller_id, page.before, page.rows()).await?;
    Ok(Json(page.page(rows, |row| row.id.to_string(), ProductResponse::from)))
}

/// Shows a product of the seller.
#[utoipa::path(get, path = "/v1/seller/products/{product_id}", tag = "seller",
    security(("seller_key" = [])), params(("product_id" = Uuid, Path)),
    responses((status = 200, body = ProductResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.products.show", skip_all)]
pub(crate) async fn show(
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    seller: Seller,
) -> Result<Json<ProductResponse>, ApiError> {
    Ok(Json(find(&app, &seller, product_id).await?))
}

async fn find(
    app: &App,
    seller: &Seller,
    product_id: ProductId,
) -> Result<ProductResponse, ApiError> {
    let found = catalogue::find_product(&app.pool, seller.seller_id, product_id).await?;
    Ok(found.ok_or(ApiError::ProductNotFound)?.into())
}
