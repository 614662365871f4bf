//! What must hold for one visitor after the other.

use super::{
    door::{Guard, Protected},
    line::{InLine, text},
    sample_site::{GOODS, STYLE},
};
use crate::gateways::browser::{self, Answer, Browser};
use anyhow::{Context, ensure};
use futures_util::SinkExt;
use reqwest::{
    Method, Url,
    header::{CONTENT_TYPE, LOCATION, SET_COOKIE},
};
use std::time::{Duration, Instant};
use testkit::wait_until;
use tokio_tungstenite::tungstenite::Message;

/// Where visitors want to be.
const WANTED: &str = "/goods?size=42&color=dark%20blue";
/// What must not be taken for a place on the site; each is encoded once more.
const ELSEWHERE: [&str; 8] = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/%5Cevil.example",
    "/%2F%2Fevil.example",
    "/..//evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
];
/// A visit that nobody began.
const FORGED: &str = "eyJhbGciOiJub25lIiwia2lkIjoiMSJ9.e30.";

/// By when a visit that has ended is refused: a second, and something for the requests.
const OUT_WITHIN: Duration = Duration::from_millis(1_500);

/// Somebody inside, and how they came in.
pub(crate) struct Inside {
    pub(crate) browser: Browser,
    /// The path with the pass.
    entrance: String,
    pass: String,
}

/// Nothing of the site is shown to those outside, whatever they ask for and claim.
pub(crate) async fn outsiders_are_sent_to_the_line(site: &Protected) -> anyhow::Result<()> {
    let outsider = &site.outsider;
    for path in ["/", WANTED, "/goods?to=//evil.example", "/assets/shop.css", "/no/such"] {
        expect_line(site, &outsider.get(path, "").await?, path)?;
    }
    let order = outsider.request(Method::POST, "/orders").body("two lamps");
    expect_line(site, &browser::answer(order).await?, "/orders")?;
    expect_line(site, &browser::answer(outsider.upgrade("/echo")).await?, "/echo")?;
    for name in ["__Host-sluice-pass-", "sluice-pass-"] {
        let cookie = format!("{name}{}={FORGED}", &site.line.drop_id[..8]);
        let claimed = outsider.request(Method::GET, "/").header("cookie", cookie);
        let claimed = claimed.header("x-sluice-pass", "claimed").header("x-forwarded-uri", "/x");
        let status = browser::answer(claimed).await?.status;
        ensure!(status == 302, "a forged visit is answered with {status}");
    }
    let n_requests = site.sample.n_requests().await;
    ensure!(n_requests == 0, "{n_requests} requests of outsiders came to the site");
    Ok(())
}

/// Waits for the turn, and goes in.
pub(crate) async fn enter(site: &Protected, visitor: &InLine) -> anyhow::Result<Inside> {
    let way = visitor.turn(WANTED).await;
    let url = text(&way["return_url"]);
    let entrance = url.strip_prefix(&site.url).context("the way in is not on the site")?;
    let mut browser = site.outsider.another();
    let entered = browser.send(browser.request(Method::GET, entrance)).await?;
    expect_sent_in(&entered, WANTED)?;
    let set = entered.headers.get(SET_COOKIE).context("no cookie is set")?.to_str()?;
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        ensure!(set.contains(part), "no {part} in {set}");
    }
    let is_bound = set.starts_with("__Host-sluice-pass-") && set.contains("Secure");
    ensure!(is_bound == site.url.starts_with("https"), "{set}");
    Ok(Inside { browser, entrance: entrance.to_owned(), pass: text(&way["pass"]) })
}

/// A page, a file, an order and a socket, of which the site is told the pass.
pub(crate) async fn everything_is_there(
    site: &Protected,
    visitor: &InLine,
    browser: &Browser,
) -> anyhow::Result<()> {
    let before = site.sample.n_requests().await;
    let claimed = browser.request(Method::GET, WANTED).header("x-sluice-pass", "claimed");
    let page = browser::answer(claimed).await?;
    ensure!(page.status == 200 && page.text == GOODS, "page: {page:?}");
    let file = browser.get("/assets/shop.css", "").await?;
    let is_css = file.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "text/css");
    ensure!(is_css && file.text == STYLE, "file: {file:?}");
    let order = browser.request(Method::POST, "/orders").body("two lamps");
    let order = browser::answer(order).await?;
    ensure!(order.text == "ordered two lamps", "order: {order:?}");
    let mut socket = browser::opened(browser.upgrade("/echo")).await?;
    for said in ["hello", "again"] {
        socket.send(Message::text(said)).await?;
        let heard = browser::first_text(&mut socket).await?;
        ensure!(heard == said, "the socket says {heard}");
    }
    let guests = site.sample.guests().await;
    ensure!(guests.keys().eq([&visitor.ticket_id]), "the site was told of {guests:?}");
    ensure!(site.sample.n_requests().await == before + 4, "{guests:?}");
    Ok(())
}

