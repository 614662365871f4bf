//! A ticket's state by poll, where no stream tells of it.

use std::time::{Duration, Instant};

use check::history::{Action, EntryType, SeenFrame};
use reqwest::Method;
use serde_json::json;

use super::{
    client::{Call, FinalAnswer},
    feed::{PACE, TicketFeed},
    polled_status::{PolledStatus, is_older},
};

/// Pause of somebody who waits for the line to let go of the ticket.
const PAUSE: Duration = Duration::from_millis(500);

impl TicketFeed {
    /// Polls; an answer that is older than what was seen already is not shown.
    pub(super) async fn poll(&mut self) -> Option<SeenFrame> {
        self.context.measures.polled();
        let answer = self.ask().await;
        self.poll_at = Instant::now() + PACE;
        let answer = answer?;
        if !answer.status.is_success() {
            let reason = format!("refused: {} {}", answer.status.as_u16(), answer.code());
            return Some(SeenFrame::Closed { reason });
        }
        let status: PolledStatus = serde_json::from_value(answer.body).ok()?;
        if let Some(pace_ms) = status.refresh_after_ms {
            self.poll_at = Instant::now() + Duration::from_millis(pace_ms.clamp(100, 30_000));
        }
        let frame = status.as_frame()?;
        if is_older(&frame, self.seen.map(|(epoch, evn, _)| (epoch, evn))) {
            return None;
        }
        if let SeenFrame::Waiting { epoch, evn, .. } = frame {
            self.polled = Some((epoch, evn));
        }
        self.note(&frame, "poll");
        Some(frame)
    }

    /// Waits until the line has let go of the ticket, so that its shopper may have another one;
    /// `false` when the run's time is over.
    pub(crate) async fn finished(&self) -> bool {
        while Instant::now() < self.context.client.deadline() {
            let answer = self.ask().await.filter(|answer| answer.status.is_success());
            let status =
                answer.and_then(|answer| serde_json::from_value::<PolledStatus>(answer.body).ok());
            if status.is_some_and(|status| status.is_finished()) {
                return true;
            }
            tokio::time::sleep(PAUSE).await;
        }
        false
    }

    /// Asks for the ticket's state; `None` when the run's time is over.
    async fn ask(&self) -> Option<FinalAnswer> {
        let call = Call {
            urls: self.context.admission_urls(self.process, &self.path("ticket")),
            ..Call::new(Method::GET, "")
                .header("sluice-ticket", &self.token)
                .sent_from(self.address)
        };
        let answer = self.context.client.call(&call, |failure| {
            let value = json!({ "source": "poll", "failure": failure });
            self.context.history.write(self.process, Action::Shown, EntryType::Info, value);
        });
        answer.await.ok()
    }
}
