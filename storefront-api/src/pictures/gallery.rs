//! Showing pictures, and no longer showing them: files and rows together.
//!
//! Files are written before their row is committed, and deleted after it is gone; both while the
//! seller's pictures are held. So no page names a file that is not there; one that nothing names may
//! stay behind when a process dies.

use super::{
    file::PictureFile,
    store::PictureStore,
    upload::{NewPicture, Uploads},
};
use crate::ApiError;
use axum::extract::Request;
use database::{
    PgPool,
    selling::pictures::{self, Picture, PictureOf},
};
use edge::LoadLimit;
use shared::{ids::SellerId, telemetry::with_causes};
use std::{num::NonZeroU32, sync::Arc};

/// Files that are read at one time, at most; half of them of one picture. Whoever comes then sees a
/// page without it.
const MAX_READS: NonZeroU32 = NonZeroU32::MIN.saturating_add(255);

/// All pictures.
pub(crate) struct Gallery {
    store: Arc<dyn PictureStore>,
    uploads: Uploads,
    reads: LoadLimit,
}

impl Gallery {
    /// Keeps files in a store.
    pub(crate) fn new(store: Arc<dyn PictureStore>) -> Self {
        let reads = LoadLimit::of("pictures", MAX_READS);
        Self { store, uploads: Uploads::new(), reads }
    }

    /// Reads the picture that a seller sends; nothing shows it yet.
    pub(crate) async fn receive(
        &self,
        seller_id: SellerId,
        request: Request,
    ) -> Result<NewPicture, ApiError> {
        self.uploads.receive(seller_id, request).await
    }

    /// Has a product, a drop or a theme of a seller show a picture, or none.
    pub(crate) async fn show(
        &self,
        pool: &PgPool,
        seller_id: SellerId,
        of: PictureOf,
        new: Option<NewPicture>,
        actor: &str,
    ) -> Result<(), ApiError> {
        let mut held = pictures::hold(pool, seller_id).await?;
        let unused = held.show(of, new.as_ref().map(|new| &new.picture), actor).await?;
        for (file, bytes) in new.into_iter().flat_map(|new| new.files) {
            self.store.put(&file, bytes).await.map_err(ApiError::PictureStore)?;
        }
        held.commit().await?;
        if let Some(unused) = unused
            && let Err(error) = self.delete_files(pool, seller_id, &unused).await
        {
            let error = with_causes(&error);
            tracing::warn!(error, "could not delete the files of a picture; they stay");
        }
        Ok(())
    }

    /// Reads a file of a picture.
    pub(crate) async fn read(&self, file: &PictureFile) -> Result<Vec<u8>, ApiError> {
        let _under_way = self.reads.enter(&file.id)?;
        let found = self.store.get(file).await.map_err(ApiError::PictureStore)?;
        found.ok_or(ApiError::PictureNotFound)
    }

    /// Deletes the files of a picture, unless its seller has it again.
    async fn delete_files(
        &self,
        pool: &PgPool,
        seller_id: SellerId,
        unused: &Picture,
    ) -> Result<(), ApiError> {
        let mut held = pictures::hold(pool, seller_id).await?;
        if held.has(&unused.id).await? {
            return Ok(());
        }
        for file in PictureFile::all(unused) {
            self.store.remove(&file).await.map_err(ApiError::PictureStore)?;
        }
        Ok(held.commit().await?)
    }
}
