//! The subject: admission's hub, outlets and WebSockets, with a replica that is moved by hand.

use super::frames::{ServeFrames, say_listening};
use admission::{
    room::Replica,
    socket::{DisconnectReason, Hub, ws},
};
use anyhow::Context as _;
use axum::{
    Router,
    extract::{Path, State, WebSocketUpgrade},
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
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

const EPOCH: Epoch = Epoch(1);
/// To the hub, every look is this much later than the one before, so that every position is due.
const LATER: Duration = Duration::from_secs(20);

#[derive(Clone)]
struct HubServer {
    hub: Arc<Hub>,
    n_connected: Arc<AtomicUsize>,
    shutdown: Shutdown,
    /// People ahead of all who listen: one leaves at each tick, and every position changes.
    n_ahead: u64,
}

/// Serves in this process.
pub(super) async fn serve(frames: ServeFrames) -> anyhow::Result<()> {
    let server = HubServer {
        hub: Arc::default(),
        n_connected: Arc::default(),
        shutdown: Shutdown::default(),
        n_ahead: frames.n_ticks as u64,
    };
    let listener = TcpListener::bind(("127.0.0.1", frames.port)).await?;
    say_listening()?;
    server.start(listener);
    while server.n_connected.load(Ordering::Acquire) < frames.n_sockets {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut replica = Replica::at(EventPoint { epoch: EPOCH, evn: 0 }, DropMode::Running);
    for number in 1..=server.n_ahead + frames.n_sockets as u64 {
        replica.insert(Lane(0), score(number));
    }
    let begin = Instant::now();
    server.hub.look(Some(&replica), begin);
    let tick = |number: usize| {
        let point = EventPoint { epoch: EPOCH, evn: number as u64 };
        replica.apply(point, &admitted(number as u64));
        let later = begin.checked_add(LATER * number as u32).context("the clock ends here")?;
        server.hub.look(Some(&replica), later);
        Ok(())
    };
    frames.send(tick).await
}

impl HubServer {
    fn start(&self, listener: TcpListener) {
        let router = Router::new().route("/{number}", get(connect)).with_state(self.clone());
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            edge::serve(listener, router, edge::ServeOptions::default(), &shutdown).await;
        });
    }
}

async fn connect(
    State(server): State<HubServer>,
    Path(number): Path<u64>,
    upgrade: WebSocketUpgrade,
) -> Response {
    ws::sized(upgrade).on_upgrade(async move |socket| {
        let claims = claims(server.n_ahead + number);
        let outlet = server.hub.subscribe(claims, None, Instant::now());
        server.n_connected.fetch_add(1, Ordering::Release);
        let (soft, hard) = (server.shutdown.soft(), server.shutdown.hard());
        let restart = || DisconnectReason::Restart { retry_after_ms: 0 };
        ws::Connection::new(socket, outlet).run(soft, hard, restart).await;
    })
}

const fn score(number: u64) -> Score {
    Score::new(EPOCH, number)
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
