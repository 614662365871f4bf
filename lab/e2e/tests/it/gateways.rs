//! The gateways of `deploy/`, as they are shipped: the whole shop under one host name, behind TLS.
//!
//! | file | holds |
//! |---|---|
//! | `certificate` | an authority of the test's own, and the shop's certificate |
//! | `site` | a gateway in front of a world's services |
//! | `browser` | a client with cookies, that has an address of its own |

pub(crate) mod browser;
mod certificate;
pub(crate) mod site;

use crate::whole_machine;
use anyhow::{Context, ensure};
use browser::{Answer, Browser};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use shared::ids::DropId;
use site::{Front, Gateway, HOST, Site};
use stack::FleetPorts;
use std::{fs, time::Duration};
use testkit::{
    TestApp, World, WorldOptions,
    app::{Method, TestDrop},
};
use tokio::time::{Instant, sleep};

/// Requests per second that one client may send.
const RATE: &str = "200";
/// Requests of a flood, at most: so many at once, so often.
const WAVE: usize = 50;
const WAVES: usize = 40;
const PATIENCE: Duration = Duration::from_secs(30);
/// The files that put all of us under one host name.
const SHOP: Front =
    Front { name: "gateway", nginx: "nginx/sluice.conf.template", caddy: "caddy/Caddyfile" };
/// The paths that admission serves, as each gateway has them.
const OF_ADMISSION: &str = "^/(v1/drops/[^/]+/(tickets|ticket|stream|events|room)|drops/[^/]+/line(/leave)?|v1/joins|openapi-admission[.]json)$";
const TEMPLATES: [&str; 3] = [SHOP.nginx, SHOP.caddy, "traefik/dynamic.toml"];

#[tokio::test]
async fn nginx_serves_the_shop_under_one_host_name() -> anyhow::Result<()> {
    serves_the_shop(Gateway::Nginx).await
}

#[tokio::test]
async fn caddy_serves_the_shop_under_one_host_name() -> anyhow::Result<()> {
    serves_the_shop(Gateway::Caddy).await
}

/// Traefik is none of Debian's packages, so its files are looked at and not run.
#[test]
fn all_gateways_send_the_same_paths_to_admission() -> anyhow::Result<()> {
    for name in TEMPLATES {
        let text = fs::read_to_string(site::template(name)).context(name)?;
        ensure!(text.contains(OF_ADMISSION), "{name} has other paths");
    }
    let dynamic = fs::read_to_string(site::template("traefik/dynamic.toml"))?;
    let dynamic: toml::Table = toml::from_str(&dynamic)?;
    let http = &dynamic["http"];
    let routers = http["routers"].as_table().context("there are routers")?;
    for (name, router) in routers {
        let service = router["service"].as_str().context("a router names its service")?;
        ensure!(http["services"].get(service).is_some(), "{name} leads to no service");
    }
    let entry = fs::read_to_string(site::template("traefik/traefik.toml"))?;
    toml::from_str::<toml::Table>(&entry)?;
    Ok(())
}

async fn serves_the_shop(gateway: Gateway) -> anyhow::Result<()> {
    let _machine = whole_machine().await;
    let site = Site::prepare(gateway, SHOP)?;
    let options = WorldOptions::default()
        .set("SLUICE_STOREFRONT__PUBLIC_URL", site.url())
        .set("SLUICE_ADMISSION__PUBLIC_URL", site.url())
        .set("SLUICE_ADMISSION__ALLOWED_ORIGINS", site.url())
        .set("SLUICE_EDGE__TRUSTED_PROXIES", "127.0.0.1/32")
        .set("SLUICE_LIMITS__REQUESTS_PER_SECOND_PER_IP", RATE);
    let app = TestApp { world: World::shared(options).await? };
    let program = site.open(services(app.world.fleet.ports)).await?;
    every_route_reaches_its_service(&app, &site).await?;
    people_are_kept_to_https(&site).await?;
    a_shopper_joins_and_listens(&app, &site).await?;
    pictures_get_through(&app, &site).await?;
    limits_hold_for_each_client(&site).await?;
    program.stop().await?;
    app.world.stop().await
}

