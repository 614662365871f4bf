//! A process of a world, whatever it runs.

use anyhow::Context;
use stack::{KafkaServer, ServerHandle, Service};

/// What can be killed or frozen, and comes back on the data that it has.
#[derive(Clone, Copy, Debug)]
pub(super) enum WorldProcess<'a> {
    Service(&'a Service),
    Server(&'a ServerHandle),
    /// The embedded one can be silenced like a process, and not frozen.
    Broker(&'a KafkaServer),
}

impl WorldProcess<'_> {
    pub(super) async fn kill9(self) -> anyhow::Result<()> {
        match self {
            Self::Service(service) => Ok(service.kill9().await?),
            Self::Server(server) => Ok(server.kill9().await?),
            Self::Broker(broker) => Ok(broker.kill9().await?),
        }
    }

    /// Returns when it is ready.
    pub(super) async fn start(self) -> anyhow::Result<()> {
        match self {
            Self::Service(service) => Ok(service.start_again().await?),
            Self::Server(server) => Ok(server.start().await?),
            Self::Broker(broker) => Ok(broker.start().await?),
        }
    }

    pub(super) async fn freeze(self) -> anyhow::Result<()> {
        match self {
            Self::Service(service) => Ok(service.freeze().await?),
            Self::Server(server) => Ok(server.freeze().await?),
            Self::Broker(broker) => Ok(server_of(broker)?.freeze().await?),
        }
    }

    /// Returns when it is ready.
    pub(super) async fn thaw(self) -> anyhow::Result<()> {
        match self {
            Self::Service(service) => Ok(service.thaw().await?),
            Self::Server(server) => Ok(server.thaw().await?),
            Self::Broker(broker) => Ok(server_of(broker)?.thaw().await?),
        }
    }
}

fn server_of(broker: &KafkaServer) -> anyhow::Result<&ServerHandle> {
    broker.handle().context("the embedded broker is no process of its own")
}
