//! The tokens of passes.

use crate::App;
use database::selling::passes::Pass;
use jiff::Timestamp;
use shared::{
    credentials::{EntryReason, PassClaims, PassError, PassPurpose},
    ids::{DropId, ShopperId, TicketId},
};

/// How long it may take from the waiting page to the site, seconds.
const HAND_OVER_S: i64 = 60;

/// Whom a token is for.
struct Visitor {
    jti: TicketId,
    aud: DropId,
    sub: ShopperId,
}

/// Makes the token with which a browser is sent to the site.
pub(super) fn for_hand_over(app: &App, pass: &Pass) -> String {
    let soon_s = app.now().as_second() + HAND_OVER_S;
    sign(app, pass, PassPurpose::HandOver, ends_at_s(pass).min(soon_s))
}

/// Makes the token of a visit.
pub(super) fn for_visit(app: &App, pass: &Pass) -> String {
    sign(app, pass, PassPurpose::Visit, ends_at_s(pass))
}

/// Makes the token of a visit that began without a line. Nobody knows who the visitor is.
pub(super) fn for_visit_without_line(
    app: &App,
    drop_id: DropId,
    visit_id: TicketId,
    ends_at: Timestamp,
) -> String {
    let visitor = Visitor { jti: visit_id, aud: drop_id, sub: ShopperId::generate() };
    let exp = ends_at.as_second();
    sign_for(app, &visitor, PassPurpose::Visit, exp, EntryReason::NoAnswer)
}

/// Opens a token of ours that has this purpose and is for the site of this drop.
pub(super) fn open(
    app: &App,
    token: &str,
    purpose: PassPurpose,
    drop_id: DropId,
) -> Result<PassClaims, PassError> {
    app.pass_keys.verify(token, purpose, drop_id, app.now().as_second())
}

fn sign(app: &App, pass: &Pass, purpose: PassPurpose, exp: i64) -> String {
    let visitor = Visitor { jti: pass.id.into(), aud: pass.drop_id, sub: pass.shopper_id };
    sign_for(app, &visitor, purpose, exp, EntryReason::Queue)
}

fn sign_for(
    app: &App,
    visitor: &Visitor,
    purpose: PassPurpose,
    exp: i64,
    reason: EntryReason,
) -> String {
    let now_s = app.now().as_second();
    app.pass_keys.sign(&PassClaims {
        jti: visitor.jti,
        aud: visitor.aud,
        sub: visitor.sub,
        iss: app.settings.storefront.public_url.trim_end_matches('/').to_owned(),
        iat: now_s,
        nbf: now_s,
        exp,
        purpose,
        reason,
    })
}

/// When a pass ends, seconds since 1970; one that is over has no time left.
fn ends_at_s(pass: &Pass) -> i64 {
    pass.expires_at.map_or(0, Timestamp::as_second)
}