/// What the files leave open of where everything is.
fn services(ports: FleetPorts) -> [(&'static str, String); 3] {
    [
        ("SLUICE_HOST", HOST.to_owned()),
        ("SLUICE_STOREFRONT", format!("127.0.0.1:{}", ports.storefront)),
        ("SLUICE_ADMISSION", format!("127.0.0.1:{}", ports.admission)),
    ]
}

/// Each documented path is answered through the gateway as by the service itself.
async fn every_route_reaches_its_service(app: &TestApp, site: &Site) -> anyhow::Result<()> {
    let browser = Browser::at(site, [127, 0, 0, 2])?;
    for (service, document) in
        [(app.storefront(), "/openapi.json"), (app.admission(), "/openapi-admission.json")]
    {
        let through = browser.get(document, "").await?.body;
        let document = service.get(document).await.expect(200);
        ensure!(through == document, "through the gateway comes another document");
        let paths = document["paths"].as_object().context("a document has paths")?;
        for path in paths.keys() {
            let path = with_ids(path);
            let (direct, through) = (service.get(&path).await, browser.get(&path, "").await?);
            let direct = (direct.status.as_u16(), direct.body["code"].clone());
            let through = (through.status, through.body["code"].clone());
            ensure!(direct == through, "{path}: {direct:?}, through the gateway {through:?}");
        }
    }
    Ok(())
}

fn with_ids(path: &str) -> String {
    let id = DropId::generate().to_string();
    let parts = path.split('/').map(|part| if part.starts_with('{') { id.as_str() } else { part });
    parts.collect::<Vec<&str>>().join("/")
}

async fn people_are_kept_to_https(site: &Site) -> anyhow::Result<()> {
    let browser = Browser::at(site, [127, 0, 0, 2])?;
    for path in ["/".to_owned(), room_of_nobody()] {
        let answer = browser.get(&path, "").await?;
        let kept = answer.headers.contains_key("strict-transport-security");
        ensure!(kept, "{path}: no HSTS in {:?}", answer.headers);
    }
    let plain = browser.get_plain(site).await?;
    let location = plain.headers.get("location").context("plain http leads elsewhere")?;
    let is_kept = location.to_str()?.starts_with("https://shop.test");
    ensure!(is_kept && plain.status == 308, "plain http: {} {location:?}", plain.status);
    Ok(())
}

/// As a page does: one session and one ticket in cookies, for both services.
async fn a_shopper_joins_and_listens(app: &TestApp, site: &Site) -> anyhow::Result<()> {
    let flash_drop = app.seller().await.flash_drop().create().await;
    app.operator().await.pause(&flash_drop).await;
    let mut browser = Browser::at(site, [127, 0, 0, 3])?;
    let session = browser.request(Method::POST, "/v1/session").json(&json!({}));
    let session = browser.send(session).await?;
    ensure!(session.status == 201, "session: {} {}", session.status, session.body);

    let joined = join(&mut browser, &flash_drop).await?;
    ensure!(joined.body["position"] == 1, "joined: {}", joined.body);
    let path = |what: &str| format!("/v1/drops/{}/{what}", flash_drop.id);
    let ticket = ticket(&browser, &path("ticket")).await?;
    ensure!(ticket.body["ticket_id"] == joined.body["ticket_id"], "ticket: {}", ticket.body);
    for frame in
        [browser.first_frame(&path("stream")).await?, browser.first_event(&path("events")).await?]
    {
        ensure!(frame["type"] == "waiting" && frame["position"] == 1, "heard {frame}");
    }
    Ok(())
}

/// Joins as soon as the room is ready.
async fn join(browser: &mut Browser, flash_drop: &TestDrop) -> anyhow::Result<Answer> {
    let deadline = Instant::now() + PATIENCE;
    let body: Value = json!({ "variant_id": flash_drop.variant_id, "units": 1 });
    loop {
        let path = format!("/v1/drops/{}/tickets", flash_drop.id);
        let request = browser.request(Method::POST, &path).json(&body);
        let answer = browser.send(request).await?;
        if answer.status == 201 {
            return Ok(answer);
        }
        let is_early = answer.status == 503 && Instant::now() < deadline;
        ensure!(is_early, "join: {} {}", answer.status, answer.body);
        sleep(Duration::from_millis(250)).await;
    }
}

/// Looks at a ticket as soon as the instance follows the room.
async fn ticket(browser: &Browser, path: &str) -> anyhow::Result<Answer> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = browser.get(path, "").await?;
        if answer.status != 503 || Instant::now() > deadline {
            return Ok(answer);
        }
        sleep(Duration::from_millis(250)).await;
    }
}

/// What is larger than all else reaches the storefront, which sees that it is no picture.
async fn pictures_get_through(app: &TestApp, site: &Site) -> anyhow::Result<()> {
    let seller = app.seller().await;
    let variant = json!({ "name": "Brass", "price_minor": 1, "currency": "EUR", "stock": 1 });
    let product = json!({ "name": "Lamp", "variants": [variant] });
    let product = seller.api().post("/v1/seller/products", product).await.expect(201);
    let id = product["id"].as_str().context("a product has an id")?;
    let mut browser = Browser::at(site, [127, 0, 0, 3])?;
    let request = browser
        .request(Method::PUT, &format!("/v1/seller/products/{id}/picture"))
        .bearer_auth(seller.api().key().context("a seller has a key")?)
        .header("content-type", "image/png")
        .body(vec![0; 8 << 20]);
    let answer = browser.send(request).await?;
    let code = &answer.body["code"];
    ensure!(code == "unsupported_media_type", "a picture: {} {}", answer.status, answer.text);
    Ok(())
}

/// One client is held back by its own address, whatever it claims, and no other client is.
async fn limits_hold_for_each_client(site: &Site) -> anyhow::Result<()> {
    let (crowd, calm) = (Browser::at(site, [127, 0, 0, 4])?, Browser::at(site, [127, 0, 0, 5])?);
    for path in ["/v1/drops".to_owned(), room_of_nobody()] {
        ensure!(is_limited(&crowd, &path).await?, "{path}: a client may ask without limit");
        let status = calm.get(&path, "").await?.status;
        ensure!(status != 429, "{path}: a client is held back for another one's requests");
    }
    Ok(())
}

/// Floods a path under ever new addresses; returns whether that was stopped.
async fn is_limited(crowd: &Browser, path: &str) -> anyhow::Result<bool> {
    for wave in 0..WAVES {
        let claims: Vec<String> = (0..WAVE).map(|n| format!("198.51.{wave}.{n}")).collect();
        let asked = claims.iter().map(|claimed| crowd.get(path, claimed));
        let answers = try_join_all(asked).await?;
        if answers.iter().any(|answer| answer.status == 429) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn room_of_nobody() -> String {
    format!("/v1/drops/{}/room", DropId::generate())
}
