//! Two sellers with shoppers of their own, and those who ask: what each may be shown and what not.

use database::people::api_keys::{self, KeyOwner, NewKey, OperatorRole};
use serde_json::{Value, json};
use shared::{credentials::ApiKey, ids::KeyId};
use testkit::{
    TestApp,
    app::{Api, Seller, Shopper, TestDrop},
};

/// In every text of the second seller's draft. Whoever is shown it has seen what is not theirs.
const MARKER: &str = "nobody but its seller has seen this";
/// More than are ever bought, and a hold that outlasts the runs.
const UNITS: u32 = 10_000;
const HOLD_SECONDS: u32 = 86_400;

/// Somebody who asks, at both services.
pub(crate) struct Identity {
    pub(crate) name: &'static str,
    pub(crate) storefront: Api,
    pub(crate) admission: Api,
    /// A route of the storefront that answers them as long as their credential is good.
    pub(crate) own: &'static str,
    /// Ids and texts that they must never be shown.
    pub(crate) foreign: Vec<String>,
}

/// Everything that there is in the world, and who asks for it.
pub(crate) struct Tenants {
    /// From the one who may do least to the one who may do most: what an admin does is felt by all
    /// others.
    pub(crate) identities: [Identity; 4],
    /// The admin's key, which must go on working.
    pub(crate) kept_key: String,
    /// What to ask for: names of dictionaries, and the ids in them.
    pub(crate) ids: [(&'static str, Vec<String>); 9],
}

/// A seller with an open drop, and a shopper with an order of it.
struct Tenant {
    seller: Seller,
    flash_drop: TestDrop,
    shopper: Shopper,
    order_id: String,
}

/// A site whose own server counts people in, and those who were put in line before it.
struct Event {
    id: String,
    requests: Vec<String>,
}

/// What a seller has not published yet.
struct Draft {
    drop_id: String,
    product_id: String,
    variant_id: String,
}

impl Tenants {
    /// Opens a drop of each seller, sells one unit of each, and has the second prepare another drop.
    pub(crate) async fn create(app: &TestApp) -> anyhow::Result<Self> {
        let (ours, theirs) = (Tenant::create(app).await, Tenant::create(app).await);
        let draft = Draft::create(&theirs.seller).await;
        let event = Event::begin(app, &ours.seller).await;
        let (kept_key, admin_key) = admin(app).await?;
        let ids = ids(&ours, &theirs, &draft, event);
        let identities = identities(app, &ours, &theirs, &draft, &admin_key);
        Ok(Self { identities, kept_key, ids })
    }
}

impl Tenant {
    async fn create(app: &TestApp) -> Self {
        let seller = app.seller().await;
        let flash_drop = seller.flash_drop().units(UNITS).hold_seconds(HOLD_SECONDS).create().await;
        let shopper = app.shopper().await;
        let ticket = shopper.join(&flash_drop).await;
        shopper.wait_order("reserved").await;
        Self { seller, flash_drop, shopper, order_id: ticket.ticket_id.to_string() }
    }

    /// What only the shopper and their seller may see.
    fn sale(&self) -> [String; 2] {
        [self.shopper.id.to_string(), self.order_id.clone()]
    }
}

impl Draft {
    async fn create(seller: &Seller) -> Self {
        let variant =
            json!({ "name": MARKER, "price_minor": 1_999, "currency": "EUR", "stock": 10 });
        let product = json!({ "name": MARKER, "description": MARKER, "variants": [variant] });
        let product = seller.api().post("/v1/seller/products", product).await.expect(201);
        let (product_id, variant_id) = (text(&product["id"]), text(&product["variants"][0]["id"]));
        let draft = json!({
            "product_id": product_id, "title": MARKER,
            "variants": [{ "variant_id": variant_id, "units": 5 }],
        });
        let draft = seller.api().post("/v1/seller/drops", draft).await.expect(201);
        Self { drop_id: text(&draft["id"]), product_id, variant_id }
    }

    fn secrets(&self) -> [String; 4] {
        let Self { drop_id, product_id, variant_id } = self;
        [MARKER.to_owned(), drop_id.clone(), product_id.clone(), variant_id.clone()]
    }
}

impl Event {
    /// Puts two in line and counts one of them in.
    async fn begin(app: &TestApp, seller: &Seller) -> Self {
        let site = seller.site("http://site.test/").with("manual", true);
        let site = site.with("visitors_per_minute", Value::Null).protect().await;
        let event = json!({ "event_id": site.id });
        let mut requests = Vec::new();
        for _ in 0..2 {
            let assigned = app.storefront().post("/aws/assign_queue_num", event.clone()).await;
            requests.push(text(&assigned.expect(200)["api_request_id"]));
        }
        let more = json!({ "event_id": site.id, "increment_by": 1 });
        seller.api().post("/aws/api/increment_serving_counter", more).await.expect(200);
        Self { id: site.id.to_string(), requests }
    }
}

fn identities(
    app: &TestApp,
    ours: &Tenant,
    theirs: &Tenant,
    draft: &Draft,
    admin_key: &str,
) -> [Identity; 4] {
    let foreign = [&draft.secrets()[..], &theirs.sale()].concat();
    let (storefront, admission) = (app.storefront(), app.admission());
    let with_key = |name, own, key: &str, foreign| Identity {
        name,
        storefront: storefront.with_key(key),
        admission: admission.with_key(key),
        own,
        foreign,
    };
    let seller_key = ours.seller.api().key().unwrap_or_default();
    [
        Identity {
            name: "nobody",
            storefront: storefront.clone(),
            admission: admission.clone(),
            own: "/v1/drops",
            foreign: [&foreign[..], &ours.sale()].concat(),
        },
        Identity {
            name: "shopper",
            storefront: ours.shopper.storefront().clone(),
            admission: ours.shopper.admission(),
            own: "/v1/orders",
            foreign: foreign.clone(),
        },
        with_key("seller", "/v1/seller/drops", seller_key, foreign),
        with_key("operator", "/v1/operator/keys", admin_key, Vec::new()),
    ]
}

fn ids(
    ours: &Tenant,
    theirs: &Tenant,
    draft: &Draft,
    event: Event,
) -> [(&'static str, Vec<String>); 9] {
    let (one, other) = (&ours.flash_drop, &theirs.flash_drop);
    let products = [one.product_id, other.product_id].map(|id| id.to_string());
    let variants = [one.variant_id, other.variant_id].map(|id| id.to_string());
    [
        ("drops", vec![one.id.to_string(), other.id.to_string(), draft.drop_id.clone()]),
        ("open_drops", vec![one.id.to_string(), other.id.to_string()]),
        ("orders", vec![ours.order_id.clone(), theirs.order_id.clone()]),
        ("products", [&products[..], std::slice::from_ref(&draft.product_id)].concat()),
        ("variants", [&variants[..], std::slice::from_ref(&draft.variant_id)].concat()),
        ("sellers", vec![one.seller_id.to_string(), other.seller_id.to_string()]),
        ("shoppers", vec![theirs.shopper.id.to_string()]),
        ("events", vec![event.id]),
        ("requests", event.requests),
    ]
}

/// Stores an admin's key, who may do all that an operator may. Returns its id and the key.
async fn admin(app: &TestApp) -> anyhow::Result<(String, String)> {
    let (id, key) = (KeyId::generate(), ApiKey::generate()?);
    let owner = KeyOwner::Operator { role: OperatorRole::Admin, name: "fuzz".to_owned() };
    let new_key = NewKey { id, hash: &key.hash(), owner: &owner };
    api_keys::store(app.world.database.pool(), new_key, "test", "a test").await?;
    Ok((id.to_string(), key.reveal().to_owned()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
