//! An open drop in Postgres, without the services around it.

use database::PgPool;
use shared::{
    credentials::Mac,
    drops::Fulfilment,
    ids::{DropId, ProductId, SellerId, ShopperId, TicketId, VariantId},
    line::{Epoch, Lane, Score},
    messages::PlaceOrder,
};

/// Where the site begins that [`store_open_site`] protects.
pub const SITE_URL: &str = "https://shop.example/";

/// What a drop is made with.
#[derive(Clone, Copy, Debug)]
pub struct DropOptions {
    /// Units for sale, or visits in all; 0 for no end of visits.
    pub units: i32,
    /// Most units of one ticket.
    pub per_ticket: i32,
    /// Most units of one customer.
    pub per_customer: i32,
    /// How long units stay held.
    pub hold_seconds: i32,
    /// What an admission leads to.
    pub fulfilment: Fulfilment,
}

impl Default for DropOptions {
    fn default() -> Self {
        Self {
            units: 100,
            per_ticket: 4,
            per_customer: 4,
            hold_seconds: 300,
            fulfilment: Fulfilment::Auto,
        }
    }
}

/// The ids of a drop and of what is sold in it.
#[derive(Clone, Copy, Debug)]
pub struct StoredDrop {
    /// Whose drop it is.
    pub seller_id: SellerId,
    /// Of the seller.
    pub product_id: ProductId,
    /// In epoch 1.
    pub drop_id: DropId,
    /// Its own: 0 for the first drop of a database, 1 for the second.
    pub partition: i32,
    /// What is sold in it; see [`add_variant`](Self::add_variant) for more.
    pub variant_id: VariantId,
}

/// Stores an open drop in a partition of its own, in epoch 1, with a full bucket of 100 000 orders/s.
///
/// Nobody reads its partition yet: there is no row in `consumer_offsets`.
///
/// # Panics
///
/// Panics if the database refuses a row.
pub async fn store_open_drop(pool: &PgPool, options: DropOptions) -> StoredDrop {
    store(pool, options, None).await
}

/// Stores a drop like [`store_open_drop`] that lets people into [`SITE_URL`], with passes that are good
/// for so long, and so many visits in all; 0 for no end of them.
///
/// # Panics
///
/// Panics if the database refuses a row.
pub async fn store_open_site(pool: &PgPool, pass_seconds: i32, max_visits: i32) -> StoredDrop {
    let options = DropOptions {
        units: max_visits,
        per_ticket: 1,
        per_customer: 1,
        hold_seconds: pass_seconds,
        fulfilment: Fulfilment::Pass,
    };
    store(pool, options, Some(SITE_URL)).await
}

async fn store(pool: &PgPool, options: DropOptions, site_url: Option<&str>) -> StoredDrop {
    let price = if site_url.is_some() { (0, "XXX") } else { (1500, "KRW") };
    let stored = StoredDrop {
        seller_id: SellerId::generate(),
        product_id: ProductId::generate(),
        drop_id: DropId::generate(),
        partition: next_partition(pool).await.expect("the database has drops"),
        variant_id: VariantId::generate(),
    };
    stored.insert_catalogue(pool).await.expect("the database takes a seller with a product");
    stored.insert_variant(pool, stored.variant_id, price).await.expect("and a variant of it");
    stored.insert_drop(pool, options, site_url).await.expect("the database takes a drop");
    stored
        .insert_stock(pool, stored.variant_id, options.units)
        .await
        .expect("the database takes stock");
    stored
}

async fn next_partition(pool: &PgPool) -> sqlx::Result<i32> {
    sqlx::query_scalar("select coalesce(max(partition) + 1, 0) from drops").fetch_one(pool).await
}

