//! The WebSocket: writes what is in its outlet, reads nothing but signs of life.

use super::{DisconnectReason, Frame, Outlet, outlet::Next};
use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
};
use shared::telemetry::CounterName;
use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// A write that takes longer means that nobody reads.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// Silence after which the other end is asked whether it is there, and after which it is not.
const PING_AFTER: Duration = Duration::from_secs(25);
const IDLE: Duration = Duration::from_secs(75);
/// How long the other end may take to answer a close.
const CLOSE_TIME: Duration = Duration::from_secs(2);
/// Messages that a client may send in one second, control frames included.
const MESSAGES_PER_SECOND: u32 = 5;

/// Sets small buffers, since there are many sockets and small frames.
pub fn sized(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(1024)
        .write_buffer_size(0)
        .max_write_buffer_size(64 * 1024)
        .max_message_size(4096)
        .max_frame_size(4096)
}

/// One connection.
pub struct Connection {
    socket: WebSocket,
    outlet: Arc<Outlet>,
    heard_at: Instant,
    is_pinged: bool,
    /// When the current second of messages began, and how many came in it.
    window: (Instant, u32),
}

impl Connection {
    /// Takes an upgraded socket, and the outlet with its frames.
    #[must_use]
    pub fn new(socket: WebSocket, outlet: Arc<Outlet>) -> Self {
        let now = Instant::now();
        Self { socket, outlet, heard_at: now, is_pinged: false, window: (now, 0) }
    }

    /// Runs until either end closes. `restart` makes the reason for a soft stop.
    pub async fn run(
        mut self,
        soft: CancellationToken,
        hard: CancellationToken,
        restart: impl FnOnce() -> DisconnectReason,
    ) {
        let reason = match hard.run_until_cancelled(self.until_closed(&soft)).await {
            None | Some(Ended::Gone) => return,
            Some(Ended::Stop) => restart(),
            Some(Ended::Because(reason)) => reason,
        };
        let _ = tokio::time::timeout(CLOSE_TIME, self.close(reason)).await;
    }

    async fn until_closed(&mut self, soft: &CancellationToken) -> Ended {
        // Made once, and not for each frame: both are kept in lists that all connections share.
        let mut stop = pin!(soft.cancelled());
        let mut quiet = pin!(tokio::time::sleep_until(self.quiet_at()));
        loop {
            let step = tokio::select! {
                next = self.outlet.next() => match next {
                    Next::Send(frame) => self.write(&frame).await,
                    Next::Close(reason) => Err(Ended::Because(reason)),
                },
                message = self.socket.recv() => self.read(message.as_ref()),
                () = &mut stop => Err(Ended::Stop),
                () = &mut quiet => self.ask_for_life().await,
            };
            if let Err(ended) = step {
                return ended;
            }
            let quiet_at = self.quiet_at();
            if quiet.deadline() != quiet_at {
                quiet.as_mut().reset(quiet_at);
            }
        }
    }

    /// Until when the other end may be silent.
    fn quiet_at(&self) -> tokio::time::Instant {
        let patience = if self.is_pinged { IDLE } else { PING_AFTER };
        (self.heard_at + patience).into()
    }

    async fn write(&mut self, frame: &Frame) -> Result<(), Ended> {
        let message = Message::Text(frame.to_json().into());
        self.write_message(message).await?;
        CounterName::FramesSent.get().increment(1);
        Ok(())
    }

    async fn write_message(&mut self, message: Message) -> Result<(), Ended> {
        match tokio::time::timeout(WRITE_TIME, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Ended::Gone),
            Err(_) => Err(Ended::Because(DisconnectReason::TooSlow)),
        }
    }

    fn read(&mut self, message: Option<&Result<Message, axum::Error>>) -> Result<(), Ended> {
        match message {
            None | Some(Ok(Message::Close(_))) => return Err(Ended::Gone),
            // Too large, not UTF-8, against the protocol; or the connection broke, and nobody
            // hears the close.
            Some(Err(_)) => return Err(Ended::Because(DisconnectReason::BadFrame)),
            Some(Ok(_)) => {}
        }
        self.heard_at = Instant::now();
        self.is_pinged = false;
        if self.heard_at.duration_since(self.window.0) >= Duration::from_secs(1) {
            self.window = (self.heard_at, 0);
        }
        self.window.1 += 1;
        if self.window.1 > MESSAGES_PER_SECOND {
            return Err(Ended::Because(DisconnectReason::BadFrame));
        }
        Ok(())
    }

    async fn ask_for_life(&mut self) -> Result<(), Ended> {
        if self.is_pinged {
            return Err(Ended::Because(DisconnectReason::Idle));
        }
        self.is_pinged = true;
        self.write_message(Message::Ping(Bytes::new())).await
    }

    /// Says why, and waits for the other end to confirm, so that the reason is not lost with the
    /// connection.
    async fn close(&mut self, reason: DisconnectReason) {
        let frame = CloseFrame { code: reason.code(), reason: reason.text().as_ref().into() };
        if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = self.socket.recv().await {}
        }
    }
}

/// How a connection ended.
enum Ended {
    Gone,
    Stop,
    Because(DisconnectReason),
}
