//! The site of a drop.

use crate::{ApiError, App, extract::CurrentSeller};
use database::selling::drops::FlashDrop;
use shared::{ids::DropId, site::Site};

/// A site, as its gate finds it.
pub(super) struct FoundSite {
    pub(super) site: Site,
    /// Whether those inside stay until their time is over while Postgres can't be asked about them.
    pub(super) keeps_visits: bool,
    /// Whether people come in without the line while that gives no answer.
    pub(super) has_door: bool,
    /// Whether Postgres could not be asked: this is how the site was last.
    pub(super) is_cut_off: bool,
}

/// Finds the site that a drop lets people into.
pub(super) async fn site_of(app: &App, drop_id: DropId) -> Result<FoundSite, ApiError> {
    let (found, is_cut_off) = app.public_reads.find_site(drop_id).await?;
    let flash_drop = (*found).as_ref().ok_or(ApiError::DropNotFound)?;
    let site = flash_drop.site().ok_or(ApiError::DropNotFound)?;
    let FlashDrop { on_failure, state, mode, .. } = *flash_drop;
    let has_door = on_failure.pace(state, mode).is_some();
    Ok(FoundSite { site, keeps_visits: on_failure.keeps_visits(), has_door, is_cut_off })
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
