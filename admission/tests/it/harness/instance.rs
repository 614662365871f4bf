//! The service, as a test runs it.

use super::{TestShopper, answer};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    shutdown::Shutdown,
};
use std::{net::SocketAddr, sync::Arc};
use testkit::MockClock;
use tokio::{net::TcpListener, task::JoinHandle};

/// The service in this process, by a clock that stands until the test moves it.
pub(crate) struct TestInstance {
    pub(crate) address: SocketAddr,
    /// Where operators look.
    pub(crate) admin: SocketAddr,
    pub(crate) clock: MockClock,
    pub(crate) shutdown: Shutdown,
    pub(crate) task: JoinHandle<anyhow::Result<()>>,
}

impl TestInstance {
    pub(super) async fn start(settings: Settings) -> Self {
        let public = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, admin_address) = (public.local_addr().unwrap(), admin.local_addr().unwrap());
        // Redis dates the tickets, by the machine's clock.
        let clock = MockClock::at(SystemClock.now());
        let (shutdown, time) = (Shutdown::default(), Arc::new(clock.clone()));
        let stop = shutdown.clone();
        let task =
            tokio::spawn(
                async move { admission::run_on(&settings, time, stop, public, admin).await },
            );
        Self { address, admin: admin_address, clock, shutdown, task }
    }

    /// What `/readyz` says.
    pub(crate) async fn readiness(&self) -> (u16, Value) {
        answer(Client::new().get(self.url("/readyz"))).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        shopper: &TestShopper,
    ) -> RequestBuilder {
        Client::new().request(method, self.url(path)).bearer_auth(&shopper.session)
    }
}
