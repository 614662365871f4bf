//! A ticket's news: by stream while there is one, by poll when there is none.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{
    backoff::Backoff,
    caller::Call,
    frames::{Frame, Status},
    stream::{self, Cut, Stream},
    world::World,
};
use crate::history::{Action, Type};

/// How long a stream may be silent before the shopper asks by poll.
const SILENCE: Duration = Duration::from_secs(20);
/// How long opening a stream may take.
const OPENING: Duration = Duration::from_secs(5);
/// Poll pace where the server names none.
const PACE: Duration = Duration::from_secs(2);

/// How a piece of news came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A frame of the stream.
    Stream,
    /// An answer of a poll.
    Poll,
}

/// The news of one ticket.
#[derive(Debug)]
pub struct Line {
    world: Arc<World>,
    process: u64,
    token: String,
    poll_only: bool,
    seen: Option<(u32, u64, u64)>,
    stream: Option<Stream>,
    backoff: Backoff,
    poll_at: Instant,
}

impl Line {
    /// Takes a ticket.
    #[must_use]
    pub fn new(world: Arc<World>, process: u64, token: String, poll_only: bool) -> Self {
        let backoff = Backoff::new(Duration::from_millis(400), Duration::from_secs(6));
        let poll_at = Instant::now() + PACE;
        Self { world, process, token, poll_only, seen: None, stream: None, backoff, poll_at }
    }

    /// Notes the place that the join has shown.
    pub fn saw(&mut self, epoch: u32, evn: u64, place: u64) {
        self.seen = Some((epoch, evn, place));
    }

    /// Waits for the next news; `None` when the run's time is over.
    ///
    /// Dropping the returned future loses nothing but a connection that was being opened.
    pub async fn next(&mut self) -> Option<(Frame, Source)> {
        loop {
            if Instant::now() >= self.world.caller.deadline() {
                return None;
            }
            if self.poll_only {
                tokio::time::sleep_until(self.poll_at.into()).await;
                if let Some(news) = self.poll().await {
                    return Some(news);
                }
                continue;
            }
            match self.next_frame().await {
                Ok(Some(frame)) => return Some((frame, Source::Stream)),
                Ok(None) => {
                    if let Some(news) = self.poll().await {
                        return Some(news);
                    }
                }
                Err(Cut::Ask) => {
                    // At once the first time; a stream that is refused again must not spin.
                    let again = self.backoff.n_failures() > 0;
                    let wait = self.backoff.next(None);
                    if again {
                        tokio::time::sleep(wait).await;
                    }
                    if let Some(news) = self.poll().await {
                        return Some(news);
                    }
                }
                Err(Cut::Later(asked)) => {
                    let wait = self.backoff.next(asked);
                    tokio::time::sleep(wait).await;
                    // The fallback: news comes by poll while streams do not open.
                    if self.backoff.n_failures() > 1
                        && let Some(news) = self.poll().await
                    {
                        return Some(news);
                    }
                }
            }
        }
    }

    /// The next frame; `Ok(None)` after a long silence.
    async fn next_frame(&mut self) -> Result<Option<Frame>, Cut> {
        if self.stream.is_none() {
            let opened = Instant::now();
            let stream = match timeout(OPENING, self.open()).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(cut)) => return Err(cut),
                Err(_) => return Err(Cut::Later(None)),
            };
            self.world.measures.took("stream opened", opened.elapsed());
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

    /// Reads a frame and writes it down; one that is no news gives `None`.
    fn read(&mut self, text: &str) -> Option<Frame> {
        let Ok(frame) = serde_json::from_str::<Frame>(text) else {
            let value = json!({"source": "stream", "unreadable": text});
            self.world.history.write(self.process, Action::Shown, Type::Info, value);
            return None;
        };
        self.note(&frame, Source::Stream);
        Some(frame)
    }

    fn note(&mut self, frame: &Frame, source: Source) {
        if let Frame::Waiting { epoch, evn, place, .. } = frame {
            self.seen = Some((*epoch, *evn, *place));
        }
        let mut value = json!(frame);
        value["source"] = json!(match source {
            Source::Stream => "stream",
            Source::Poll => "poll",
        });
        self.world.history.write(self.process, Action::Shown, Type::Ok, value);
    }

    /// Asks by poll; what is older than what was seen already is no news and not shown.
    async fn poll(&mut self) -> Option<(Frame, Source)> {
        let path = format!("/v1/drops/{}/ticket", self.world.drop_id);
        let call = Call {
            urls: self.world.admission_urls(self.process, &path),
            ..Call::new(Method::GET, "").header("sluice-ticket", &self.token)
        };
        self.world.measures.polled();
        let answer = self.world.caller.call(&call, |_| {}).await.ok()?;
        self.poll_at = Instant::now() + PACE;
        if !answer.status.is_success() {
            let reason = format!("refused: {} {}", answer.status.as_u16(), answer.code());
            return Some((Frame::Closed { reason }, Source::Poll));
        }
        let status: Status = serde_json::from_value(answer.body).ok()?;
        if let Some(pace_ms) = status.refresh_after_ms {
            self.poll_at = Instant::now() + Duration::from_millis(pace_ms.clamp(100, 30_000));
        }
        let frame = status.as_frame()?;
        if let (Frame::Waiting { epoch, evn, .. }, Some((seen_epoch, seen_evn, _))) =
            (&frame, self.seen)
            && (*epoch, *evn) < (seen_epoch, seen_evn)
        {
            return None;
        }
        self.note(&frame, Source::Poll);
        Some((frame, Source::Poll))
    }

    /// Opens the stream at one of the instances, another one after each failure.
    async fn open(&self) -> Result<Stream, Cut> {
        let mut path = format!("/v1/drops/{}/stream", self.world.drop_id);
        if let Some((epoch, evn, place)) = self.seen {
            path.push_str(&format!("?seen={epoch}.{evn}.{place}"));
        }
        let turn = self.process + u64::from(self.backoff.n_failures());
        let urls = self.world.admission_urls(turn, &path);
        stream::open(&urls[0], &self.token, self.world.origin.as_deref()).await
    }
}
