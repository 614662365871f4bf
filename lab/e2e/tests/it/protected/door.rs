//! What stands before the site: a gateway, or the middleware.

use super::{
    line::{Capacity, Line},
    sample_site::SampleSite,
};
use crate::gateways::{
    browser::Browser,
    site::{Front, Gateway, HOST, Site},
};
use pass::{PassLayer, SiteSettings};
use stack::Service;
use testkit::{TestApp, World, WorldOptions};
use tokio::net::TcpListener;

/// The files that protect a site.
pub(crate) const SITE: Front = Front {
    name: "protect",
    nginx: "nginx/protect.conf.template",
    caddy: "caddy/protect.Caddyfile",
};
/// Nobody is held back for asking often: a crowd comes from one machine.
const NO_LIMIT: &str = "1000000";

/// What stands before the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    Nginx,
    Caddy,
    Middleware,
}

/// A protected site, with the Sluice that keeps its line.
pub(crate) struct Protected {
    pub(crate) guard: Guard,
    pub(crate) app: TestApp,
    pub(crate) line: Line,
    pub(crate) sample: SampleSite,
    /// Somebody on a page of the site, who is nobody yet.
    pub(crate) outsider: Browser,
    /// Where browsers reach the site; no slash at the end.
    pub(crate) url: String,
    gateway: Option<Service>,
}

impl Protected {
    /// Opens the site and its line.
    pub(crate) async fn open(guard: Guard, capacity: Capacity) -> anyhow::Result<Self> {
        let options = WorldOptions::default()
            .set("SLUICE_EDGE__TRUSTED_PROXIES", "127.0.0.1/32")
            .set("SLUICE_LIMITS__REQUESTS_PER_SECOND_PER_IP", NO_LIMIT)
            .set("SLUICE_LIMITS__SESSIONS_PER_SECOND_PER_IP", NO_LIMIT);
        let app = TestApp { world: World::shared(options).await? };
        match guard {
            Guard::Nginx => Self::behind(Gateway::Nginx, guard, app, capacity).await,
            Guard::Caddy => Self::behind(Gateway::Caddy, guard, app, capacity).await,
            Guard::Middleware => Self::with_middleware(app, capacity).await,
        }
    }

    async fn behind(
        gateway: Gateway,
        guard: Guard,
        app: TestApp,
        capacity: Capacity,
    ) -> anyhow::Result<Self> {
        let site = Site::prepare(gateway, SITE)?;
        let line = Line::open(&app, &site.url(), capacity).await;
        let sample = SampleSite::serve(TcpListener::bind("127.0.0.1:0").await?, None)?;
        let storefront = app.world.fleet.ports.storefront;
        let program = site
            .open([
                ("SLUICE_SITE_HOST", HOST.to_owned()),
                ("SLUICE_SITE", sample.address.to_string()),
                ("SLUICE_STOREFRONT", format!("127.0.0.1:{storefront}")),
                ("SLUICE_DROP", line.drop_id.clone()),
            ])
            .await?;
        let outsider = Browser::at(&site, [127, 0, 0, 6])?;
        Ok(Self { guard, app, line, sample, outsider, url: site.url(), gateway: Some(program) })
    }

    async fn with_middleware(app: TestApp, capacity: Capacity) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let line = Line::open(&app, &url, capacity).await;
        let (sluice, key) =
            (app.world.fleet.storefront_url(), line.seller.key().unwrap_or_default());
        let mut settings = SiteSettings::new(&sluice, line.drop_id.parse()?, key);
        settings.is_https = false;
        let sample = SampleSite::serve(listener, Some(PassLayer::new(&settings)?))?;
        let outsider = Browser::on(&url)?;
        Ok(Self { guard: Guard::Middleware, app, line, sample, outsider, url, gateway: None })
    }

    /// The page on which people wait for the site.
    pub(crate) fn waiting_page(&self) -> String {
        format!("{}/drops/{}", self.app.world.fleet.storefront_url(), self.line.drop_id)
    }

    /// Stops everything that still runs.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        if let Some(gateway) = self.gateway {
            gateway.stop().await?;
        }
        self.app.world.stop().await
    }
}
