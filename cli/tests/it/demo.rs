//! `sluice demo` fills a shop once, and what it says is there.

use crate::{command::sluice, sites::opened};
use reqwest::{
    Client, StatusCode,
    header::{COOKIE, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use serde_json::{Value, json};
use stack::Service;
use testkit::TestApp;

const SIGN_IN: &str = "/v1/console/session";

/// Running services, and a demo in them.
struct Demo {
    app: TestApp,
}

impl Demo {
    async fn open() -> Self {
        Self { app: TestApp::start().await }
    }

    /// Fills the shop, with the same state file each time; its pictures are for this storefront.
    fn fill_by_way_of(&self, storefront: &str) -> Result<Value, String> {
        let fleet = &self.app.world.fleet;
        let (state, site) = (fleet.dir.join("demo.json"), fleet.site_url());
        let state = state.to_str().unwrap();
        let kept = ["demo", "--state", state, "--site-url", &site];
        sluice(&fleet.service_env(), &[&kept[..], &["--storefront", storefront]].concat())
    }

    fn fill(&self) -> Value {
        self.fill_by_way_of(&self.app.world.fleet.storefront_url()).unwrap()
    }

    async fn change(&self, sql: &'static str) {
        sqlx::query(sql).execute(self.app.world.database.pool()).await.unwrap();
    }

    /// Products, drops, pictures, and how often any of these was made.
    async fn n_made(&self) -> [i64; 4] {
        let database = &self.app.world.database;
        let made = "select count(*) from audit_log
            where action in ('product.create', 'drop.create', 'product.picture')";
        [
            database.scalar("select count(*) from products").await,
            database.scalar("select count(*) from drops").await,
            database.scalar("select count(*) from pictures").await,
            database.scalar(made).await,
        ]
    }
}

fn text<'a>(told: &'a Value, field: &str) -> &'a str {
    told[field].as_str().unwrap()
}

#[tokio::test]
async fn a_demo_shop_is_filled_once_and_a_run_that_was_cut_short_is_finished() {
    let demo = Demo::open().await;
    let refusal = demo.fill_by_way_of("http://127.0.0.1:1").unwrap_err();
    assert!(refusal.contains("does not take pictures"), "{refusal}");

    let first = demo.fill();
    let n_made = demo.n_made().await;
    // A site has a product of its own, which nobody sees and nobody writes down.
    assert_eq!(n_made, [5, 4, 4, 12]);
    let second = demo.fill();
    assert_eq!(demo.n_made().await, n_made);
    for field in ["page", "coming_drop_id", "checkout_drop_id", "site_drop_id", "operator_key"] {
        assert_eq!(second[field], first[field], "{field}");
    }
    assert_ne!(second["seller_link"], first["seller_link"], "a link is good once");
}

#[tokio::test]
async fn a_demo_drop_that_has_opened_is_followed_by_one_that_is_to_come() {
    let demo = Demo::open().await;
    let first = demo.fill();
    demo.change("update drops set opens_at = now() where title = 'Tide Clock, second run'").await;
    let second = demo.fill();
    assert_ne!(second["coming_drop_id"], first["coming_drop_id"]);
    for field in ["running_drop_id", "checkout_drop_id", "site_drop_id"] {
        assert_eq!(second[field], first[field], "{field}");
    }
}

#[tokio::test]
async fn the_addresses_of_a_demo_answer_and_each_of_its_links_signs_in_once() {
    let demo = Demo::open().await;
    let (told, shop) = (demo.fill(), demo.app.storefront());
    for field in ["shop_url", "page", "seller_link", "operator_link"] {
        let path = text(&told, field).strip_prefix(shop.base()).unwrap();
        shop.get(path.split('#').next().unwrap()).await.expect(200);
    }
    for (field, role) in [("seller_link", "seller"), ("operator_link", "operator")] {
        let (_, token) = text(&told, field).split_once("#token=").unwrap();
        let body = json!({ "link_token": token });
        let session = shop.post(SIGN_IN, body.clone()).await.expect(201);
        assert_eq!(session["role"], role);
        shop.post(SIGN_IN, body).await.expect_problem(401, "console_link_invalid");
    }
    for (field, fulfilment) in
        [("running_drop_id", "auto"), ("coming_drop_id", "auto"), ("checkout_drop_id", "checkout")]
    {
        let path = format!("/v1/drops/{}", text(&told, field));
        let shown = shop.get(&path).await.expect(200);
        assert_eq!(shown["fulfilment"], fulfilment, "{field}");
        assert!(shown["picture"].is_object(), "{field} has no picture");
    }
}

#[tokio::test]
async fn the_site_of_a_demo_is_shown_to_whose_turn_it_is_and_to_nobody_else() {
    let demo = Demo::open().await;
    let (told, fleet) = (demo.fill(), &demo.app.world.fleet);
    let drop_id = text(&told, "site_drop_id");
    let site = fleet.sample_site(drop_id, text(&told, "seller_key")).unwrap();
    let site = Service::start(site).await.unwrap();
    let browser = Client::builder().redirect(Policy::none()).build().unwrap();
    let page = browser.get(fleet.site_url());

    let refused = page.try_clone().unwrap().send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FOUND);
    let sent_to = refused.headers()[LOCATION].to_str().unwrap();
    let line = format!("{}/drops/{drop_id}", fleet.storefront_url());
    assert!(sent_to.starts_with(&line), "{sent_to}");

    let site_line = json!({ "drop_id": drop_id, "seller_id": told["seller_id"] });
    let flash_drop = opened(&demo.app, &site_line).await;
    let shopper = demo.app.shopper().await;
    shopper.join(&flash_drop).await;
    shopper.wait_order("passed").await;
    let pass = format!("/v1/drops/{drop_id}/pass");
    let way_in = shopper.storefront().post(&pass, json!({ "to": "/" })).await.expect(200);
    let entered = browser.get(text(&way_in, "return_url")).send().await.unwrap();
    assert_eq!(entered.status(), StatusCode::SEE_OTHER);
    let cookie = entered.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
    let inside = page.header(COOKIE, cookie).send().await.unwrap().text().await.unwrap();
    assert!(inside.contains("You are inside"), "{inside}");
    site.stop().await.unwrap();
}
