//! A shop that nobody enters without a pass.
//!
//! ```sh
//! SELLER_KEY=sk_... cargo run -p pass --example shop -- http://127.0.0.1:8080 <drop id>
//! ```
//!
//! The drop is made with `sluice protect http://127.0.0.1:3000/ --per-minute 60 --max-inside 10`.

use axum::{Extension, Router, response::Html, routing::get};
use pass::{PassLayer, SiteSettings, Visitor};
use std::{env, error::Error};
use tokio::net::TcpListener;

const HALL: &str = r#"<!doctype html><title>A shop</title><p>You are inside.
<button onclick="fetch('/.sluice/leave', { method: 'POST' }).then(() => location.reload())">
Leave, and let the next one in</button>"#;

async fn hall() -> Html<&'static str> {
    Html(HALL)
}

async fn me(Extension(visitor): Extension<Visitor>) -> String {
    format!("You are {} and may stay until {}", visitor.shopper_id, visitor.expires_at)
}

fn settings() -> Result<SiteSettings, Box<dyn Error>> {
    let [sluice, drop_id] = <[String; 2]>::try_from(env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "give it the address of Sluice, and the drop's id")?;
    #[expect(clippy::disallowed_methods, reason = "a shop has settings of its own")]
    let seller_key = env::var("SELLER_KEY")?;
    let mut settings = SiteSettings::new(&sluice, drop_id.parse()?, &seller_key);
    // For a trial on one machine; a shop for real people has https.
    settings.is_https = false;
    Ok(settings)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = Router::new()
        .route("/", get(hall))
        .route("/me", get(me))
        // Around everything: what has no route is not shown to those outside either.
        .layer(PassLayer::new(&settings()?)?);
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, shop).await?;
    Ok(())
}
