//! A ticket's frames: by stream while there is one, by poll when there is none.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use check::history::{Action, EntryType, SeenFrame};
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::json;
use tokio::time::{sleep_until, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;

use super::{
    backoff::Backoff,
    client::Call,
    context::RunContext,
    polled_status::PolledStatus,
    stream::{self, Cut, TicketStream},
};

/// How long a stream may be silent before the shopper polls.
const SILENCE: Duration = Duration::from_secs(20);
/// How often to poll when the server does not say.
const PACE: Duration = Duration::from_secs(2);

/// The frames of one ticket, each written into the history as it is seen.
#[derive(Debug)]
pub(crate) struct TicketFeed {
    context: Arc<RunContext>,
    process: u64,
    token: String,
    /// The shopper opens no stream, or the server serves none to it any more.
    poll_only: bool,
    /// The last position: epoch, number of the room event, position.
    seen: Option<(u32, u64, u64)>,
    stream: Option<TicketStream>,
    backoff: Backoff,
    /// When a stream may be opened again.
    open_at: Instant,
    poll_at: Instant,
}

impl TicketFeed {
    pub(crate) fn new(
        context: Arc<RunContext>,
        process: u64,
        token: String,
        poll_only: bool,
    ) -> Self {
        let backoff = Backoff::new(Duration::from_millis(400), Duration::from_secs(6));
        let now = Instant::now();
        Self {
            context,
            process,
            token,
            poll_only,
            seen: None,
            stream: None,
            backoff,
            open_at: now,
            poll_at: now + PACE,
        }
    }

    /// Notes the position that the join has shown.
    pub(crate) fn saw(&mut self, epoch: u32, evn: u64, position: u64) {
        self.seen = Some((epoch, evn, position));
    }

    /// Waits for the next frame; `None` when the run's time is over.
    ///
    /// Dropping the returned future loses nothing but a connection that was being opened.
    pub(crate) async fn next(&mut self) -> Option<SeenFrame> {
        let deadline = self.context.client.deadline();
        loop {
            match timeout_at(deadline.into(), self.next_or_cut()).await {
                Ok(Some(frame)) => return Some(frame),
                Ok(None) => {}
                Err(_) => return None,
            }
        }
    }

    /// Closes the stream, if one is open; the next frame opens another one.
    pub(crate) fn close(&mut self) {
        self.stream = None;
    }

    /// Whether a stream is open that tells what happens.
    pub(crate) fn is_streaming(&self) -> bool {
        self.stream.is_some()
    }

    /// Waits for the next frame; `None` when the stream was cut, or a poll has shown nothing new.
    ///
    /// It may be dropped as [`next`](Self::next) may.
    pub(crate) async fn next_or_cut(&mut self) -> Option<SeenFrame> {
        if self.poll_only {
            sleep_until(self.poll_at.into()).await;
            return self.poll().await;
        }
        match self.next_of_stream().await {
            Ok(Some(frame)) => Some(frame),
            Ok(None) => self.poll().await,
            Err(Cut::Poll) => {
                // Opened again, it would be closed again, as fast as that goes.
                self.poll_only = true;
                self.poll_at = Instant::now();
                None
            }
            Err(Cut::Later(asked)) => {
                self.open_at = Instant::now() + self.backoff.next(asked);
                // The fallback while streams do not open.
                if self.backoff.n_failures() > 1 { self.poll().await } else { None }
            }
        }
    }

    /// Waits for the stream's next frame; `Ok(None)` after a long silence.
    async fn next_of_stream(&mut self) -> Result<Option<SeenFrame>, Cut> {
        if self.stream.is_none() {
            sleep_until(self.open_at.into()).await;
            let opened = Instant::now();
            let stream = self.open().await?;
            self.context.measures.took("stream opened", opened.elapsed());
            self.stream = Some(stream);
        }
        loop {
            let Some(stream) = &mut self.stream else { return Err(Cut::Later(None)) };
            let Ok(message) = timeout(SILENCE, stream.next()).await else { return Ok(None) };
            match message {
                Some(Ok(Message::Text(text))) => {
                    self.backoff.reset();
                    match self.read(&text) {
                        Some(frame) => return Ok(Some(frame)),
                        None => continue,
                    }
                }
                Some(Ok(Message::Close(reason))) => {
                    self.stream = None;
                    return Err(stream::on_close(reason.as_ref()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => {
                    self.stream = None;
                    return Err(Cut::Later(None));
                }
            }
        }
    }

    /// Reads a frame and writes it down; `None` when it is not readable.
    fn read(&mut self, text: &str) -> Option<SeenFrame> {
        let Ok(frame) = serde_json::from_str::<SeenFrame>(text) else {
            let value = json!({"source": "stream", "unreadable": text});
            self.context.history.write(self.process, Action::Shown, EntryType::Info, value);
            return None;
        };
        self.note(&frame, "stream");
        Some(frame)
    }

    fn note(&mut self, frame: &SeenFrame, source: &str) {
        if let SeenFrame::Waiting { epoch, evn, position, .. } = frame {
            self.seen = Some((*epoch, *evn, *position));
        }
        let mut value = json!(frame);
        value["source"] = json!(source);
        self.context.history.write(self.process, Action::Shown, EntryType::Ok, value);
    }

    /// Polls; an answer that is older than what was seen already is not shown.
    async fn poll(&mut self) -> Option<SeenFrame> {
        let call = Call {
            urls: self.context.admission_urls(self.process, &self.path("ticket")),
            ..Call::new(Method::GET, "").header("sluice-ticket", &self.token)
        };
        self.context.measures.polled();
        let answer = self.context.client.call(&call, |failure| {
            let value = json!({ "source": "poll", "failure": failure });
            self.context.history.write(self.process, Action::Shown, EntryType::Info, value);
        });
        let answer = answer.await;
        self.poll_at = Instant::now() + PACE;
        let answer = answer.ok()?;
        if !answer.status.is_success() {
            let reason = format!("refused: {} {}", answer.status.as_u16(), answer.code());
            return Some(SeenFrame::Closed { reason });
        }
        let status: PolledStatus = serde_json::from_value(answer.body).ok()?;
        if let Some(pace_ms) = status.refresh_after_ms {
            self.poll_at = Instant::now() + Duration::from_millis(pace_ms.clamp(100, 30_000));
        }
        let frame = status.as_frame()?;
        if let (SeenFrame::Waiting { epoch, evn, .. }, Some((seen_epoch, seen_evn, _))) =
            (&frame, self.seen)
            && (*epoch, *evn) < (seen_epoch, seen_evn)
        {
            return None;
        }
        self.note(&frame, "poll");
        Some(frame)
    }

    /// Opens the stream at one of the instances, at another one after each failure; one that does
    /// not open is written down.
    async fn open(&self) -> Result<TicketStream, Cut> {
        let turn = self.process + u64::from(self.backoff.n_failures());
        let urls = self.context.admission_urls(turn, &self.path("stream"));
        let opened = stream::open(&urls[0], &self.token, self.context.origin.as_deref()).await;
        opened.map_err(|refused| {
            let value = refused.describe();
            self.context.history.write(self.process, Action::Shown, EntryType::Info, value);
            refused.cut
        })
    }

    /// The path of the ticket's state or stream, with what was seen last: then no instance answers
    /// with what is older.
    fn path(&self, what: &str) -> String {
        let path = format!("/v1/drops/{}/{what}", self.context.drop_id);
        match self.seen {
            Some((epoch, evn, position)) => format!("{path}?seen={epoch}.{evn}.{position}"),
            None => path,
        }
    }
}
