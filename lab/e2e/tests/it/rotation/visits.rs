//! The site of somebody else, whose visitors come while the keys of passes are changed.

use super::{Answers, COME_EVERY, LOOK_EVERY, PATIENCE, ask, ask_with, text};
use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pass::{SiteVerifier, TokenUse};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::atomic::Ordering};
use testkit::{
    TestApp,
    app::{Api, Method, TestDrop},
    wait_until,
};
use tokio::time::sleep;

const KEYS: &str = "/v1/passes/keys.json";
/// More than come in, each of whom stays to the end.
const MAX_INSIDE: u32 = 10_000;
const PASS_SECONDS: u32 = 3600;

/// A site with a line before it.
pub(super) struct VisitedSite {
    flash_drop: TestDrop,
    seller: Api,
}

impl VisitedSite {
    pub(super) async fn open(app: &TestApp) -> Self {
        let seller = app.seller().await;
        let site = seller.site("https://shop.example/").max_inside(MAX_INSIDE);
        let flash_drop = site.pass_seconds(PASS_SECONDS).protect().await;
        Self { flash_drop, seller: seller.api().clone() }
    }

    /// Lets in one visitor after the other until all is over, and returns the tokens of their visits.
    /// None may be signed with a key that the site has not been told of before.
    pub(super) async fn let_in(&self, app: &TestApp, answers: &Answers) -> Vec<String> {
        let mut visits = Vec::new();
        for round in 0.. {
            if answers.is_over.load(Ordering::Relaxed) {
                return visits;
            }
            sleep(COME_EVERY).await;
            let Some(keys) = ask(&app.storefront(), Method::GET, KEYS).await else { continue };
            let told = key_ids(&keys);
            let Some(visit) = self.visit(app, round).await else { continue };
            let key = signing_key(&visit).expect("a token names its key");
            assert!(told.contains(&key), "signed with {key}, told of {told:?}");
            visits.push(visit);
            answers.n_visits.fetch_add(1, Ordering::Relaxed);
        }
        visits
    }

    /// Somebody new joins, waits for their turn and goes in; `None` if a process that stops or starts
    /// was met on the way.
    async fn visit(&self, app: &TestApp, round: usize) -> Option<String> {
        let session = ask(&app.storefront(), Method::POST, "/v1/session").await?;
        let session = text(&session, "token");
        let urls = &app.world.admission_urls;
        let admission = Api::new(&urls[round % urls.len()]).with_key(&session);
        let drop_id = self.flash_drop.id;
        let wanted = json!({ "variant_id": self.flash_drop.variant_id, "units": 1 });
        ask_with(&admission, Method::POST, &format!("/v1/drops/{drop_id}/tickets"), Some(wanted))
            .await?;
        let pass = turn(&app.storefront().with_key(&session), &self.flash_drop).await;
        let pass = json!({ "drop_id": drop_id, "pass": text(&pass, "pass") });
        let visit = ask_with(&self.seller, Method::POST, "/v1/passes/redeem", Some(pass)).await?;
        Some(text(&visit, "visit"))
    }

    /// Everybody who went in is still inside: for a verifier that has just begun, and for the gate.
    pub(super) async fn expect_inside(
        &self,
        app: &TestApp,
        visits: &[String],
    ) -> anyhow::Result<()> {
        let (sluice, drop_id) = (app.world.fleet.storefront_url(), self.flash_drop.id.to_string());
        let verifier = SiteVerifier::new(Client::new(), &sluice, &sluice, drop_id.parse()?);
        let signed: BTreeSet<_> = visits.iter().flat_map(|visit| signing_key(visit)).collect();
        ensure!(signed.len() == 2, "visits are signed with {signed:?}");
        for visit in visits {
            verifier.verify(visit, TokenUse::Visit).await?;
        }
        for visit in visits.first().into_iter().chain(visits.last()) {
            let cookie = format!("__Host-sluice-pass-{}={visit}", &drop_id[..8]);
            let check = Client::new().get(format!("{sluice}/v1/gate/{drop_id}/check"));
            let status = check.header("cookie", cookie).send().await?.status();
            ensure!(status == StatusCode::NO_CONTENT, "the gate answers {status}");
        }
        Ok(())
    }
}

/// Waits until a shopper has a pass. Until then there is none of theirs.
async fn turn(storefront: &Api, flash_drop: &TestDrop) -> Value {
    let path = format!("/v1/drops/{}/pass", flash_drop.id);
    wait_until("turn", PATIENCE, async || {
        sleep(LOOK_EVERY).await;
        let reply = storefront.try_send(Method::POST, &path, Some(json!({}))).await.ok()?;
        let is_lost = reply.status.is_client_error() && reply.body["code"] != "pass_not_found";
        assert!(!is_lost, "{path}: {} {}", reply.status, reply.body);
        reply.status.is_success().then_some(reply.body)
    })
    .await
}

fn key_ids(keys: &Value) -> BTreeSet<String> {
    let listed = keys["keys"].as_array().into_iter().flatten();
    listed.map(|key| text(key, "kid")).collect()
}

/// Names the key that a token says it is signed with.
fn signing_key(token: &str) -> anyhow::Result<String> {
    let (header, _) = token.split_once('.').context("a token has parts")?;
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header)?)?;
    Ok(text(&header, "kid"))
}
