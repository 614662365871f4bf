//! Further tabs of a shopper: each has a stream of its own, and looks on until it is the shopper's
//! turn or the line has ended. In the history each is a process of its own, with the ticket of its
//! shopper.

use std::sync::Arc;

use check::history::{Action, EntryType, SeenFrame};
use serde_json::{Value, json};

use super::{
    client::FinalAnswer,
    context::RunContext,
    feed::TicketFeed,
    plan::Plan,
    report::GAVE_UP,
    shopper::{EndName, VirtualShopper, kept, refused},
};

impl VirtualShopper {
    /// Opens every tab but the first, each with its own answer to the join.
    pub(crate) fn open_tabs(&mut self, answers: &[FinalAnswer]) -> Result<(), EndName> {
        let n_tabs = usize::try_from(self.plan.tabs).unwrap_or(usize::MAX);
        for (tab, answer) in (1..).zip(answers).take(n_tabs).skip(1) {
            let Some(token) = answer.body["token"].as_str() else {
                return Err(refused("join", answer));
            };
            let plan = Plan { process: self.context.next_process(), ..self.plan.clone() };
            let value = kept(answer, json!({ "tab": tab }));
            self.context.history.write(plan.process, Action::Join, EntryType::Ok, value);
            let context = Arc::clone(&self.context);
            let mut feed = TicketFeed::new(Arc::clone(&context), &plan, token.to_owned());
            feed.saw_join(&answer.body);
            self.tabs.spawn(look_on(context, plan.process, feed));
        }
        Ok(())
    }
}

/// Follows the ticket to the end of its wait.
async fn look_on(context: Arc<RunContext>, process: u64, mut feed: TicketFeed) {
    let end = loop {
        match feed.next().await {
            Some(
                SeenFrame::Waiting { .. }
                | SeenFrame::Missed
                | SeenFrame::Rebuilding { .. }
                | SeenFrame::Admitting,
            ) => {}
            Some(SeenFrame::Held | SeenFrame::Order { .. } | SeenFrame::Left) => {
                break "tab".to_owned();
            }
            Some(SeenFrame::Closed { reason }) => break format!("closed_{reason}"),
            None => break GAVE_UP.to_owned(),
        }
    };
    let value: Value = json!({ "how": end });
    context.history.write(process, Action::End, EntryType::Ok, value);
}
