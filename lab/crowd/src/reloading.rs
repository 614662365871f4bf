//! Somebody who waits and cannot let it be: reads the page again, and joins again.

use std::time::{Duration, Instant};

use check::history::Action;
use reqwest::Method;
use serde_json::json;

use super::{
    client::Call,
    feed::{TicketFeed, about},
    shopper::{EndName, VirtualShopper},
};

/// Longer than any run.
const NEVER: Duration = Duration::from_secs(7 * 86_400);

impl VirtualShopper {
    /// When the page is read again.
    pub(crate) fn next_reload(&self) -> Instant {
        Instant::now() + self.plan.reload_every.map_or(NEVER, about)
    }

    /// Reads the page again, and joins again, as its script does: the ticket must be the same.
    pub(crate) async fn reload(&self, session: &str, feed: &mut TicketFeed) -> Result<(), EndName> {
        feed.hang_up("reload");
        let began = Instant::now();
        let drop_id = self.context.drop_id;
        for path in [format!("/drops/{drop_id}"), format!("/v1/drops/{drop_id}")] {
            let call = Call::new(Method::GET, format!("{}{path}", self.context.storefront));
            let call = call.sent_from(self.plan.address);
            self.call(Action::Reload, json!({ "path": path }), &call).await?;
        }
        self.context.measures.took("page read again", began.elapsed());
        if let Some(joined) = self.join_again(session).await? {
            *feed = joined;
        }
        Ok(())
    }
}