impl StoredDrop {
    /// Returns the command of a new ticket in epoch 1, unsigned.
    #[must_use]
    pub fn command(&self, shopper_id: ShopperId, units: u32) -> PlaceOrder {
        PlaceOrder {
            ticket_id: TicketId::generate(),
            drop_id: self.drop_id,
            shopper_id,
            lane: Lane(0),
            variant_id: self.variant_id,
            units,
            epoch: Epoch(1),
            score: Score::new(Epoch(1), 1),
            admitted_at_us: 1_700_000_000_000_000,
            mac: Mac::default(),
        }
    }

    /// Returns the commands of `n` new shoppers, one unit each.
    #[must_use]
    pub fn commands(&self, n: usize) -> Vec<PlaceOrder> {
        (0..n).map(|_| self.command(ShopperId::generate(), 1)).collect()
    }

    /// Adds another variant at the price of the first, with so many units.
    ///
    /// # Panics
    ///
    /// Panics if the database refuses a row.
    pub async fn add_variant(&self, pool: &PgPool, units: i32) -> VariantId {
        let variant_id = VariantId::generate();
        self.insert_variant(pool, variant_id, (1500, "KRW")).await.expect("a new variant");
        self.insert_stock(pool, variant_id, units).await.expect("the database takes stock");
        variant_id
    }

    async fn insert_catalogue(&self, pool: &PgPool) -> sqlx::Result<()> {
        sqlx::query("insert into sellers (id, name) values ($1, 'A seller')")
            .bind(self.seller_id)
            .execute(pool)
            .await?;
        sqlx::query("insert into products (id, seller_id, name) values ($1, $2, 'A product')")
            .bind(self.product_id)
            .bind(self.seller_id)
            .execute(pool)
            .await
            .map(drop)
    }

    /// `price` is that of one unit, with its currency.
    async fn insert_variant(
        &self,
        pool: &PgPool,
        variant_id: VariantId,
        price: (i64, &str),
    ) -> sqlx::Result<()> {
        sqlx::query(
            "insert into variants (id, product_id, seller_id, name, price_minor, currency, stock)
             values ($1, $2, $3, 'A variant', $4, $5, 0)",
        )
        .bind(variant_id)
        .bind(self.product_id)
        .bind(self.seller_id)
        .bind(price.0)
        .bind(price.1)
        .execute(pool)
        .await
        .map(drop)
    }

    async fn insert_drop(
        &self,
        pool: &PgPool,
        options: DropOptions,
        site_url: Option<&str>,
    ) -> sqlx::Result<()> {
        sqlx::query(
            "with d as (insert into drops (id, seller_id, product_id, title, state, opens_at,
                 partition, prepared, max_units_per_ticket, max_units_per_customer, hold_seconds,
                 order_rate_per_second, epoch, epoch_state, site_url, fulfilment, max_visits)
                 values ($1, $2, $3, 'A drop', 'open', now(), $7, true, $4, $5, $6, 100000, 1,
                     'open', $8, $9, $10))
             insert into order_paces (drop_id, tat_us) values ($1, 0)",
        )
        .bind(self.drop_id)
        .bind(self.seller_id)
        .bind(self.product_id)
        .bind(options.per_ticket)
        .bind(options.per_customer)
        .bind(options.hold_seconds)
        .bind(self.partition)
        .bind(site_url)
        .bind(options.fulfilment.as_str())
        .bind(site_url.and(Some(options.units)).filter(|visits| *visits > 0))
        .execute(pool)
        .await
        .map(drop)
    }

    async fn insert_stock(
        &self,
        pool: &PgPool,
        variant_id: VariantId,
        units: i32,
    ) -> sqlx::Result<()> {
        sqlx::query(
            "with i as (
                 insert into inventory (drop_id, variant_id, seller_id, offered, total, available)
                 values ($1, $2, $3, $4, $4, $4))
             insert into stock_moves (drop_id, variant_id, version, cause, d_available, d_reserved,
                 d_sold) values ($1, $2, 1, 'carve', $4, 0, 0)",
        )
        .bind(self.drop_id)
        .bind(variant_id)
        .bind(self.seller_id)
        .bind(units)
        .execute(pool)
        .await
        .map(drop)
    }
}
