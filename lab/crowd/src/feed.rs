//! A ticket's frames: by stream while there is one, by poll when there is none.

use std::{
    net::Ipv4Addr,
    sync::Arc,
    time::{Duration, Instant},
};

use check::history::{Action, EntryType, SeenFrame};
use futures_util::StreamExt;
use rand::Rng;
use serde_json::{Value, json};
use tokio::time::{sleep_until, timeout_at};
use tokio_tungstenite::tungstenite::Message;

use super::{
    backoff::Backoff,
    context::RunContext,
    plan::Plan,
    polled_status::is_older,
    stream::{self, Cut, TicketStream},
};

/// How long a stream may be silent before the shopper polls.
const SILENCE: Duration = Duration::from_secs(20);
/// How often to poll when the server does not say.
pub(super) const PACE: Duration = Duration::from_secs(2);
/// How long a connection that was lost is missed, at most: the browser notices at once.
const UNNOTICED: Duration = Duration::from_millis(500);

/// The frames of one ticket, each written into the history as it is seen.
#[derive(Debug)]
pub(crate) struct TicketFeed {
    pub(super) context: Arc<RunContext>,
    pub(super) process: u64,
    pub(super) token: String,
    /// What requests say whom they are from.
    pub(super) address: Option<Ipv4Addr>,
    /// The shopper opens no stream, or the server serves none to it any more.
    poll_only: bool,
    /// The last position: epoch, number of the room event, position.
    pub(super) seen: Option<(u32, u64, u64)>,
    /// What was polled since the stream was opened: epoch and number of the room event.
    pub(super) polled: Option<(u32, u64)>,
    stream: Option<TicketStream>,
    /// How long the connection of a stream lasts, about.
    reconnect_every: Option<Duration>,
    /// When the connection of the open stream is lost.
    lost_at: Option<Instant>,
    backoff: Backoff,
    /// When a stream may be opened again.
    open_at: Instant,
    pub(super) poll_at: Instant,
}

impl TicketFeed {
    /// Follows a ticket in the way that its shopper is planned to.
    pub(crate) fn new(context: Arc<RunContext>, plan: &Plan, token: String) -> Self {
        let backoff = Backoff::new(Duration::from_millis(400), Duration::from_secs(6));
        let now = Instant::now();
        Self {
            context,
            process: plan.process,
            token,
            address: plan.address,
            poll_only: plan.poll_only,
            seen: None,
            polled: None,
            stream: None,
            reconnect_every: plan.reconnect_every,
            lost_at: None,
            backoff,
            open_at: now,
            poll_at: now + PACE,
        }
    }

    /// Notes the position that the answer to a join has shown, if it has and none was newer.
    pub(crate) fn saw_join(&mut self, answer: &Value) {
        let number = |name: &str| answer[name].as_u64();
        if let (Some(epoch), Some(evn), Some(position)) =
            (number("epoch"), number("evn"), number("position"))
        {
            let shown = (u32::try_from(epoch).unwrap_or_default(), evn, position);
            if self.seen.is_none_or(|(epoch, evn, _)| (epoch, evn) < (shown.0, shown.1)) {
                self.seen = Some(shown);
            }
        }
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

    /// Closes the stream, if one is open, without a word to the server: the page is read again, or
    /// the connection is lost.
    pub(crate) fn hang_up(&mut self, why: &str) {
        if self.stream.take().is_some() {
            let value = json!({ "why": why });
            self.context.history.write(self.process, Action::HungUp, EntryType::Info, value);
        }
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
            self.polled = None;
            self.lost_at = self.reconnect_every.map(|every| opened + about(every));
        }
        loop {
            let Some(stream) = &mut self.stream else { return Err(Cut::Later(None)) };
            let silent_at = Instant::now() + SILENCE;
            let until = self.lost_at.map_or(silent_at, |lost_at| lost_at.min(silent_at));
            let Ok(message) = timeout_at(until.into(), stream.next()).await else {
                return if until < silent_at { Err(self.lose()) } else { Ok(None) };
            };
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

    /// Loses the connection; the browser notices a moment later.
    fn lose(&mut self) -> Cut {
        self.hang_up("reconnect");
        self.backoff.reset();
        Cut::Later(Some(UNNOTICED.mul_f64(rand::rng().random())))
    }

    /// Reads a frame and writes it down; `None` when it is not readable, or was overtaken by a poll while
    /// the stream was silent.
    fn read(&mut self, text: &str) -> Option<SeenFrame> {
        let Ok(frame) = serde_json::from_str::<SeenFrame>(text) else {
            let value = json!({"source": "stream", "unreadable": text});
            self.context.history.write(self.process, Action::Shown, EntryType::Info, value);
            return None;
        };
        if is_older(&frame, self.polled) {
            return None;
        }
        self.note(&frame, "stream");
        Some(frame)
    }

    pub(super) fn note(&mut self, frame: &SeenFrame, source: &str) {
        if let SeenFrame::Waiting { epoch, evn, position, .. } = frame {
            self.seen = Some((*epoch, *evn, *position));
        }
        let mut value = json!(frame);
        value["source"] = json!(source);
        self.context.history.write(self.process, Action::Shown, EntryType::Ok, value);
    }

    /// Opens the stream at one of the instances, at another one after each failure; one that does
    /// not open is written down.
    async fn open(&self) -> Result<TicketStream, Cut> {
        let turn = self.process + u64::from(self.backoff.n_failures());
        let urls = self.context.admission_urls(turn, &self.path("stream"));
        let origin = self.context.origin.as_deref();
        let opened = stream::open(&urls[0], &self.token, origin, self.address).await;
        opened.map_err(|refused| {
            let value = refused.describe();
            self.context.history.write(self.process, Action::Shown, EntryType::Info, value);
            refused.cut
        })
    }

    /// The path of the ticket's state or stream, with what was seen last: then no instance answers
    /// with what is older.
    pub(super) fn path(&self, what: &str) -> String {
        let path = format!("/v1/drops/{}/{what}", self.context.drop_id);
        match self.seen {
            Some((epoch, evn, position)) => format!("{path}?seen={epoch}.{evn}.{position}"),
            None => path,
        }
    }
}

/// Half as long, or half as long again, or something between.
pub(crate) fn about(time: Duration) -> Duration {
    time.mul_f64(rand::rng().random_range(0.5..1.5))
}
