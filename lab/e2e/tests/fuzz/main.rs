//! The documents of our API, taken at their word: requests are made from them, right and wrong ones,
//! and each answer must be one that they describe.
//!
//! | module | holds |
//! |---|---|
//! | `tenants` | two sellers and what is theirs, and who asks: nobody, a shopper, a seller, an operator |
//! | `fuzzer` | Schemathesis, on one document as one of them |
//!
//! Its settings, our own check and its pinned packages are in the folder `schemathesis`.

#![expect(clippy::print_stdout, reason = "a run takes minutes, and each is worth a line")]

mod fuzzer;
mod tenants;

use self::{
    fuzzer::{Document, Fuzzer, Report},
    tenants::Tenants,
};
use std::sync::LazyLock;
use testkit::{TestApp, World, WorldOptions, settings::TEST_RSA_KEY};
use tokio::sync::Mutex;

/// Tests of one process run at once; each has services of its own, and two cores are few.
static MACHINE: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);

/// A world in which nobody asks too often: a request that is refused for that tells nothing else.
async fn patient_world() -> anyhow::Result<TestApp> {
    let options = WorldOptions::default()
        .set("SLUICE_STOREFRONT__AWS_KEY_PEM", TEST_RSA_KEY)
        .set("SLUICE_LIMITS__JOINS_PER_SECOND", "100000")
        .set("SLUICE_LIMITS__REQUESTS_PER_SECOND_PER_IP", "100000")
        .set("SLUICE_LIMITS__SESSIONS_PER_SECOND_PER_IP", "100000")
        // A product with 100 long names is right, too.
        .set("SLUICE_LIMITS__BODY_BYTES", "262144");
    Ok(TestApp { world: World::shared(options).await? })
}

/// Prints what came of a run: one line, and all of it if it failed.
fn tell(report: &Report) {
    println!("{}", report.line());
    if !report.passed() {
        println!("{}", report.text);
    }
}

#[tokio::test]
async fn every_answer_is_as_documented_whoever_asks() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let app = patient_world().await?;
    let tenants = Tenants::create(&app).await?;
    let fuzzer = Fuzzer::prepare("all", &tenants)?;

    let mut failed = Vec::new();
    // The storefront's comes last: what is done by it ends drops.
    for document in [Document::Admission, Document::Adapter, Document::Storefront] {
        for identity in &tenants.identities {
            let report = fuzzer.run(document, identity, None).await?;
            tell(&report);
            if !report.passed() {
                failed.push(report.line());
            }
        }
    }

    assert!(failed.is_empty(), "{}", failed.join("\n"));
    app.world.stop().await
}

#[tokio::test]
async fn what_is_another_sellers_is_found_in_an_answer() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let app = patient_world().await?;
    let mut tenants = Tenants::create(&app).await?;
    let fuzzer = Fuzzer::prepare("own", &tenants)?;
    let [_, _, seller, _] = &mut tenants.identities;

    // As if the seller's own drop were another's.
    let own = seller.storefront.get(seller.own).await.expect(200);
    seller.foreign = vec![own["data"][0]["id"].as_str().expect("it has a drop").to_owned()];
    let report = fuzzer.run(Document::Storefront, seller, Some("get_seller_drops")).await?;

    assert!(!report.passed(), "{}", report.line());
    assert!(report.text.contains("shows what is another's"), "{}", report.text);
    app.world.stop().await
}
