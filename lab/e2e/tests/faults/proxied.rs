//! A world whose services reach every server, and the payment provider, through a proxy of their own.

use anyhow::{Context, ensure};
use faults::{FaultProxy, Trouble};
use futures_util::future::try_join_all;
use stack::Service;
use std::{fs, net::SocketAddr};
use testkit::{TestApp, World, WorldOptions};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    Admission,
    Storefront,
    Worker,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Redis,
    Kafka,
    Postgres,
    Provider,
}

/// Who asks whom. Nobody but the worker talks to Kafka or to the provider.
const WAYS: [(Asker, Asked); 8] = [
    (Asker::Admission, Asked::Redis),
    (Asker::Admission, Asked::Postgres),
    (Asker::Storefront, Asked::Redis),
    (Asker::Storefront, Asked::Postgres),
    (Asker::Worker, Asked::Redis),
    (Asker::Worker, Asked::Kafka),
    (Asker::Worker, Asked::Postgres),
    (Asker::Worker, Asked::Provider),
];

/// A world with a proxy on each way. The tests themselves meet the servers directly.
pub(crate) struct ProxiedWorld {
    pub(crate) app: TestApp,
    links: Vec<Link>,
}

struct Link {
    from: Asker,
    to: Asked,
    proxy: FaultProxy,
    /// Where the service finds the proxy.
    setting: (String, String),
}

impl ProxiedWorld {
    /// Starts a world in a folder of this name, puts the proxies in, and has the services use them.
    pub(crate) async fn start(name: &str) -> anyhow::Result<Self> {
        let world = World::start(name, WorldOptions::default()).await?;
        let laying = WAYS.map(|(from, to)| Link::lay(&world, from, to));
        let this = Self { links: try_join_all(laying).await?, app: TestApp { world } };
        this.advertise_kafka().await?;
        this.restart_services().await?;
        Ok(this)
    }

    /// The proxy on one way.
    pub(crate) fn proxy(&self, from: Asker, to: Asked) -> &FaultProxy {
        let link = self.links.iter().find(|link| (link.from, link.to) == (from, to));
        &link.expect("there is a proxy on each way").proxy
    }

    /// Makes trouble on every way to a server.
    pub(crate) fn make(&self, to: Asked, trouble: Trouble) {
        self.links.iter().filter(|link| link.to == to).for_each(|link| link.proxy.make(trouble));
    }

    /// Ends all trouble.
    pub(crate) fn heal(&self) {
        self.links.iter().for_each(|link| link.proxy.heal());
    }

    /// Stops everything; a proxy must not be in trouble then.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.heal();
        self.app.world.stop().await
    }

    /// Has the broker tell clients the proxy's address as its own: whoever has found it asks there
    /// from then on.
    async fn advertise_kafka(&self) -> anyhow::Result<()> {
        let stack = self.app.world.stack.as_ref().context("this world has servers of its own")?;
        let path = stack.dir().join("kafka").join("server.properties");
        let text = fs::read_to_string(&path)?;
        let advertised = |address: &str| format!("advertised.listeners=CLIENTS://{address}");
        let before = advertised(stack.kafka().url());
        ensure!(text.contains(&before), "{} does not say {before}", path.display());
        let proxy = self.proxy(Asker::Worker, Asked::Kafka).address();
        fs::write(&path, text.replace(&before, &advertised(&proxy.to_string())))?;
        Ok(stack.kafka().restart().await?)
    }

    async fn restart_services(&self) -> anyhow::Result<()> {
        let world = &self.app.world;
        let admissions = world.admissions.iter().map(|service| (Asker::Admission, service));
        let workers = world.workers.iter().map(|service| (Asker::Worker, service));
        let storefront = [(Asker::Storefront, &world.storefront_api)];
        let all = admissions.chain(workers).chain(storefront);
        try_join_all(all.map(|(asker, service)| self.restart(asker, service))).await?;
        Ok(())
    }

    async fn restart(&self, asker: Asker, service: &Service) -> anyhow::Result<()> {
        let links = self.links.iter().filter(|link| link.from == asker);
        service.set_env(links.map(|link| link.setting.clone()));
        Ok(service.restart().await?)
    }
}

impl Link {
    async fn lay(world: &World, from: Asker, to: Asked) -> anyhow::Result<Self> {
        let (name, given) = match to {
            Asked::Redis => ("SLUICE_REDIS__URL", world.redis.url().to_owned()),
            Asked::Kafka => ("SLUICE_KAFKA__BROKERS", world.topics.settings().brokers.clone()),
            Asked::Postgres => ("SLUICE_DATABASE__URL", world.database.url().to_owned()),
            Asked::Provider => ("SLUICE_PAYMENTS__PROVIDER_URL", world.fleet.psp_url()),
        };
        let server = address_in(&given)?;
        let proxy = FaultProxy::start(server).await?;
        let through = given.replace(&server.to_string(), &proxy.address().to_string());
        Ok(Self { from, to, proxy, setting: (name.to_owned(), through) })
    }
}

/// Finds `127.0.0.1:port` in an address, with or without a scheme, a user and a path.
fn address_in(given: &str) -> anyhow::Result<SocketAddr> {
    let rest = given.split_once("://").map_or(given, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let address = rest.split(['/', '?']).next().unwrap_or(rest);
    address.parse().with_context(|| format!("{given} has no address"))
}
