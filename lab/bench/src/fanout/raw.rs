//! The baseline: a loop that writes a ready-made frame to bare sockets.

use super::frames::{ServeFrames, say_listening};
use admission::{room::Prospects, socket::Frame};
use shared::drops::DropMode;
use std::{io::Write as _, net::TcpListener};

/// Serves in this process.
pub(super) async fn serve(frames: ServeFrames) -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", frames.port))?;
    say_listening()?;
    let frame = ready_frame();
    let mut streams = Vec::with_capacity(frames.n_sockets);
    for _ in 0..frames.n_sockets {
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
    frames.send(None, tick).await
}

/// A frame as the hub sends it, header included.
fn ready_frame() -> Vec<u8> {
    let text = Frame::Waiting {
        epoch: 1,
        evn: 100_000,
        position: 50_000,
        waiting: 100_000,
        units_left: Some(1000),
        units_held: Some(200),
        prospects: Prospects {
            eta_p50_s: Some(1200),
            eta_p90_s: Some(1350),
            eta_reason: None,
            odds_percent: Some(0),
            standby: false,
        },
        mode: DropMode::Running,
        mode_until: None,
        message: None,
        rise: None,
    }
    .to_json();
    let [high, low] = u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes();
    let mut frame = match (high, low) {
        (0, 0..=125) => vec![0x81, low],
        _ => vec![0x81, 126, high, low],
    };
    frame.extend_from_slice(text.as_bytes());
    frame
}
