//! Changing the pictures of one seller, one change at a time: whoever holds them may also write and
//! delete their files, and meets nobody else who does.

use super::{
    error::ChangePictureError,
    picture::{Picture, PictureOf},
    shown,
};
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::{Value, json};
use shared::ids::{ProductId, SellerId};
use sqlx::{PgPool, Postgres, Transaction};

/// Pictures that one seller has at one time, at most.
pub const MAX_PICTURES: i64 = 200;

/// The pictures of a seller, held until this is committed or dropped; then nothing has changed.
#[derive(Debug)]
pub struct HeldPictures {
    seller_id: SellerId,
    transaction: Transaction<'static, Postgres>,
}

/// Waits until nobody else changes the pictures of a seller.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away, or somebody holds them for too long.
pub async fn hold(pool: &PgPool, seller_id: SellerId) -> Result<HeldPictures, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to change pictures")?;
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtext('pictures'), hashtext($1::uuid::text))",
        seller_id as SellerId,
    )
    .execute(&mut *transaction)
    .await
    .doing("lock a seller's pictures")?;
    Ok(HeldPictures { seller_id, transaction })
}

impl HeldPictures {
    /// Has a product, a drop or a theme show a picture, or none, with an audit row. What it has shown is
    /// deleted if nothing else shows it, and is returned then, so that its files can follow once
    /// this is committed. A change that alters nothing writes nothing.
    ///
    /// # Errors
    ///
    /// Returns [`ChangePictureError`] when it is not the seller's, when the drop is over and was to
    /// get another picture, or when the seller would have too many.
    pub async fn show(
        &mut self,
        of: PictureOf,
        picture: Option<&Picture>,
        actor: &str,
    ) -> Result<Option<Picture>, ChangePictureError> {
        let (connection, seller_id) = (&mut *self.transaction, self.seller_id);
        let old = shown::lock(connection, seller_id, of, picture.is_some()).await?;
        let new = picture.map(|picture| picture.id.as_str());
        if old.as_deref() == new {
            return Ok(None);
        }
        if let Some(picture) = picture {
            self.insert(picture).await?;
        }
        shown::assign(&mut self.transaction, self.seller_id, of, new).await?;
        let unused = match &old {
            Some(id) => self.delete_unused(id).await?,
            None => None,
        };
        self.ensure_within_quota().await?;
        self.write_down(of, old.as_deref(), new, actor).await?;
        Ok(unused)
    }

    /// Whether there is this picture.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when the database is away.
    pub async fn has(&mut self, id: &str) -> Result<bool, DatabaseError> {
        sqlx::query_scalar!(
            r#"select exists (select from pictures where id = $1 and seller_id = $2) as "exists!""#,
            id,
            self.seller_id as SellerId,
        )
        .fetch_one(&mut *self.transaction)
        .await
        .doing("look for a picture")
    }

    /// Lets go of the pictures, and keeps what was changed.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`] when it is not known whether that was kept.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        self.transaction.commit().await.doing("commit pictures")
    }

    async fn insert(&mut self, picture: &Picture) -> Result<(), DatabaseError> {
        sqlx::query!(
            "insert into pictures (id, seller_id, widths, height) values ($1, $2, $3, $4)
             on conflict (id) do nothing",
            picture.id,
            self.seller_id as SellerId,
            picture.widths.as_slice(),
            picture.height,
        )
        .execute(&mut *self.transaction)
        .await
        .doing("store a picture")?;
        Ok(())
    }

    /// Deletes a picture that nothing shows any more, and returns it.
    async fn delete_unused(&mut self, id: &str) -> Result<Option<Picture>, DatabaseError> {
        sqlx::query_as!(
            Picture,
            "delete from pictures p where p.id = $1
                 and not exists (select from products where picture = p.id)
                 and not exists (select from drops where picture = p.id)
                 and not exists (select from themes where logo = p.id)
             returning p.id, p.widths, p.height",
            id,
        )
        .fetch_optional(&mut *self.transaction)
        .await
        .doing("delete a picture")
    }

    async fn ensure_within_quota(&mut self) -> Result<(), ChangePictureError> {
        let n_pictures = sqlx::query_scalar!(
            r#"select count(*) as "n!" from pictures where seller_id = $1"#,
            self.seller_id as SellerId,
        )
        .fetch_one(&mut *self.transaction)
        .await
        .doing("count pictures")?;
        if n_pictures > MAX_PICTURES {
            return Err(ChangePictureError::TooMany { limit: MAX_PICTURES });
        }
        Ok(())
    }

    async fn write_down(
        &mut self,
        of: PictureOf,
        old: Option<&str>,
        new: Option<&str>,
        actor: &str,
    ) -> Result<(), DatabaseError> {
        let (action, drop_id, product_id) = match of {
            PictureOf::Product(id) => ("product.picture", None, Some(id)),
            PictureOf::Drop(id) => ("drop.picture", Some(id), None),
            PictureOf::Theme(id) => ("theme.logo", id, None),
        };
        let entry = AuditEntry {
            actor,
            action,
            drop_id,
            seller_id: Some(self.seller_id),
            old: old.map(|id| audited(product_id, id)),
            new: new.map(|id| audited(product_id, id)),
            why: "changed by its seller",
        };
        audit::write(&mut self.transaction, &entry).await
    }
}

/// What the audit log says of a picture.
fn audited(product_id: Option<ProductId>, picture_id: &str) -> Value {
    match product_id {
        Some(product_id) => json!({ "product_id": product_id, "picture": picture_id }),
        None => json!({ "picture": picture_id }),
    }
}
