//! Sellers, their products and variants. Every query names the tenant.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
    selling::pictures::Picture,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use shared::ids::{ProductId, SellerId, VariantId};
use sqlx::{PgPool, types::Json};

/// A product to create.
#[derive(Clone, Debug)]
pub struct NewProduct {
    /// An existing product with this id is left as it is.
    pub id: ProductId,
    /// The tenant that sells it.
    pub seller_id: SellerId,
    /// 1 to 200 characters.
    pub name: String,
    /// Plain text, may be empty.
    pub description: String,
    /// What can be bought, at least one.
    pub variants: Vec<NewVariant>,
}

/// A variant to create.
#[derive(Clone, Debug)]
pub struct NewVariant {
    /// 1 to 200 characters.
    pub name: String,
    /// Price of one, minor units.
    pub price_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Units that drops can take.
    pub stock: i32,
}

/// A product with its variants.
#[derive(Clone, Debug)]
pub struct Product {
    /// Sorts by the time of creation.
    pub id: ProductId,
    /// 1 to 200 characters.
    pub name: String,
    /// Plain text, may be empty.
    pub description: String,
    /// What it looks like; `None` until its seller has shown it.
    pub picture: Option<Picture>,
    /// When it was created.
    pub created_at: Timestamp,
    /// What can be bought, in the order of creation.
    pub variants: Vec<Variant>,
}

/// A variant of a product.
#[derive(Clone, Debug, Deserialize)]
pub struct Variant {
    /// Sorts by the time of creation.
    pub id: VariantId,
    /// 1 to 200 characters.
    pub name: String,
    /// Price of one, minor units.
    pub price_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Units that no drop has taken.
    pub stock: i32,
}

/// Products of the seller $1 with their variants.
macro_rules! select_products {
    ($condition:literal, $($argument:expr),+) => {
        sqlx::query!(
            r#"select p.id, p.name, p.description, p.created_at, pic.id as "picture_id?",
                 pic.widths as "picture_widths?", pic.height as "picture_height?", coalesce((
                 select json_agg(json_build_object('id', v.id, 'name', v.name,
                     'price_minor', v.price_minor, 'currency', v.currency, 'stock', v.stock)
                     order by v.id)
                 from variants v where v.product_id = p.id and v.seller_id = $1), '[]')
                 as "variants!: Json<Vec<Variant>>"
             from products p left join pictures pic on pic.id = p.picture
             where p.seller_id = $1"#
                + $condition,
            $($argument),+
        )
        .map(|row| Product {
            id: row.id,
            name: row.name,
            description: row.description,
            picture: Picture::joined(row.picture_id, row.picture_widths, row.picture_height),
            created_at: row.created_at.to_jiff(),
            variants: row.variants.0,
        })
    };
}

/// Creates a seller. An existing one with this id is left as it is.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the name is refused or the database is away.
pub async fn create_seller(pool: &PgPool, id: SellerId, name: &str) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into sellers (id, name) values ($1, $2) on conflict (id) do nothing",
        id as SellerId,
        name,
    )
    .execute(pool)
    .await
    .doing("create a seller")?;
    Ok(())
}

/// Whether there is such a seller.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn seller_exists(pool: &PgPool, id: SellerId) -> Result<bool, DatabaseError> {
    sqlx::query_scalar!(
        r#"select exists (select from sellers where id = $1) as "exists!""#,
        id as SellerId,
    )
    .fetch_one(pool)
    .await
    .doing("look for a seller")
}

/// Creates a product with its variants and the audit row of their stock, in one transaction.
///
/// # Errors
///
/// Returns [`DatabaseError`] when a value is refused or the database is away.
pub async fn create_product(
    pool: &PgPool,
    product: &NewProduct,
    actor: &str,
) -> Result<(), DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to create a product")?;
    let created = sqlx::query!(
        "insert into products (id, seller_id, name, description) values ($1, $2, $3, $4)
         on conflict (id) do nothing",
        product.id as ProductId,
        product.seller_id as SellerId,
        product.name,
        product.description,
    )
    .execute(&mut *transaction)
    .await
    .doing("create a product")?;
    if created.rows_affected() == 0 {
        return Ok(());
    }
    for variant in &product.variants {
        sqlx::query!(
            "insert into variants (id, product_id, seller_id, name, price_minor, currency, stock)
             values ($1, $2, $3, $4, $5, $6, $7)",
            VariantId::generate() as VariantId,
            product.id as ProductId,
            product.seller_id as SellerId,
            variant.name,
            variant.price_minor,
            variant.currency,
            variant.stock,
        )
        .execute(&mut *transaction)
        .await
        .doing("create a variant")?;
    }
    audit::write(&mut transaction, &stock_given(product, actor)).await?;
    transaction.commit().await.doing("commit a product")
}

fn stock_given<'a>(product: &NewProduct, actor: &'a str) -> AuditEntry<'a> {
    let stock = product.variants.iter().map(|variant| (&variant.name, variant.stock));
    AuditEntry {
        actor,
        action: "product.create",
        drop_id: None,
        seller_id: Some(product.seller_id),
        old: None,
        new: Some(json!({ "product_id": product.id, "stock": stock.collect::<Vec<_>>() })),
        why: "a new product",
    }
}

/// Reads products of a seller, newest first, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_products(
    pool: &PgPool,
    seller_id: SellerId,
    before: Option<ProductId>,
    limit: i64,
) -> Result<Vec<Product>, DatabaseError> {
    select_products!(
        " and ($2::uuid is null or p.id < $2) order by p.id desc limit $3",
        seller_id as SellerId,
        before as Option<ProductId>,
        limit
    )
    .fetch_all(pool)
    .await
    .doing("list products")
}

/// Finds a product of a seller.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_product(
    pool: &PgPool,
    seller_id: SellerId,
    id: ProductId,
) -> Result<Option<Product>, DatabaseError> {
    select_products!(" and p.id = $2", seller_id as SellerId, id as ProductId)
        .fetch_optional(pool)
        .await
        .doing("find a product")
}
