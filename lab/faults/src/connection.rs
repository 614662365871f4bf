//! A client's connection and the one to the server.

use std::sync::{Arc, atomic::AtomicBool};

use tokio::net::TcpStream;

use crate::{
    direction::{self, Direction},
    state::ProxyState,
    trouble::Heading,
};

/// Carries a connection until both sides have ended it, or it is broken off.
pub(crate) async fn carry(mut client: TcpStream, state: Arc<ProxyState>) {
    let Ok(mut server) = TcpStream::connect(state.server).await else {
        break_off(&client);
        return;
    };
    // A small request must not wait for the answer to the one before.
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let has_ended = tokio::select! {
        has_ended = both_ways(&mut client, &mut server, &state) => has_ended,
        () = state.until_reset() => false,
    };
    if !has_ended {
        break_off(&client);
        break_off(&server);
    }
}

/// Returns whether both sides have ended it.
async fn both_ways(client: &mut TcpStream, server: &mut TcpStream, state: &ProxyState) -> bool {
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let loses_reply = AtomicBool::new(false);
    let towards = |heading| Direction::new(state, heading, &loses_reply);
    let client_is_there = state.count_client();
    let requests = direction::carry(
        towards(Heading::Server),
        from_client,
        to_server,
        // Dropped when the client hangs up, which may be long before the server hears of it.
        Some(client_is_there),
    );
    let replies = direction::carry(towards(Heading::Client), from_server, to_client, None);
    tokio::try_join!(requests, replies).is_ok()
}

/// Has the connection broken off with a reset, not ended, when it is dropped.
fn break_off(stream: &TcpStream) {
    // One that is gone already needs nothing.
    let _ = stream.set_zero_linger();
}
