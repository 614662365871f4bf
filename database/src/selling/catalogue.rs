//! Sellers, their products and variants. Every query names the tenant.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use shared::ids::{ProductId, SellerId, VariantId};
use sqlx::{FromRow, PgPool, Row, postgres::PgRow, types::Json};
use uuid::Uuid;

/// A product to be made.
#[derive(Clone, Debug)]
pub struct NewProduct {
    /// Its id; a product that has it already is left as it is.
    pub id: ProductId,
    /// The tenant.
    pub seller_id: SellerId,
    /// Its name.
    pub name: String,
    /// Words about it.
    pub description: String,
    /// What can be bought, at least one.
    pub variants: Vec<NewVariant>,
}

/// A variant to be made.
#[derive(Clone, Debug)]
pub struct NewVariant {
    /// Its name.
    pub name: String,
    /// Price of one, minor units.
    pub price_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// How many there are.
    pub stock: i32,
}

/// A product with its variants.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// Words about it.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// What can be bought.
    pub variants: Vec<Variant>,
}

/// A variant of a product.
#[derive(Clone, Debug, Deserialize)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// Its name.
    pub name: String,
    /// Price of one, minor units.
    pub price_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Units that no drop has taken.
    pub stock: i32,
}

impl FromRow<'_, PgRow> for Product {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: ProductId::from_uuid(row.try_get("id")?),
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            created_at: row.try_get::<jiff_sqlx::Timestamp, _>("created_at")?.to_jiff(),
            variants: row.try_get::<Json<Vec<Variant>>, _>("variants")?.0,
        })
    }
}

/// Products of the seller $1 with their variants.
macro_rules! select_products {
    ($rest:literal) => {
        concat!(
            "select p.id, p.name, p.description, p.created_at, coalesce((
                 select json_agg(json_build_object('id', v.id, 'name', v.name,
                     'price_minor', v.price_minor, 'currency', v.currency, 'stock', v.stock)
                     order by v.id)
                 from variants v where v.product_id = p.id and v.seller_id = $1), '[]') as variants
             from products p where p.seller_id = $1",
            $rest
        )
    };
}

/// Makes a seller. One that has the id already is left as it is.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the name is refused or the database is away.
pub async fn create_seller(pool: &PgPool, id: SellerId, name: &str) -> Result<(), DatabaseError> {
    sqlx::query("insert into sellers (id, name) values ($1, $2) on conflict (id) do nothing")
        .bind(id.as_uuid())
        .bind(name)
        .execute(pool)
        .await
        .doing("make a seller")?;
    Ok(())
}

/// Whether there is such a seller.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn seller_exists(pool: &PgPool, id: SellerId) -> Result<bool, DatabaseError> {
    sqlx::query_scalar("select exists (select from sellers where id = $1)")
        .bind(id.as_uuid())
        .fetch_one(pool)
        .await
        .doing("look for a seller")
}

/// Makes a product with its variants and the audit row of their stock, in one transaction.
///
/// # Errors
///
/// Returns [`DatabaseError`] when a value is refused or the database is away.
pub async fn create_product(
    pool: &PgPool,
    product: &NewProduct,
    actor: &str,
) -> Result<(), DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to make a product")?;
    let made = sqlx::query(
        "insert into products (id, seller_id, name, description) values ($1, $2, $3, $4)
         on conflict (id) do nothing",
    )
    .bind(product.id.as_uuid())
    .bind(product.seller_id.as_uuid())
    .bind(&product.name)
    .bind(&product.description)
    .execute(&mut *transaction)
    .await
    .doing("make a product")?;
    if made.rows_affected() == 0 {
        return Ok(());
    }
    for variant in &product.variants {
        sqlx::query(
            "insert into variants (id, product_id, seller_id, name, price_minor, currency, stock)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(VariantId::generate().as_uuid())
        .bind(product.id.as_uuid())
        .bind(product.seller_id.as_uuid())
        .bind(&variant.name)
        .bind(variant.price_minor)
        .bind(&variant.currency)
        .bind(variant.stock)
        .execute(&mut *transaction)
        .await
        .doing("make a variant")?;
    }
    audit::write(&mut transaction, stock_given(product, actor)).await?;
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
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Product>, DatabaseError> {
    sqlx::query_as(select_products!(
        " and ($2::uuid is null or p.id < $2) order by p.id desc limit $3"
    ))
    .bind(seller_id.as_uuid())
    .bind(before)
    .bind(limit)
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
    sqlx::query_as(select_products!(" and p.id = $2"))
        .bind(seller_id.as_uuid())
        .bind(id.as_uuid())
        .fetch_optional(pool)
        .await
        .doing("find a product")
}
