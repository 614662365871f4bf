//! Which lane a shopper may join: the normal one, or the one of the grant that the storefront gave for
//! a code.

use crate::{app::App, error::ApiError};
use shared::{
    credentials::{CredentialError, LaneGrant},
    ids::{DropId, ShopperId},
    line::{Lane, RoomHeader},
};

/// Somebody who is about to join.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entrant<'a> {
    pub(super) drop_id: DropId,
    pub(super) shopper_id: ShopperId,
    /// As it was sent.
    pub(super) grant: Option<&'a str>,
}

/// Returns the lane that somebody may join.
///
/// Whoever has a ticket gets it back without a grant: theirs was used when they joined.
pub(super) async fn of(
    app: &App,
    header: &RoomHeader,
    entrant: Entrant<'_>,
) -> Result<Lane, ApiError> {
    if let Some(grant) = entrant.grant {
        let lane = granted(app, entrant, grant)?;
        return if header.config.has_lane(lane) { Ok(lane) } else { Err(ApiError::GrantInvalid) };
    }
    if header.config.invite_only {
        let Entrant { drop_id, shopper_id, .. } = entrant;
        let own = app.queue.find_by_account(drop_id, header.epoch, shopper_id).await?;
        own.ok_or(ApiError::InviteNeeded)?;
    }
    Ok(Lane::NORMAL)
}

/// Checks a grant, without asking anybody.
fn granted(app: &App, entrant: Entrant<'_>, grant: &str) -> Result<Lane, ApiError> {
    let now_ms = app.clock.now().as_millisecond();
    let grant = LaneGrant::open(&app.session_keys, grant, now_ms).map_err(|error| match error {
        CredentialError::UnknownKey => ApiError::GrantKeyUnknown,
        CredentialError::Invalid | CredentialError::Expired => ApiError::GrantInvalid,
    })?;
    let is_own = grant.drop_id == entrant.drop_id && grant.shopper_id == entrant.shopper_id;
    if is_own { Ok(grant.lane) } else { Err(ApiError::GrantInvalid) }
}
