//! The subject: admission's hub and its sockets, with a replica that is moved by hand.

use super::frames::{ServeFrames, own_memory, say_listening};
use admission::{
    room::Replica,
    socket::{DisconnectReason, Hub, SocketUpgrade, ws},
};
use anyhow::Context as _;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use shared::{
    credentials::TicketClaims,
    drops::DropMode,
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{Epoch, EventPoint, Intent, JoinedTicket, Lane, RoomEvent, Score, TicketScore},
    shutdown::Shutdown,
};
use std::{
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

const EPOCH: Epoch = Epoch(1);
const LANE: Lane = Lane(0);
/// To the hub, every tick is this much later than the one before: changes may be told by then, and
/// nobody is silent for so long that the same is said again.
const LATER: Duration = Duration::from_millis(1500);
/// A position is told when one in so many ahead have left.
const WORTH: usize = 50;

#[derive(Clone)]
struct HubServer {
    hub: Arc<Hub>,
    n_connected: Arc<AtomicUsize>,
    shutdown: Shutdown,
    variant_id: VariantId,
    /// People ahead of all who listen.
    n_ahead: u64,
    /// How many of them leave at each tick, so that every position is worth telling.
    n_leaving: u64,
}

/// Serves in this process.
pub(super) async fn serve(frames: ServeFrames) -> anyhow::Result<()> {
    let server = HubServer::new(&frames);
    let mut replica = server.replica(frames.n_sockets);
    let listener = TcpListener::bind(("127.0.0.1", frames.port)).await?;
    let before = own_memory()?;
    say_listening()?;
    server.start(listener);
    while server.n_connected.load(Ordering::Acquire) < frames.n_sockets {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let begin = Instant::now();
    server.look(&replica, begin);
    // The tasks that upgraded the connections end meanwhile.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let memory = own_memory()?.saturating_sub(before);
    let tick = |number: usize| {
        let event = server.leaving_at(number as u64);
        replica.apply(EventPoint { epoch: EPOCH, evn: number as u64 }, &event);
        server.hub.hear(&event);
        let later = begin.checked_add(LATER * number as u32).context("the clock ends here")?;
        server.look(&replica, later);
        Ok(())
    };
    frames.send(Some(memory), tick).await
}

impl HubServer {
    fn new(frames: &ServeFrames) -> Self {
        let n_leaving = (frames.n_sockets / WORTH.saturating_sub(frames.n_ticks).max(1) + 1) as u64;
        Self {
            hub: Arc::new(Hub::new(Instant::now())),
            n_connected: Arc::default(),
            shutdown: Shutdown::default(),
            variant_id: VariantId::generate(),
            n_ahead: n_leaving * frames.n_ticks as u64,
            n_leaving,
        }
    }

    /// The room before the first tick.
    fn replica(&self, n_sockets: usize) -> Replica {
        let mut replica = Replica::at(EventPoint { epoch: EPOCH, evn: 0 }, DropMode::Running);
        for number in 1..=self.n_ahead + n_sockets as u64 {
            replica.insert(LANE, self.variant_id, score(number));
        }
        replica
    }

    fn start(&self, listener: TcpListener) {
        let router = Router::new().route("/{number}", get(connect)).with_state(self.clone());
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            edge::serve(listener, router, edge::ServeOptions::default(), &shutdown).await;
        });
    }

    /// Tells all who are due, as the fan-out does.
    fn look(&self, replica: &Replica, now: Instant) {
        self.hub.catch_up(now);
        while self.hub.look(Some(replica), now) {}
    }

    fn leaving_at(&self, tick: u64) -> RoomEvent {
        let last = tick * self.n_leaving;
        admitted(last - self.n_leaving + 1..=last)
    }

    fn claims(&self, number: u64) -> TicketClaims {
        TicketClaims {
            drop_id: DropId::generate(),
            ticket: JoinedTicket {
                ticket_id: TicketId::generate(),
                shopper_id: ShopperId::generate(),
                lane: LANE,
                score: score(self.n_ahead + number),
                intent: Intent { variant_id: self.variant_id, units: 1 },
                joined_at_ms: 0,
            },
            expires_at_ms: i64::MAX,
            key: None,
        }
    }
}

async fn connect(
    State(server): State<HubServer>,
    Path(number): Path<u64>,
    upgrade: SocketUpgrade,
) -> Response {
    upgrade.on_upgrade(async move |socket| {
        let outlet = server.hub.subscribe(server.claims(number), None, Instant::now());
        let mut connection = ws::Connection::new(socket, outlet);
        server.n_connected.fetch_add(1, Ordering::Release);
        let (soft, hard) = (server.shutdown.soft(), server.shutdown.hard());
        let restart = || DisconnectReason::Restart { retry_after_ms: 0 };
        // A task of its own, as in the service: what upgraded the connection ends.
        server.shutdown.spawn(async move { connection.run(soft, hard, restart).await });
    })
}

const fn score(number: u64) -> Score {
    Score::new(EPOCH, number)
}

fn admitted(numbers: RangeInclusive<u64>) -> RoomEvent {
    let ticket =
        |number| TicketScore { ticket_id: TicketId::generate(), lane: LANE, score: score(number) };
    RoomEvent::Admitted { tickets: numbers.map(ticket).collect() }
}
