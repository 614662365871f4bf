//! The site of a drop.

use crate::{ApiError, App, extract::CurrentSeller, site::Site};
use shared::ids::DropId;

/// Finds the site that a drop lets people into.
pub(super) async fn site_of(app: &App, drop_id: DropId) -> Result<Site, ApiError> {
    let found = app.public_reads.find_drop(drop_id).await?;
    (*found).as_ref().and_then(Site::of).ok_or(ApiError::DropNotFound)
}

/// Whether a drop lets people into a site of this seller's.
pub(super) async fn is_own_site(
    app: &App,
    seller: CurrentSeller,
    drop_id: DropId,
) -> Result<bool, ApiError> {
    let found = app.public_reads.find_drop(drop_id).await?;
    let own = (*found).as_ref().filter(|flash_drop| flash_drop.seller_id == seller.id);
    Ok(own.is_some_and(|flash_drop| flash_drop.site_url.is_some()))
}
