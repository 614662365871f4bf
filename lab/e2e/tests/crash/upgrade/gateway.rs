//! What stands before the instances of a service, as any gateway does: one address, connections by
//! turns, and the next instance where one takes none.

use std::io;
use testkit::World;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// One address for the instances of a service. It is open for as long as the test runs.
#[derive(Debug)]
pub(super) struct Gateway {
    port: u16,
    /// Where the instances listen that get new connections.
    instances: watch::Sender<Vec<u16>>,
}

/// The two that shoppers meet.
#[derive(Debug)]
pub(super) struct Gateways {
    pub(super) storefront: Gateway,
    pub(super) admission: Gateway,
}

impl Gateways {
    pub(super) async fn open() -> io::Result<Self> {
        Ok(Self { storefront: Gateway::open().await?, admission: Gateway::open().await? })
    }

    /// Puts them before the services of a world: whoever goes by its addresses meets them.
    pub(super) fn stand_before(&self, world: &mut World) {
        let ports = &mut world.fleet.ports;
        self.storefront.lead_to([ports.storefront]);
        self.admission.lead_to([ports.admission]);
        ports.storefront = self.storefront.port;
        ports.admission = self.admission.port;
        world.admission_urls = vec![self.admission.url()];
    }
}

impl Gateway {
    async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (instances, known) = watch::channel(Vec::new());
        tokio::spawn(accept(listener, known));
        Ok(Self { port, instances })
    }

    pub(super) fn url(&self) -> String {
        url(self.port)
    }

    /// Leads new connections to these ports. Those that are open stay where they are.
    pub(super) fn lead_to(&self, ports: impl Into<Vec<u16>>) {
        self.instances.send_replace(ports.into());
    }

    /// Leads new connections to this port as well.
    pub(super) fn lead_also_to(&self, port: u16) {
        self.instances.send_modify(|ports| ports.push(port));
    }
}

/// The address of a service that listens there.
pub(super) fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

async fn accept(listener: TcpListener, instances: watch::Receiver<Vec<u16>>) {
    let mut turn = 0;
    while let Ok((client, _)) = listener.accept().await {
        let mut ports = instances.borrow().clone();
        if !ports.is_empty() {
            turn = (turn + 1) % ports.len();
            ports.rotate_left(turn);
        }
        tokio::spawn(lead(client, ports));
    }
}

/// Leads a connection to the first instance that takes it, and closes it where none does.
async fn lead(mut client: TcpStream, ports: Vec<u16>) {
    for port in ports {
        let Ok(mut instance) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
        let _ = client.set_nodelay(true);
        let _ = instance.set_nodelay(true);
        let _ = copy_bidirectional(&mut client, &mut instance).await;
        return;
    }
}
