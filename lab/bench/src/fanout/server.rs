//! The measured process: a hub or a raw loop, told to begin by a line on its stdin.

use crate::process::own_cpu;
use admission::{
    room::Replica,
    socket::{CloseReason, Frame, Hub, ws},
};
use anyhow::{Context as _, ensure};
use axum::{
    Router,
    extract::{Path, State, WebSocketUpgrade},
    response::Response,
    routing::get,
};
use serde::{Deserialize, Serialize};
use shared::{
    credentials::TicketClaims,
    drops::DropMode,
    ids::{DropId, ShopperId, TicketId, VariantId},
    messages::{EventPoint, JoinedTicket, RoomEvent, TicketScore},
    shutdown::Shutdown,
    tickets::{Epoch, Intent, Lane, Score},
};
use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
};

/// Pause from tick to tick, per socket: long enough that each tick is done before the next.
const PER_SOCKET: Duration = Duration::from_micros(60);
const LEAST_PAUSE: Duration = Duration::from_millis(100);
/// Every look is this much later for the hub, so that every place is due.
const LATER: Duration = Duration::from_secs(20);

/// What serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// A loop of `write()`.
    Raw,
    /// Admission's.
    Hub,
}

impl Mode {
    /// Its word on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Hub => "hub",
        }
    }
}

/// How to serve.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ServeFrames {
    mode: Mode,
    port: u16,
    sockets: usize,
    ticks: usize,
}

/// What it took.
#[derive(Debug, Serialize, Deserialize)]
pub struct Served {
    /// CPU of the process while it sent.
    pub cpu_us: u64,
    /// Wall time.
    pub wall_us: u64,
}

/// Serves in this process.
///
/// # Errors
///
/// Returns what kept it from serving.
pub async fn serve(frames: ServeFrames) -> anyhow::Result<()> {
    match frames.mode {
        Mode::Raw => raw(frames).await,
        Mode::Hub => hub(frames).await,
    }
}

impl ServeFrames {
    fn pause(&self) -> Duration {
        LEAST_PAUSE.max(PER_SOCKET * self.sockets as u32)
    }

    /// Sends all ticks and says what it took.
    async fn send(&self, mut tick: impl FnMut(usize) -> anyhow::Result<()>) -> anyhow::Result<()> {
        ensure!(heard("go").await?, "told to end");
        let (cpu, started) = (own_cpu()?, Instant::now());
        for number in 1..=self.ticks {
            tick(number)?;
            tokio::time::sleep(self.pause()).await;
        }
        let (used, wall) = (own_cpu()?.saturating_sub(cpu), started.elapsed());
        let served = Served { cpu_us: used.as_micros() as u64, wall_us: wall.as_micros() as u64 };
        say(&serde_json::to_string(&served)?)?;
        // The other ends are counting still.
        heard("never").await?;
        Ok(())
    }
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Waits for a line; false at the end of the input.
async fn heard(word: &str) -> anyhow::Result<bool> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    Ok(lines.next_line().await?.as_deref() == Some(word))
}

async fn raw(frames: ServeFrames) -> anyhow::Result<()> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", frames.port))?;
    say("listening")?;
    let frame = ready_frame();
    let mut streams = Vec::with_capacity(frames.sockets);
    for _ in 0..frames.sockets {
        let (mut stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        stream.write_all(&frame)?;
        streams.push(stream);
    }
    let tick = |_: usize| -> anyhow::Result<()> {
        for stream in &mut streams {
            stream.write_all(&frame)?;
        }
        Ok(())
    };
    frames.send(tick).await
}

/// A frame as the hub sends it, header included.
fn ready_frame() -> Vec<u8> {
    let text = Frame::Waiting {
        epoch: 1,
        evn: 100_000,
        place: 50_000,
        waiting: 100_000,
        mode: DropMode::Running,
        message: None,
        rise: None,
    }
    .to_json();
    let length = u8::try_from(text.len()).unwrap_or(u8::MAX);
    let mut frame = match length {
        0..=125 => vec![0x81, length],
        length => vec![0x81, 126, 0, length],
    };
    frame.extend_from_slice(text.as_bytes());
    frame
}

#[derive(Clone)]
struct App {
    hub: Arc<Hub>,
    connected: Arc<AtomicUsize>,
    shutdown: Shutdown,
    behind: u64,
}

async fn hub(frames: ServeFrames) -> anyhow::Result<()> {
    // One person more ahead of all for every tick: each leaves, and every place changes.
    let behind = frames.ticks as u64;
    let shutdown = Shutdown::default();
    let app =
        App { hub: Arc::default(), connected: Arc::default(), shutdown: shutdown.clone(), behind };
    let router = Router::new().route("/{number}", get(connect)).with_state(app.clone());
    let listener = TcpListener::bind(("127.0.0.1", frames.port)).await?;
    say("listening")?;
    tokio::spawn(async move {
        edge::serve(listener, router, edge::ServeOptions::default(), &shutdown).await;
    });
    while app.connected.load(Ordering::Acquire) < frames.sockets {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut replica = Replica::at(EventPoint { epoch: Epoch(1), evn: 0 }, DropMode::Running);
    for number in 1..=behind + frames.sockets as u64 {
        replica.place(Lane(0), score(number));
    }
    let begin = Instant::now();
    app.hub.look(Some(&replica), begin);
    let tick = |number: usize| {
        let point = EventPoint { epoch: Epoch(1), evn: number as u64 };
        replica.apply(point, &admitted(number as u64));
        let later = begin.checked_add(LATER * number as u32).context("time goes on")?;
        app.hub.look(Some(&replica), later);
        Ok(())
    };
    frames.send(tick).await
}

async fn connect(
    State(app): State<App>,
    Path(number): Path<u64>,
    upgrade: WebSocketUpgrade,
) -> Response {
    ws::sized(upgrade).on_upgrade(async move |socket| {
        let claims = claims(app.behind + number);
        let outlet = app.hub.subscribe(claims, None, Instant::now());
        app.connected.fetch_add(1, Ordering::Release);
        let (soft, hard) = (app.shutdown.soft(), app.shutdown.hard());
        let restart = || CloseReason::Restart { retry_after_ms: 0 };
        ws::Connection::new(socket, outlet).run(soft, hard, restart).await;
    })
}

const fn score(number: u64) -> Score {
    Score::new(Epoch(1), number)
}

fn admitted(number: u64) -> RoomEvent {
    let ticket_id = TicketId::generate();
    RoomEvent::Admitted {
        tickets: vec![TicketScore { ticket_id, lane: Lane(0), score: score(number) }],
    }
}

fn claims(number: u64) -> TicketClaims {
    TicketClaims {
        drop_id: DropId::generate(),
        ticket: JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            score: score(number),
            intent: Intent { variant_id: VariantId::generate(), units: 1 },
            joined_at_ms: 0,
        },
        expires_at_ms: i64::MAX,
    }
}
