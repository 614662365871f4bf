//! `sample-site`: a shop that is not Sluice's, with a line before it. `./scripts/up` shows with it what
//! `docs/INTEGRATE.md` describes. All that this server has for it is one layer around its pages.

use anyhow::Context as _;
use axum::{Extension, Router, response::Html, routing::get};
use clap::Parser;
use pass::{PassLayer, SiteSettings, Visitor};
use std::net::SocketAddr;
use tokio::net::TcpListener;

const HALL: &str = include_str!("hall.html");
/// Stands in the page for the end of the visit.
const UNTIL: &str = "{until}";

/// A shop with a line before it.
#[derive(Parser)]
#[command(name = "sample-site", version, about)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, env = "SAMPLE_SITE_LISTEN", default_value = "127.0.0.1:8082")]
    listen: SocketAddr,
    /// Where browsers reach Sluice.
    #[arg(long, env = "SAMPLE_SITE_SLUICE", default_value = "http://127.0.0.1:8080")]
    sluice: String,
    /// The drop that lets people in.
    #[arg(long, env = "SAMPLE_SITE_DROP")]
    drop: String,
    /// An API key of its seller.
    #[arg(long, env = "SAMPLE_SITE_SELLER_KEY", hide_env_values = true)]
    seller_key: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let shop = shop(&arguments)?;
    let listener = TcpListener::bind(arguments.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", arguments.listen))?;
    Ok(axum::serve(listener, shop).await?)
}

fn shop(arguments: &Arguments) -> anyhow::Result<Router> {
    let Arguments { sluice, drop, seller_key, .. } = arguments;
    let mut settings = SiteSettings::new(sluice, drop.parse()?, seller_key);
    // For a look on one machine; a shop for real people has https.
    settings.is_https = false;
    let protected = Router::new().route("/", get(hall)).layer(PassLayer::new(&settings)?);
    // Whoever looks whether the server runs has no pass.
    Ok(protected.route("/readyz", get(ready)))
}

async fn ready() -> &'static str {
    "ready\n"
}

async fn hall(Extension(visitor): Extension<Visitor>) -> Html<String> {
    Html(HALL.replace(UNTIL, &visitor.expires_at.to_string()))
}
