//! A site whose policy lets some people in while the line gives no answer, with everything around it.

use crate::{
    gateways::browser::{Answer, Browser},
    half_of_the_machine,
};
use anyhow::{Context, ensure};
use reqwest::{Method, header::LOCATION};
use std::time::Duration;
use testkit::{TestApp, Victim, World, WorldOptions, app::TestDrop, wait_until};

/// A line that is silent for seconds is away, and one that is back has been restored, by then.
const SOON: Duration = Duration::from_secs(60);
const LET_THROUGH: &str = "select count(*) from let_through";

/// Where an answer sends a browser.
fn location(answer: &Answer) -> anyhow::Result<&str> {
    Ok(answer.headers.get(LOCATION).with_context(|| format!("{answer:?}"))?.to_str()?)
}

/// What the proxy before a site asks of its gate.
struct Gate {
    /// Where it is reached.
    url: String,
    check: String,
    enter: String,
    waiting: String,
}

impl Gate {
    fn of(app: &TestApp, site: &TestDrop) -> Self {
        let (base, url) = (format!("/v1/gate/{}", site.id), app.world.fleet.storefront_url());
        Self {
            check: format!("{base}/check"),
            enter: format!("{base}/enter?to=%2F"),
            waiting: format!("{url}/drops/{}", site.id),
            url,
        }
    }

    async fn until_outsiders_go(&self, to: &str) -> anyhow::Result<()> {
        let outsider = Browser::on(&self.url)?;
        wait_until("another way for outsiders", SOON, async || {
            let answer = outsider.get(&self.check, "").await.ok()?;
            location(&answer).ok()?.starts_with(to).then_some(())
        })
        .await;
        Ok(())
    }

    async fn enter(&self, browser: &mut Browser) -> anyhow::Result<Answer> {
        let request = browser.request(Method::GET, &self.enter);
        browser.send(request).await
    }
}

#[tokio::test]
async fn one_comes_in_while_redis_stands_still_and_nobody_passes_the_line_afterwards()
-> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let app = TestApp { world: World::start("open-door", WorldOptions::default()).await? };
    let seller = app.seller().await;
    let site = seller.site("http://site.test/").with("failure_policy", "open");
    let site = site.with("failure_per_minute", 1).pass_seconds(600).protect().await;
    let gate = Gate::of(&app, &site);
    let (mut first, mut second) = (Browser::on(&gate.url)?, Browser::on(&gate.url)?);
    gate.until_outsiders_go(&gate.waiting).await?;

    app.world.freeze(Victim::Redis).await?;
    gate.until_outsiders_go("http://site.test/.sluice/enter?").await?;
    let entered = gate.enter(&mut first).await?;
    ensure!(entered.status == 303 && location(&entered)? == "/", "{entered:?}");
    let next = gate.enter(&mut second).await?;
    ensure!(location(&next)?.starts_with(&gate.waiting), "{next:?}");
    ensure!(first.get(&gate.check, "").await?.status == 204, "who came in is inside");

    app.world.thaw(Victim::Redis).await?;
    gate.until_outsiders_go(&gate.waiting).await?;
    let shopper = app.shopper().await;
    shopper.join(&site).await;
    shopper.wait_order("passed").await;
    let late = gate.enter(&mut second).await?;
    ensure!(location(&late)?.starts_with(&gate.waiting), "{late:?}");
    ensure!(first.get(&gate.check, "").await?.status == 204, "who is inside stays");
    ensure!(app.world.database.scalar::<i64>(LET_THROUGH).await == 1, "more were let through");
    app.world.stop().await
}