/// Its own browser may go back to the address of a pass; any other has to wait.
pub(crate) async fn a_pass_counts_once(site: &Protected, inside: &Inside) -> anyhow::Result<()> {
    expect_sent_in(&inside.browser.get(&inside.entrance, "").await?, WANTED)?;
    let thief = site.outsider.another();
    let refused = thief.get(&inside.entrance, "").await?;
    ensure!(!refused.headers.contains_key(SET_COOKIE), "a pass was used twice");
    expect_line(site, &refused, WANTED)
}

/// The entrance leads to the site alone, however another address is written.
pub(crate) async fn nobody_is_sent_elsewhere(
    site: &Protected,
    inside: &Inside,
) -> anyhow::Result<()> {
    for to in ELSEWHERE {
        let to: String = to.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let path = format!("/.sluice/enter?pass={}&to={to}", inside.pass);
        expect_sent_in(&inside.browser.get(&path, "").await?, "/")?;
        let outside = site.outsider.get(&path, "").await?;
        let location = location(&outside)?;
        ensure!(location.starts_with(&site.waiting_page()), "{to}: sent to {location}");
    }
    Ok(())
}

/// Who leaves is outside, even with the cookie from before.
pub(crate) async fn leave(site: &Protected, inside: &mut Inside) -> anyhow::Result<()> {
    let kept = inside.browser.clone();
    let left = inside.browser.send(inside.browser.request(Method::POST, "/.sluice/leave")).await?;
    ensure!(left.status == 204, "leaving is answered with {left:?}");
    let has_visit = inside.browser.cookies().values().any(|value| !value.is_empty());
    ensure!(!has_visit, "the cookie of a visit stays after its end");
    expect_line(site, &inside.browser.get("/", "").await?, "/")?;
    expect_out(&kept).await
}

/// A pass that is taken back counts for a second more, at most.
pub(crate) async fn a_pass_is_taken_back(
    site: &Protected,
    visitor: &InLine,
    browser: &Browser,
) -> anyhow::Result<()> {
    let page = browser.get("/", "").await?;
    ensure!(page.status == 200, "inside: {page:?}");
    site.line.revoke(visitor).await;
    expect_out(browser).await
}

/// Behind a gateway nobody gets in while Sluice is away. The middleware believes what was signed.
pub(crate) async fn without_sluice_nobody_gets_in(
    site: &Protected,
    inside: &Browser,
) -> anyhow::Result<()> {
    site.app.world.storefront_api.kill9().await?;
    let before = site.sample.n_requests().await;
    let status = site.outsider.get("/", "").await?.status;
    ensure!(status != 200 && site.sample.n_requests().await == before, "let in: {status}");
    let stays = inside.get("/", "").await?.status == 200;
    ensure!(stays == (site.guard == Guard::Middleware), "who was inside: {stays}");
    Ok(())
}

/// Waits until a browser that was inside is not any more.
async fn expect_out(browser: &Browser) -> anyhow::Result<()> {
    let begun = Instant::now();
    wait_until("refusal of a visit that has ended", OUT_WITHIN, async || {
        let status = browser.get("/", "").await.ok()?.status;
        (status == 302).then_some(())
    })
    .await;
    println!("a visit that has ended is refused after {:?}", begun.elapsed());
    Ok(())
}

/// Sent on to a place on the site, without the pass in the address.
fn expect_sent_in(answer: &Answer, place: &str) -> anyhow::Result<()> {
    let location = location(answer)?;
    ensure!(answer.status == 303 && location == place, "sent to {location}: {answer:?}");
    Ok(())
}

/// Sent to the waiting page, from which the way leads back to a place.
fn expect_line(site: &Protected, answer: &Answer, place: &str) -> anyhow::Result<()> {
    ensure!([302, 303].contains(&answer.status), "{place}: {answer:?}");
    let mut url = Url::parse(location(answer)?)?;
    let to = url.query_pairs().find(|(name, _)| name == "to").map(|(_, to)| to.into_owned());
    url.set_query(None);
    ensure!(url.as_str() == site.waiting_page(), "{place}: sent to {url}");
    ensure!(to.as_deref() == Some(place), "{place}: the way leads back to {to:?}");
    Ok(())
}

fn location(answer: &Answer) -> anyhow::Result<&str> {
    let location = answer.headers.get(LOCATION).with_context(|| format!("{answer:?}"))?;
    Ok(location.to_str()?)
}
